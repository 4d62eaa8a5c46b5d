#include "server/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <vector>

#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "server/certificate_authority.h"
#include "server/data_folder.h"
#include "server/tar.h"
#include "store/sqlite/sqlite_store.h"

namespace bartizan::server {
namespace {

constexpr std::string_view kManifest = "manifest.json";
constexpr std::uint64_t kMaxManifest = 64 * 1024;

constexpr auto kRequired =
    std::to_array<std::string_view>({kManifest, kStoreFile, CertificateAuthority::kKeyFile,
                                     CertificateAuthority::kCertificateFile});

// What of a data folder stays behind: the lock, the store's working files (the store itself is
// copied by the store), and the server's own certificate, which is made anew where the backup is
// restored.
constexpr auto kLeftBehind = std::to_array<std::string_view>(
    {"lock", kStoreFile, "bartizan.db-wal", "bartizan.db-shm", CertificateAuthority::kServerKeyFile,
     CertificateAuthority::kServerCertificateFile});

// A name an archive may have: nothing that leads out of a folder or hides in it.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() < 100 && name.front() != '.' &&
         name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             std::string_view::npos;
}

// The CA, the connectors and the files these refer to.
std::vector<std::string> files_of(const std::filesystem::path& data) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    const std::string name = entry.path().filename().string();
    const bool left = std::find(kLeftBehind.begin(), kLeftBehind.end(), name) != kLeftBehind.end();
    if (!left && name != kManifest && is_plain_name(name) && !entry.is_symlink() &&
        entry.is_regular_file())
      out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Removes a file when it goes out of scope, unless it is kept.
class Temporary {
 public:
  explicit Temporary(std::filesystem::path path) : path_(std::move(path)) {}
  ~Temporary() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : value_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int value() const { return value_; }

 private:
  int value_;
};

Result<std::string> digest_of(const std::filesystem::path& file) {
  BARTIZAN_ASSIGN(const MappedFile mapped, MappedFile::open(file));
  return sha256_hex(mapped.bytes());
}

Status write_archive(int descriptor, const std::filesystem::path& data,
                     const std::filesystem::path& store_copy, Timestamp now) {
  TarWriter tar(descriptor, now);
  json::object digests;
  BARTIZAN_ASSIGN(digests[kStoreFile], digest_of(store_copy));
  for (const std::string& name : files_of(data)) {
    BARTIZAN_ASSIGN(digests[name], digest_of(data / name));
  }
  const json::object manifest{{"format", 1}, {"created_at", to_rfc3339(now)}, {"sha256", digests}};
  BARTIZAN_TRY(tar.add_text(kManifest, json::serialize(manifest)));
  for (const auto& member : digests) {
    const std::string name(member.key());
    BARTIZAN_TRY(tar.add_file(name, name == kStoreFile ? store_copy : data / name));
  }
  BARTIZAN_TRY(tar.finish());
  if (::fsync(descriptor) != 0)
    return Error{ErrorCode::kUnavailable, "the archive could not be made durable"};
  return {};
}

Status check_digests(const std::filesystem::path& folder) {
  for (const std::string_view name : kRequired) {
    if (!std::filesystem::exists(folder / name))
      return Error{ErrorCode::kInvalid, "the archive lacks " + std::string(name)};
  }
  BARTIZAN_ASSIGN(const std::string text, read_file(folder / kManifest, kMaxManifest));
  BARTIZAN_ASSIGN(const json::object manifest, parse_json_object(text));
  if (get_int(manifest, "format") != 1)
    return Error{ErrorCode::kUnsupported, "the archive is of a newer version"};
  const json::object* digests = get_object(manifest, "sha256");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == kManifest) continue;
    BARTIZAN_ASSIGN(const std::string digest, digest_of(entry.path()));
    if (digests == nullptr || get_string(*digests, name) != digest)
      return Error{ErrorCode::kInvalid,
                   "the archive is damaged: " + name + " is not what was saved"};
  }
  return {};
}

Status unpack(const std::filesystem::path& file, const std::filesystem::path& folder) {
  std::set<std::string> seen;
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{ErrorCode::kNotFound, file.string() + ": cannot be read"};
  const Status read =
      read_tar(in, [&](const std::string& name, std::uint64_t size) -> Result<TarSink> {
        if (!is_plain_name(name) || !seen.insert(name).second ||
            (name == kManifest && size > kMaxManifest))
          return Error{ErrorCode::kInvalid, "the archive is no backup of a Bartizan server"};
        const auto descriptor =
            std::make_shared<Descriptor>(folder / name, O_WRONLY | O_CREAT | O_EXCL);
        if (descriptor->value() < 0)
          return Error{ErrorCode::kUnavailable, (folder / name).string() + ": cannot be written"};
        return TarSink([descriptor](std::string_view piece) -> Status {
          while (!piece.empty()) {
            const ssize_t written = ::write(descriptor->value(), piece.data(), piece.size());
            if (written < 0) return Error{ErrorCode::kUnavailable, "the disk is full or failing"};
            piece.remove_prefix(static_cast<std::size_t>(written));
          }
          return {};
        });
      });
  if (!read.ok() && seen.empty())
    return Error{ErrorCode::kInvalid, file.string() + " is no backup of a Bartizan server"};
  return read.ok() ? read : read.error().within(file.string());
}

}  // namespace

Status back_up(const std::filesystem::path& data, const std::filesystem::path& file,
               Timestamp now) {
  if (std::filesystem::exists(file))
    return Error{ErrorCode::kConflict, file.string() + " exists already"};
  if (!std::filesystem::exists(data / kStoreFile))
    return Error{ErrorCode::kNotFound, data.string() + " holds no Bartizan server's data"};
  BARTIZAN_ASSIGN(const auto store, store::open_sqlite({.path = data / kStoreFile}));
  // Beside the archive: the same permissions apply, and the rename stays within one file system.
  const Temporary copy(file.string() + ".store");
  Temporary partial(file.string() + ".partial");
  BARTIZAN_TRY(store->backup(copy.path().string()));
  const Descriptor archive(partial.path(), O_WRONLY | O_CREAT | O_TRUNC);
  if (archive.value() < 0)
    return Error{ErrorCode::kUnavailable, partial.path().string() + ": cannot be written"};
  BARTIZAN_TRY(write_archive(archive.value(), data, copy.path(), now));
  std::error_code error;
  std::filesystem::rename(partial.path(), file, error);
  if (error) return Error{ErrorCode::kUnavailable, file.string() + ": " + error.message()};
  partial.keep();
  return {};
}

Status restore(const std::filesystem::path& file, const std::filesystem::path& data) {
  std::error_code error;
  if (std::filesystem::exists(data) && !std::filesystem::is_empty(data, error))
    return Error{ErrorCode::kConflict, data.string() + " is not empty; restore into a new folder"};
  Temporary partial(data.string() + ".partial");
  std::filesystem::remove_all(partial.path(), error);
  if (::mkdir(partial.path().c_str(), 0700) != 0)
    return Error{ErrorCode::kUnavailable, partial.path().string() + ": cannot be made"};
  BARTIZAN_TRY(unpack(file, partial.path()));
  if (const Status whole = check_digests(partial.path()); !whole.ok())
    return whole.error().within(file.string());
  std::filesystem::remove(partial.path() / kManifest, error);
  std::filesystem::permissions(partial.path() / CertificateAuthority::kCertificateFile,
                               std::filesystem::perms(0644), error);
  {
    BARTIZAN_ASSIGN(const auto store, store::open_sqlite({.path = partial.path() / kStoreFile}));
    BARTIZAN_TRY(store->check());
  }
  std::filesystem::remove(data, error);  // empty, when it is there
  std::filesystem::rename(partial.path(), data, error);
  if (error) return Error{ErrorCode::kUnavailable, data.string() + ": " + error.message()};
  partial.keep();
  return {};
}

}  // namespace bartizan::server
