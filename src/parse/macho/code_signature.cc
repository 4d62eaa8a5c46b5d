#include "parse/macho/code_signature.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/crypto.h"
#include "parse/macho/der_entitlements.h"
#include "parse/macho/parser.h"
#include "parse/plist/parser.h"

namespace bartizan::parse {
namespace {

// xnu osfmk/kern/cs_blobs.h.
constexpr std::uint32_t kSuperBlob = 0xfade0cc0;
constexpr std::uint32_t kCodeDirectory = 0xfade0c02;
constexpr std::uint32_t kEntitlementsBlob = 0xfade7171;
constexpr std::uint32_t kDerEntitlementsBlob = 0xfade7172;
constexpr std::uint32_t kBlobWrapper = 0xfade0b01;

constexpr std::uint32_t kDirectorySlot = 0;
constexpr std::uint32_t kInfoPlistSlot = 1;
constexpr std::uint32_t kRequirementsSlot = 2;
constexpr std::uint32_t kCodeResourcesSlot = 3;
constexpr std::uint32_t kEntitlementsSlot = 5;
constexpr std::uint32_t kDerEntitlementsSlot = 7;
constexpr std::uint32_t kAlternateDirectorySlot = 0x1000;
constexpr std::uint32_t kAlternateDirectories = 5;
constexpr std::uint32_t kCmsSlot = 0x10000;

constexpr std::uint32_t kVersionWithTeam = 0x20200;
constexpr std::size_t kMaxBlobs = 64;
constexpr std::size_t kBlobHeader = 8;

struct HashKind {
  std::uint8_t id;
  std::uint8_t size;
  int strength;
  std::string_view name;
  const EVP_MD* (*algorithm)();
};
constexpr std::array kHashKinds = std::to_array<HashKind>({
    {1, 20, 1, "sha1", EVP_sha1},
    {2, 32, 3, "sha256", EVP_sha256},
    {3, 20, 2, "sha256", EVP_sha256},  // cut to 20 bytes
    {4, 48, 4, "sha384", EVP_sha384},
});

using Digest = std::array<std::uint8_t, EVP_MAX_MD_SIZE>;

// The first `kind.size` bytes of the hash equal `expected`.
bool hash_is(const HashKind& kind, Bytes data, Bytes expected) {
  Digest digest{};
  return EVP_Digest(data.data(), data.size(), digest.data(), nullptr, kind.algorithm(), nullptr) ==
             1 &&
         std::equal(expected.begin(), expected.end(), digest.begin());
}

std::string_view text_at(Bytes blob, std::uint32_t offset) {
  if (offset >= blob.size()) return {};
  const std::string_view rest = as_text(blob).substr(offset, kMaxMachoNameBytes);
  const std::size_t end = rest.find('\0');
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

struct Directory {
  Bytes blob;
  const HashKind* hash = nullptr;
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
  std::uint32_t hashes = 0;  // offset of the first page's
  std::uint32_t identifier = 0;
  std::uint32_t special_slots = 0;
  std::uint32_t code_slots = 0;
  std::uint64_t code_limit = 0;
  std::uint8_t page_shift = 0;
  std::uint32_t team = 0;

  // The hash of what lies outside the code: entitlements, Info.plist ...; empty: none.
  Bytes special(std::uint32_t slot) const {
    const std::uint64_t back = std::uint64_t{slot} * hash->size;
    if (slot > special_slots || back > hashes) return {};
    const Result<Bytes> found = slice(blob, hashes - back, hash->size);
    if (!found.ok() || std::all_of(found->begin(), found->end(), [](auto b) { return b == 0; }))
      return {};
    return *found;
  }
};

Result<Directory> read_directory(Bytes blob) {
  Directory out;
  out.blob = blob;
  ByteReader reader(blob);
  BARTIZAN_TRY(reader.skip(kBlobHeader));
  BARTIZAN_ASSIGN(out.version, reader.u32_be());
  BARTIZAN_ASSIGN(out.flags, reader.u32_be());
  BARTIZAN_ASSIGN(out.hashes, reader.u32_be());
  BARTIZAN_ASSIGN(out.identifier, reader.u32_be());
  BARTIZAN_ASSIGN(out.special_slots, reader.u32_be());
  BARTIZAN_ASSIGN(out.code_slots, reader.u32_be());
  BARTIZAN_ASSIGN(out.code_limit, reader.u32_be());
  BARTIZAN_ASSIGN(const std::uint8_t hash_size, reader.u8());
  BARTIZAN_ASSIGN(const std::uint8_t hash_id, reader.u8());
  BARTIZAN_TRY(reader.skip(1));  // platform
  BARTIZAN_ASSIGN(out.page_shift, reader.u8());
  if (out.version >= kVersionWithTeam) {
    BARTIZAN_TRY(reader.skip(8));  // spare, scatter vector
    BARTIZAN_ASSIGN(out.team, reader.u32_be());
  }
  const auto kind = std::find_if(kHashKinds.begin(), kHashKinds.end(),
                                 [&](const HashKind& item) { return item.id == hash_id; });
  if (kind == kHashKinds.end() || kind->size != hash_size)
    return Error{ErrorCode::kUnsupported, "a hash of an unknown kind"};
  out.hash = &*kind;
  return out;
}

class SignatureReader {
 public:
  SignatureReader(Bytes image, Bytes signature, std::vector<Anomaly>& anomalies)
      : image_(image), signature_(signature), anomalies_(anomalies) {}

  std::optional<CodeSignature> run() {
    const Status blobs = read_blobs();
    if (!blobs.ok()) bad(blobs.error().message);
    const std::optional<Directory> directory = strongest();
    if (!directory) {
      bad("no CodeDirectory that can be read");
      return std::nullopt;
    }
    take_directory(*directory);
    check_pages(*directory);
    check_blob(*directory, kRequirementsSlot);
    check_blob(*directory, kEntitlementsSlot);
    check_blob(*directory, kDerEntitlementsSlot);
    read_entitlements();
    out_.code_directory = blob(kDirectorySlot);
    out_.cms = content(kCmsSlot, kBlobWrapper);
    return std::move(out_);
  }

 private:
  void note(std::string_view id, std::string_view detail) {
    note_anomaly(anomalies_, id, "code signature", detail);
  }
  void bad(std::string_view detail) { note("macho.bad_code_signature", detail); }

  Status read_blobs() {
    ByteReader reader(signature_);
    BARTIZAN_ASSIGN(const std::uint32_t magic, reader.u32_be());
    if (magic != kSuperBlob) return Error{ErrorCode::kInvalid, "no super blob"};
    BARTIZAN_TRY(reader.skip(4));  // length
    BARTIZAN_ASSIGN(const std::uint32_t count, reader.u32_be());
    if (count > kMaxBlobs) bad(std::to_string(count) + " blobs");
    for (std::size_t i = 0; i < std::min<std::size_t>(count, kMaxBlobs); ++i) {
      BARTIZAN_ASSIGN(const std::uint32_t slot, reader.u32_be());
      BARTIZAN_ASSIGN(const std::uint32_t offset, reader.u32_be());
      const Result<Bytes> header = slice(signature_, offset, kBlobHeader);
      const std::uint32_t length =
          header.ok() ? ByteReader(header->subspan(4)).u32_be().value_or(0) : 0;
      const Result<Bytes> found = slice(signature_, offset, length);
      if (!header.ok() || !found.ok() || length < kBlobHeader) {
        bad("blob " + std::to_string(slot) + " is not in the signature");
      } else if (!blobs_.emplace(slot, *found).second) {
        bad("blob " + std::to_string(slot) + " is there twice");
      }
    }
    return {};
  }

  Bytes blob(std::uint32_t slot) const {
    const auto found = blobs_.find(slot);
    return found == blobs_.end() ? Bytes() : found->second;
  }

  // What the blob holds behind its header; empty when it is of another kind.
  Bytes content(std::uint32_t slot, std::uint32_t magic) {
    const Bytes whole = blob(slot);
    if (whole.empty()) return {};
    if (ByteReader(whole).u32_be().value_or(0) == magic) return whole.subspan(kBlobHeader);
    bad("blob " + std::to_string(slot) + " is of another kind");
    return {};
  }

  std::optional<Directory> strongest() {
    std::optional<Directory> best;
    for (std::uint32_t i = 0; i <= kAlternateDirectories; ++i) {
      const Bytes found = blob(i == 0 ? kDirectorySlot : kAlternateDirectorySlot + i - 1);
      if (found.empty()) continue;
      if (ByteReader(found).u32_be().value_or(0) != kCodeDirectory) {
        bad("a blob of another kind where a CodeDirectory must be");
        continue;
      }
      const Result<Directory> directory = read_directory(found);
      if (!directory.ok()) {
        bad("CodeDirectory: " + directory.error().message);
      } else if (!best || directory->hash->strength > best->hash->strength) {
        best = *directory;
      }
    }
    return best;
  }

  void take_directory(const Directory& directory) {
    out_.identifier = text_at(directory.blob, directory.identifier);
    if (directory.team != 0) out_.team = text_at(directory.blob, directory.team);
    out_.version = directory.version;
    out_.flags = directory.flags;
    out_.hash = directory.hash->name;
    Digest digest{};
    constexpr std::size_t kCdHashBytes = 20;
    if (EVP_Digest(directory.blob.data(), directory.blob.size(), digest.data(), nullptr,
                   directory.hash->algorithm(), nullptr) == 1)
      out_.cd_hash = hex(Bytes(digest).first(kCdHashBytes));
    out_.info_plist_hash = directory.special(kInfoPlistSlot);
    out_.code_resources_hash = directory.special(kCodeResourcesSlot);
  }

  // The pages before the signature, each against its hash. The sizes are xnu's 4 and 16 KiB, with
  // room either way; others would make hashing dear.
  void check_pages(const Directory& directory) {
    constexpr std::uint8_t kLeastShift = 12;
    constexpr std::uint8_t kMostShift = 16;
    if (directory.page_shift < kLeastShift || directory.page_shift > kMostShift)
      return bad("pages of an odd size");
    const auto signed_size = static_cast<std::uint64_t>(signature_.data() - image_.data());
    if (directory.code_limit != signed_size)
      bad("it covers " + std::to_string(directory.code_limit) + " bytes of " +
          std::to_string(signed_size));
    const std::size_t page = std::size_t{1} << directory.page_shift;
    const Result<Bytes> code = slice(image_, 0, directory.code_limit);
    const Result<Bytes> hashes = slice(directory.blob, directory.hashes,
                                       std::uint64_t{directory.code_slots} * directory.hash->size);
    if (!code.ok() || !hashes.ok() || directory.code_slots != (code->size() + page - 1) / page)
      return bad("the number of pages does not fit the code");
    for (std::size_t i = 0; i < directory.code_slots; ++i) {
      const Bytes rest = code->subspan(i * page);
      if (!hash_is(*directory.hash, rest.first(std::min(page, rest.size())),
                   hashes->subspan(i * directory.hash->size, directory.hash->size)))
        ++out_.bad_pages;
    }
    out_.pages = out_.bad_pages == 0 && directory.code_limit == signed_size ? PageHashes::kMatch
                                                                            : PageHashes::kMismatch;
    if (out_.bad_pages > 0)
      note("macho.page_hash_mismatch", std::to_string(out_.bad_pages) + " of " +
                                           std::to_string(directory.code_slots) +
                                           " pages were changed");
  }

  void check_blob(const Directory& directory, std::uint32_t slot) {
    const Bytes whole = blob(slot);
    const Bytes expected = directory.special(slot);
    const bool same = whole.empty()
                          ? expected.empty()
                          : !expected.empty() && hash_is(*directory.hash, whole, expected);
    if (same) return;
    out_.blobs_match = false;
    note("macho.blob_hash_mismatch", "blob " + std::to_string(slot) +
                                         (whole.empty()      ? " was taken away"
                                          : expected.empty() ? " was added"
                                                             : " was changed"));
  }

  void read_entitlements() {
    const Bytes xml = content(kEntitlementsSlot, kEntitlementsBlob);
    if (!xml.empty()) {
      Result<Plist> plist = parse_plist(xml);
      if (plist.ok()) {
        for (const Anomaly& anomaly : plist->anomalies)
          note_anomaly(anomalies_, anomaly.id, "entitlements", anomaly.detail);
        out_.entitlements = std::move(plist->root);
      } else {
        note("macho.bad_entitlements", plist.error().message);
      }
    }
    const Bytes der = content(kDerEntitlementsSlot, kDerEntitlementsBlob);
    if (der.empty()) return;
    Result<PlistValue> value = parse_der_entitlements(der);
    if (!value.ok()) return note("macho.bad_entitlements", value.error().message);
    out_.entitlements_der = std::move(value).value();
    if (out_.entitlements && !same_value(*out_.entitlements, *out_.entitlements_der))
      note("macho.entitlements_differ", "XML and DER do not say the same");
  }

  Bytes image_;
  Bytes signature_;
  std::vector<Anomaly>& anomalies_;
  std::map<std::uint32_t, Bytes> blobs_;
  CodeSignature out_;
};

}  // namespace

std::optional<CodeSignature> read_code_signature(Bytes image, Bytes signature,
                                                 std::vector<Anomaly>& anomalies) {
  return SignatureReader(image, signature, anomalies).run();
}

bool code_hash_matches(const CodeSignature& signature, Bytes expected, Bytes file) {
  const auto kind = std::find_if(kHashKinds.begin(), kHashKinds.end(), [&](const HashKind& item) {
    return item.name == signature.hash && item.size == expected.size();
  });
  return kind != kHashKinds.end() && hash_is(*kind, file, expected);
}

}  // namespace bartizan::parse
