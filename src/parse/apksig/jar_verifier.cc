#include "parse/apksig/jar_verifier.h"

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "base/crypto.h"
#include "parse/apksig/jar_manifest.h"
#include "parse/apksig/signed_file.h"
#include "parse/apksig/signing_block.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::string_view kFolder = "META-INF/";
constexpr std::string_view kManifestName = "META-INF/MANIFEST.MF";
constexpr std::size_t kMaxSignatureFile = 64 << 20;

// The strongest first: the platform compares the first that is there.
struct DigestName {
  std::string_view prefix;
  const EVP_MD* (*hash)();
};
constexpr DigestName kDigests[] = {
    {"SHA-512", EVP_sha512}, {"SHA-384", EVP_sha384}, {"SHA-256", EVP_sha256}, {"SHA1", EVP_sha1}};

enum class Comparison { kSame, kDifferent, kAbsent };

// Compares `bytes` with the attribute "SHA-256" + `suffix`, or the like.
Comparison compare_digest(const JarSection& section, std::string_view suffix, Bytes bytes) {
  for (const DigestName& digest : kDigests) {
    const std::string_view stated = section.find(std::string(digest.prefix) + std::string(suffix));
    if (stated.empty()) continue;
    unsigned char actual[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), actual, &size, digest.hash(), nullptr);
    return base64({actual, size}) == stated ? Comparison::kSame : Comparison::kDifferent;
  }
  return Comparison::kAbsent;
}

bool is_block_file(std::string_view name) {
  return name.starts_with(kFolder) && name.find('/', kFolder.size()) == std::string_view::npos &&
         (name.ends_with(".RSA") || name.ends_with(".DSA") || name.ends_with(".EC"));
}

// Directories and what lies in META-INF need no digest.
bool needs_digest(std::string_view name) {
  return !name.starts_with(kFolder) && !name.ends_with('/');
}

using Sections = std::map<std::string, const JarSection*, std::less<>>;

class JarVerifier {
 public:
  explicit JarVerifier(const ZipArchive& archive) : archive_(archive) {}

  JarSignature verify() {
    if (!read_manifest()) return std::move(out_);
    for (const ZipEntry& entry : archive_.entries) {
      if (!is_block_file(entry.name)) continue;
      if (++blocks_ > kMaxSigners) {
        fail("too_many_signers");
        break;
      }
      verify_signer(entry);
    }
    if (blocks_ == 0) fail("no_signers");
    if (out_.errors.empty()) verify_entries();
    return std::move(out_);
  }

 private:
  void fail(std::string_view what) {
    const std::string id = "v1." + std::string(what);
    if (std::find(out_.errors.begin(), out_.errors.end(), id) == out_.errors.end())
      out_.errors.push_back(id);
  }

  bool read_manifest() {
    const ZipEntry* entry = archive_.find(kManifestName);
    if (entry == nullptr) {
      fail("no_manifest");
      return false;
    }
    manifest_ = read_zip_entry(archive_, *entry, kMaxSignatureFile);
    if (manifest_.truncated) {
      fail("malformed");
      return false;
    }
    manifest_sections_ = parse_jar_sections(manifest_.bytes);
    by_name_ = named_sections(manifest_sections_);
    return true;
  }

  Sections named_sections(const std::vector<JarSection>& sections) {
    Sections out;
    for (std::size_t i = 1; i < sections.size(); ++i) {
      const std::string_view name = sections[i].find("Name");
      if (name.empty()) fail("malformed");
      if (!out.emplace(name, &sections[i]).second) fail("duplicate_section");
    }
    return out;
  }

  void verify_signer(const ZipEntry& block_entry) {
    const std::string_view name = block_entry.name;
    const std::string file_name = std::string(name.substr(0, name.rfind('.'))) + ".SF";
    const ZipEntry* file_entry = archive_.find(file_name);
    if (file_entry == nullptr) return fail("no_signature_file");
    const ZipContent block = read_zip_entry(archive_, block_entry, kMaxSignatureBlockBytes);
    const ZipContent file = read_zip_entry(archive_, *file_entry, kMaxSignatureFile);
    Result<Certificate> signer = verify_signed_file(block.bytes, file.bytes);
    if (!signer.ok())
      return fail(signer.error().code == ErrorCode::kDenied ? "signature_mismatch" : "malformed");
    out_.signers.push_back(std::move(signer).value());
    verify_signature_file(file.bytes);
  }

  void verify_signature_file(Bytes bytes) {
    const std::vector<JarSection> sections = parse_jar_sections(bytes);
    if (sections.empty() || sections[0].find("Signature-Version").empty()) return fail("malformed");
    const std::string_view newer = sections[0].find("X-Android-APK-Signed");
    out_.speaks_of_v2 |= newer.find('2') != std::string_view::npos;
    out_.speaks_of_v3 |= newer.find('3') != std::string_view::npos;
    const Sections named = named_sections(sections);
    std::set<std::string, std::less<>> covered;
    const bool whole_matches =
        compare_digest(sections[0], "-Digest-Manifest", manifest_.bytes) == Comparison::kSame;
    for (const auto& [name, section] : named) {
      const auto described = by_name_.find(name);
      if (described == by_name_.end()) continue;
      if (!whole_matches &&
          compare_digest(*section, "-Digest", described->second->raw) != Comparison::kSame)
        fail("section_digest_mismatch");
      covered.insert(name);
    }
    covered_.push_back(std::move(covered));
  }

  void verify_entries() {
    std::size_t left = kMaxJarBytes;
    std::set<std::string_view> seen;
    for (const ZipEntry& entry : archive_.entries) {
      if (!needs_digest(entry.name)) continue;
      seen.insert(entry.name);
      const auto section = by_name_.find(entry.name);
      if (section == by_name_.end() || !covered_by_all(entry.name)) {
        fail("entry_not_signed");
        continue;
      }
      const ZipContent content = read_zip_entry(archive_, entry, std::min(left, kMaxJarEntryBytes));
      // One that does not inflate ends it: what follows could cost as much again, and again.
      if (content.truncated) return give_up(content);
      left -= content.bytes.size();
      if (compare_digest(*section->second, "-Digest", content.bytes) != Comparison::kSame)
        fail("entry_digest_mismatch");
    }
    for (const auto& [name, section] : by_name_) {
      if (needs_digest(name) && !seen.contains(name)) fail("entry_missing");
    }
  }

  void give_up(const ZipContent& content) {
    out_.limit_reached =
        std::any_of(content.anomalies.begin(), content.anomalies.end(),
                    [](const Anomaly& anomaly) { return anomaly.id == "zip.output_limit"; });
    if (!out_.limit_reached) fail("entry_digest_mismatch");
  }

  bool covered_by_all(std::string_view name) const {
    return std::all_of(covered_.begin(), covered_.end(),
                       [&](const auto& names) { return names.contains(name); });
  }

  const ZipArchive& archive_;
  JarSignature out_;
  ZipContent manifest_;
  std::vector<JarSection> manifest_sections_;
  Sections by_name_;
  std::vector<std::set<std::string, std::less<>>> covered_;  // by each signer
  std::size_t blocks_ = 0;
};

}  // namespace

bool has_jar_signature(const ZipArchive& archive) {
  return std::any_of(archive.entries.begin(), archive.entries.end(),
                     [](const ZipEntry& entry) { return is_block_file(entry.name); });
}

JarSignature verify_jar_signature(const ZipArchive& archive) {
  return JarVerifier(archive).verify();
}

}  // namespace bartizan::parse
