#include "parse/apksig/jar_verifier.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "parse/apksig/block_verifier.h"
#include "parse/apksig/jar_algorithms.h"
#include "parse/apksig/jar_manifest.h"
#include "parse/apksig/signed_file.h"
#include "parse/apksig/signing_block.h"
#include "parse/zip/entry_viewer.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::string_view kFolder = "META-INF/";
constexpr std::string_view kManifestName = "META-INF/MANIFEST.MF";
constexpr std::size_t kMaxSignatureFile = 64 << 20;

bool is_block_file(std::string_view name) {
  return name.starts_with(kFolder) &&
         (name.ends_with(".RSA") || name.ends_with(".DSA") || name.ends_with(".EC"));
}

std::string signature_file_of(std::string_view block_file) {
  return std::string(block_file.substr(0, block_file.rfind('.'))) + ".SF";
}

// Directories and what lies in META-INF need no digest.
bool needs_digest(std::string_view name) {
  return !name.starts_with(kFolder) && !name.ends_with('/');
}

// Ids in a comma-separated list, as X-Android-APK-Signed has them.
bool lists(std::string_view ids, std::string_view wanted) {
  while (!ids.empty()) {
    std::string_view id = ids.substr(0, std::min(ids.find(','), ids.size()));
    ids.remove_prefix(std::min(id.size() + 1, ids.size()));
    while (id.starts_with(' ')) id.remove_prefix(1);
    while (id.ends_with(' ')) id.remove_suffix(1);
    if (id == wanted) return true;
  }
  return false;
}

using Sections = std::unordered_map<std::string_view, const JarSection*>;

struct Signer {
  const ZipEntry* block = nullptr;
  const ZipEntry* file = nullptr;
  ZipContent content;  // of the .SF file
  std::vector<JarSection> sections;
  std::unordered_set<std::string_view> covers;  // entry names
  Certificate certificate;
};

class JarVerifier {
 public:
  JarVerifier(const ZipArchive& archive, SdkRange range, OtherSchemes found,
              const InflatedEntries& inflated)
      : archive_(archive), range_(range), found_(found), inflated_(inflated), viewer_(archive) {}

  JarSignature verify() {
    index_entries();
    if (!out_.errors.empty() || !read_manifest()) return std::move(out_);
    find_signers();
    for (Signer& signer : signers_) verify_signature_block(signer);
    if (!out_.errors.empty()) return std::move(out_);
    std::erase_if(signers_, [&](Signer& signer) { return !verify_signature_file(signer); });
    if (out_.errors.empty() && signers_.empty()) fail("no_signers");
    if (out_.errors.empty()) verify_entries();
    out_.digests.assign(digests_.begin(), digests_.end());
    return std::move(out_);
  }

 private:
  void fail(std::string_view what) {
    const std::string id = "v1." + std::string(what);
    if (std::find(out_.errors.begin(), out_.errors.end(), id) == out_.errors.end())
      out_.errors.push_back(id);
  }

  void index_entries() {
    names_.reserve(archive_.entries.size());
    for (const ZipEntry& entry : archive_.entries) {
      if (!names_.emplace(entry.name, &entry).second) fail("duplicate_entry");
    }
  }

  const ZipEntry* find_entry(std::string_view name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : found->second;
  }

  // Platforms refuse an entry that is not what its headers say.
  std::optional<ZipContent> read(const ZipEntry& entry, std::size_t limit) {
    ZipContent content = read_zip_entry(archive_, entry, limit);
    const bool wrong_size =
        std::any_of(content.anomalies.begin(), content.anomalies.end(),
                    [](const Anomaly& anomaly) { return anomaly.id == "zip.wrong_size"; });
    if (!content.truncated && !wrong_size) return content;
    out_.limit_reached =
        std::any_of(content.anomalies.begin(), content.anomalies.end(),
                    [](const Anomaly& anomaly) { return anomaly.id == "zip.output_limit"; });
    if (!out_.limit_reached) fail("malformed_entry");
    return std::nullopt;
  }

  // As read(), until the next entry is looked at.
  std::optional<Bytes> look_at(const ZipEntry& entry, std::size_t limit) {
    ZipEntryView view;
    if (const auto held = inflated_.find(&entry); held != inflated_.end()) {
      view.bytes = held->second;
      view.truncated = view.limit_reached = view.bytes.size() > limit;
    } else {
      view = viewer_.look_at(entry, limit);
    }
    if (!view.truncated && view.bytes.size() == entry.size) return view.bytes;
    out_.limit_reached = view.limit_reached;
    if (!out_.limit_reached) fail("malformed_entry");
    return std::nullopt;
  }

  bool read_manifest() {
    const ZipEntry* entry = find_entry(kManifestName);
    if (entry == nullptr) {
      fail("no_manifest");
      return false;
    }
    std::optional<ZipContent> content = read(*entry, kMaxSignatureFile);
    if (!content) return false;
    manifest_ = std::move(*content);
    sections_ = parse_jar_sections(manifest_.bytes);
    for (std::size_t i = 1; i < sections_.size(); ++i) {
      const std::string_view name = sections_[i].name();
      if (name.empty()) {
        fail("malformed");
      } else if (!by_name_.emplace(name, &sections_[i]).second) {
        fail("duplicate_section");
      } else if (find_entry(name) == nullptr || name.ends_with('/')) {
        fail("entry_missing");
      }
    }
    return out_.errors.empty();
  }

  void find_signers() {
    for (const ZipEntry& entry : archive_.entries) {
      if (!is_block_file(entry.name)) continue;
      const ZipEntry* file = find_entry(signature_file_of(entry.name));
      if (file != nullptr) signers_.push_back({.block = &entry, .file = file});
    }
    if (signers_.empty()) fail("no_signers");
    if (signers_.size() > kMaxSigners) {
      fail("too_many_signers");
      signers_.clear();
    }
  }

  void verify_signature_block(Signer& signer) {
    const std::optional<ZipContent> block = read(*signer.block, kMaxSignatureBlockBytes);
    std::optional<ZipContent> file = read(*signer.file, kMaxSignatureFile);
    if (!block || !file) return fail("malformed_entry");
    signer.content = std::move(*file);
    Result<SignedFile> verified = verify_signed_file(block->bytes, signer.content.bytes, range_);
    if (!verified.ok()) {
      const ErrorCode code = verified.error().code;
      return fail(code == ErrorCode::kDenied        ? "signature_mismatch"
                  : code == ErrorCode::kUnsupported ? "unsupported_algorithm"
                                                    : "malformed");
    }
    digests_.insert(std::move(verified->digest));
    signer.certificate = std::move(verified->signer);
    out_.signers.push_back(signer.certificate);  // claimed until the content is verified
  }

  // False: platforms pass this signer over, as if it were not there.
  bool verify_signature_file(Signer& signer) {
    signer.sections = parse_jar_sections(signer.content.bytes);
    if (signer.sections.empty() || signer.sections[0].find("Signature-Version").empty())
      return false;
    const JarSection& main = signer.sections[0];
    if (range_.max >= kFirstV2Platform) check_stripping(main.find("X-Android-APK-Signed"));
    const bool by_signtool = main.find("Created-By").find("signtool") != std::string_view::npos;
    const bool whole_matches = matches_whole_manifest(main, by_signtool);
    if (!by_signtool) check_main_section(main);
    for (std::size_t i = 1; i < signer.sections.size(); ++i) {
      const JarSection& section = signer.sections[i];
      const std::string_view name = section.name();
      if (name.empty() || !signer.covers.insert(name).second) return false;
      if (whole_matches) continue;
      const auto described = by_name_.find(name);
      if (described == by_name_.end()) return false;
      check_section(section, *described->second, by_signtool);
    }
    return true;
  }

  void check_stripping(std::string_view schemes) {
    const bool knows_v3 = range_.max >= kFirstV3Platform;
    if ((lists(schemes, "2") && !found_.v2) || (knows_v3 && lists(schemes, "3") && !found_.v3))
      fail("stripped");
  }

  bool matches_whole_manifest(const JarSection& main, bool by_signtool) {
    const std::vector<JarDigest> digests =
        jar_digests_to_compare(main, by_signtool ? "-Digest" : "-Digest-Manifest", range_);
    return !digests.empty() && all_match(digests, manifest_.bytes);
  }

  void check_main_section(const JarSection& main) {
    const std::vector<JarDigest> digests =
        jar_digests_to_compare(main, "-Digest-Manifest-Main-Attributes", range_);
    if (!digests.empty() && !(sections_.size() > 0 && all_match(digests, sections_[0].raw)))
      fail("main_section_digest_mismatch");
  }

  void check_section(const JarSection& section, const JarSection& described, bool by_signtool) {
    Bytes raw = described.raw;
    if (by_signtool && as_text(raw).ends_with("\n\n")) raw = raw.first(raw.size() - 1);
    const std::vector<JarDigest> digests = jar_digests_to_compare(section, "-Digest", range_);
    if (digests.empty() || !all_match(digests, raw)) fail("section_digest_mismatch");
  }

  bool all_match(const std::vector<JarDigest>& digests, Bytes content) {
    return std::all_of(digests.begin(), digests.end(), [&](const JarDigest& digest) {
      digests_.insert(std::string(digest.name));
      return jar_digest_matches(digest, content);
    });
  }

  // All entries must be signed by the same signers; those are the app's.
  void verify_entries() {
    std::size_t left = kMaxJarBytes;
    std::optional<std::vector<const Signer*>> signed_by;
    for (const ZipEntry& entry : archive_.entries) {
      if (!needs_digest(entry.name)) continue;
      std::vector<const Signer*> covered_by = signers_covering(entry.name);
      const auto section = by_name_.find(entry.name);
      if (section == by_name_.end() || covered_by.empty()) {
        fail("entry_not_signed");
        continue;
      }
      if (!signed_by) signed_by = covered_by;
      if (covered_by != *signed_by) fail("signers_differ");
      const std::vector<JarDigest> digests =
          jar_digests_to_compare(*section->second, "-Digest", range_);
      if (digests.empty()) {
        fail("entry_not_signed");
        continue;
      }
      // One that cannot be read ends it: what follows could cost as much again, and again.
      const std::optional<Bytes> content = look_at(entry, std::min(left, kMaxJarEntryBytes));
      if (!content) return;
      left -= content->size();
      if (!all_match(digests, *content)) fail("entry_digest_mismatch");
    }
    if (!signed_by) return fail("nothing_signed");
    out_.signers.clear();
    for (const Signer* signer : *signed_by) out_.signers.push_back(signer->certificate);
  }

  std::vector<const Signer*> signers_covering(std::string_view name) const {
    std::vector<const Signer*> out;
    for (const Signer& signer : signers_) {
      if (signer.covers.contains(name)) out.push_back(&signer);
    }
    return out;
  }

  const ZipArchive& archive_;
  SdkRange range_;
  OtherSchemes found_;
  const InflatedEntries& inflated_;
  ZipEntryViewer viewer_;
  JarSignature out_;
  std::unordered_map<std::string_view, const ZipEntry*> names_;
  ZipContent manifest_;
  std::vector<JarSection> sections_;
  Sections by_name_;
  std::vector<Signer> signers_;
  std::set<std::string> digests_;
};

}  // namespace

bool has_jar_signature(const ZipArchive& archive) {
  return std::any_of(archive.entries.begin(), archive.entries.end(),
                     [](const ZipEntry& entry) { return is_block_file(entry.name); });
}

JarSignature verify_jar_signature(const ZipArchive& archive, SdkRange range, OtherSchemes found,
                                  const InflatedEntries& inflated) {
  return JarVerifier(archive, range, found, inflated).verify();
}

}  // namespace bartizan::parse
