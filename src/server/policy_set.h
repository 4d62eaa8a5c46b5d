// The policies in force, compiled; replaced as a whole when one changes.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/time.h"
#include "policy/policy.h"
#include "store/store.h"

namespace bartizan::server {

struct CompiledPolicies {
  std::vector<PolicyDocument> documents;
  std::vector<policy::Policy> policies;
  std::string digest;  // of ids and versions: what phones compare
};

// Safe from any thread: readers keep the set they took.
class PolicySet {
 public:
  // Compiles what is in force in the store.
  Status load(store::Store& store, std::string_view tenant);
  std::shared_ptr<const CompiledPolicies> current() const;

  // Stores the next version of a policy and puts it in force. kInvalid names file and line;
  // kConflict when `expected_version` (0: any) is not the version in force.
  Result<PolicyDocument> change(store::Store& store, std::string_view tenant, std::string_view id,
                                const std::string& source, int expected_version,
                                std::string_view actor, std::string_view audit_action,
                                const json::object& audit_detail, Timestamp now, Random& random);

 private:
  mutable std::mutex mutex_;  // guards current_
  std::mutex changing_;       // one change at a time
  std::shared_ptr<const CompiledPolicies> current_ = std::make_shared<CompiledPolicies>();
};

// Stores every policies/*.yaml of the content that the store does not have, as version 1.
Status add_default_policies(store::Store& store, std::string_view tenant,
                            const std::filesystem::path& folder, Timestamp now);

}  // namespace bartizan::server
