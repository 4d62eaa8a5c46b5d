#include "server/policy_set.h"

#include <algorithm>

#include "base/file.h"
#include "server/audit.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxPolicy = 256 * 1024;

Result<std::shared_ptr<const CompiledPolicies>> compile(std::vector<PolicyDocument> documents) {
  auto out = std::make_shared<CompiledPolicies>();
  std::string names;
  for (const PolicyDocument& document : documents) {
    BARTIZAN_ASSIGN(auto compiled, policy::Policy::compile(document));
    out->policies.push_back(std::move(compiled));
    names += document.id + ":" + std::to_string(document.version) + ":" +
             sha256_hex(as_bytes(document.source)) + "\n";
  }
  out->documents = std::move(documents);
  out->digest = sha256_hex(as_bytes(names));
  return std::shared_ptr<const CompiledPolicies>(std::move(out));
}

}  // namespace

Status PolicySet::load(store::Store& store, std::string_view tenant) {
  std::vector<PolicyDocument> documents;
  const Status read = store.read([&](store::Transaction& transaction) -> Status {
    BARTIZAN_ASSIGN(documents, transaction.tenant(tenant).policies_in_force());
    return {};
  });
  if (!read.ok()) return read;
  BARTIZAN_ASSIGN(auto compiled, compile(std::move(documents)));
  const std::lock_guard lock(mutex_);
  current_ = std::move(compiled);
  return {};
}

std::shared_ptr<const CompiledPolicies> PolicySet::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<PolicyDocument> PolicySet::change(store::Store& store, std::string_view tenant,
                                         std::string_view id, const std::string& source,
                                         int expected_version, std::string_view actor,
                                         std::string_view audit_action,
                                         const json::object& audit_detail, Timestamp now,
                                         Random& random) {
  const std::lock_guard changing(changing_);
  auto documents = current()->documents;
  const auto found =
      std::find_if(documents.begin(), documents.end(),
                   [&](const PolicyDocument& document) { return document.id == id; });
  if (found == documents.end())
    return Error{ErrorCode::kNotFound, "there is no policy of this name"};
  if (expected_version != 0 && expected_version != found->version)
    return Error{ErrorCode::kConflict, "the policy was changed meanwhile"};
  *found = {.id = found->id,
            .version = found->version + 1,
            .source = source,
            .author = std::string(actor),
            .created_at = now};
  const PolicyDocument next = *found;
  BARTIZAN_ASSIGN(auto compiled, compile(std::move(documents)));
  const Status written = store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_TRY(rows.add_policy_version(next));
    json::object detail = audit_detail;
    detail["version"] = next.version;
    return audit(rows, now, random, actor, audit_action, id, detail);
  });
  if (!written.ok()) return written.error();
  const std::lock_guard lock(mutex_);
  current_ = std::move(compiled);
  return next;
}

Status add_default_policies(store::Store& store, std::string_view tenant,
                            const std::filesystem::path& folder, Timestamp now) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<PolicyDocument> documents;
  for (const auto& file : files) {
    BARTIZAN_ASSIGN(const std::string source, read_file(file, kMaxPolicy));
    documents.push_back({.id = file.stem().string(),
                         .version = 1,
                         .source = source,
                         .author = "server",
                         .created_at = now});
  }
  return store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    for (const PolicyDocument& document : documents) {
      BARTIZAN_ASSIGN(const auto history, rows.policy_history(document.id));
      if (history.empty()) BARTIZAN_TRY(rows.add_policy_version(document));
    }
    return {};
  });
}

}  // namespace bartizan::server
