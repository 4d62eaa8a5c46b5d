#include "parse/apksig/verifier.h"

#include <algorithm>

#include "base/crypto.h"
#include "parse/apksig/block_verifier.h"
#include "parse/apksig/content_digest.h"
#include "parse/apksig/jar_verifier.h"
#include "parse/apksig/signing_block.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::uint32_t kFirstSandboxPlatform = 26;
constexpr std::int64_t kTargetNeedingV2 = 30;
constexpr std::size_t kEndRecordSize = 22;
constexpr std::size_t kDirectoryOffsetField = 16;
constexpr std::string_view kStampEntry = "stamp-cert-sha256";
constexpr std::size_t kStampBytes = 32;

SignedSections signed_sections(const ZipArchive& archive, std::uint64_t block_offset) {
  const std::uint64_t start = archive.central_directory_offset;
  const std::uint64_t end = archive.end_record_offset;
  SignedSections sections{.before_block = archive.bytes.first(block_offset),
                          .central_directory = archive.bytes.subspan(start, end - start)};
  sections.block_size = start - block_offset;
  const Bytes record = archive.bytes.subspan(end);
  sections.end_record.assign(record.begin(), record.end());
  if (record.size() >= kEndRecordSize) {
    for (std::size_t i = 0; i < 4; ++i)
      sections.end_record[kDirectoryOffsetField + i] =
          static_cast<std::uint8_t>(block_offset >> (8 * i));
  }
  return sections;
}

bool contains(const std::vector<Certificate>& certificates, const Certificate& wanted) {
  return std::any_of(certificates.begin(), certificates.end(), [&](const Certificate& certificate) {
    return certificate.sha256 == wanted.sha256;
  });
}

bool all_in(const std::vector<Certificate>& certificates, const std::vector<Certificate>& others) {
  return std::all_of(certificates.begin(), certificates.end(),
                     [&](const Certificate& certificate) { return contains(others, certificate); });
}

void add_key_warning(const Certificate& signer, std::vector<std::string>& warnings) {
  constexpr int kSoundRsaBits = 2048;
  constexpr int kSoundEcBits = 224;
  std::string kind;
  if (signer.key_type == "DSA") kind = "dsa";  // deprecated whatever its size
  if (signer.key_type == "RSA" && signer.key_bits < kSoundRsaBits) kind = "rsa";
  if (signer.key_type == "EC" && signer.key_bits < kSoundEcBits) kind = "ec";
  if (!kind.empty()) warnings.push_back("key." + kind + "_" + std::to_string(signer.key_bits));
}

// What a file has, found once.
struct SignedParts {
  SignedParts(const ZipArchive& file, InflatedEntries held)
      : archive(file), inflated(std::move(held)), has_v1(has_jar_signature(file)) {
    Result<std::optional<SigningBlock>> found = find_signing_block(file);
    malformed_block = !found.ok();
    if (found.ok() && found->has_value()) {
      block = std::move(**found);
      malformed_block = block.malformed;
      digests.emplace(signed_sections(file, block.offset));
    }
    v2 = block.find(kSchemeV2Block);
    v3 = block.find(kSchemeV3Block);
    v31 = block.find(kSchemeV31Block);
    read_stamp();
  }

  void read_stamp() {
    const ZipEntry* entry = archive.find(kStampEntry);
    const bool has_block = block.find(kSourceStampV2Block) || block.find(kSourceStampV1Block);
    if (entry == nullptr && !has_block) return;
    stamp = SourceStamp{.has_block = has_block};
    if (entry == nullptr) return;
    const ZipContent content = read_zip_entry(archive, *entry, kStampBytes);
    if (content.bytes.size() == kStampBytes) stamp->certificate_sha256 = hex(content.bytes);
  }

  const ZipArchive& archive;
  InflatedEntries inflated;
  bool has_v1;
  SigningBlock block;
  bool malformed_block = false;
  std::optional<Bytes> v2, v3, v31;
  std::optional<ContentDigests> digests;  // present when there is a signing block
  std::optional<SourceStamp> stamp;
};

class Verification {
 public:
  Verification(SignedParts& parts, const SignatureQuestion& question)
      : parts_(parts), question_(question), range_(question.range) {}

  ApkSignature run() {
    list_what_is_there();
    if (parts_.archive.truncated || has_broken_directory()) {
      fail("archive.malformed");
    } else if (range_.max >= kFirstSandboxPlatform && !has_manifest()) {
      fail("archive.no_manifest");
    }
    if (!failed() && range_.max >= kFirstV2Platform) verify_blocks();
    if (!failed()) verify_jar();
    if (!failed()) compare_signers();
    if (!failed()) check_target();
    conclude();
    return std::move(out_);
  }

 private:
  bool failed() const { return !out_.errors.empty(); }
  void fail(std::string_view id) { out_.errors.emplace_back(id); }

  // Keeps an outcome when it is good, else its errors.
  template <typename Outcome>
  void settle(std::string_view scheme, Outcome outcome, std::optional<Outcome>& good) {
    out_.errors.insert(out_.errors.end(), outcome.errors.begin(), outcome.errors.end());
    if (!outcome.signers.empty()) out_.claimed_signers = outcome.signers;
    if (!outcome.errors.empty()) return;
    out_.schemes.emplace_back(scheme);
    good = std::move(outcome);
  }

  void list_what_is_there() {
    if (parts_.has_v1) out_.present.emplace_back("v1");
    if (parts_.v2) out_.present.emplace_back("v2");
    if (parts_.v3) out_.present.emplace_back("v3");
    if (parts_.v31) out_.present.emplace_back("v3.1");
    out_.source_stamp = parts_.stamp;
  }

  bool has_broken_directory() const {
    const std::vector<Anomaly>& anomalies = parts_.archive.anomalies;
    return std::any_of(anomalies.begin(), anomalies.end(),
                       [](const Anomaly& anomaly) { return anomaly.id == "zip.bad_directory"; });
  }
  bool has_manifest() const { return parts_.archive.find("AndroidManifest.xml") != nullptr; }

  bool knows_v3() const { return range_.max >= kFirstV3Platform; }
  bool knows_v31() const { return range_.max >= kFirstV31Platform; }
  // A platform that found a scheme does not look for an older one; only older platforms do.
  bool found_v3_or_newer() const {
    return (parts_.v3 && knows_v3()) || (parts_.v31 && knows_v31());
  }
  bool found_any_block() const {
    return range_.max >= kFirstV2Platform && (parts_.v2 || found_v3_or_newer());
  }

  void verify_blocks() {
    if (knows_v3()) verify_v3_blocks();
    const bool v2_counts = range_.min < kFirstV3Platform || !found_v3_or_newer();
    if (failed() || !parts_.v2 || !v2_counts) return;
    const bool misses_v3 = knows_v3() && !parts_.v3;
    settle("v2", verify_v2_block(*parts_.v2, range_, misses_v3, *parts_.digests), v2_);
  }

  void verify_v3_blocks() {
    std::optional<std::uint32_t> rotation_from;
    if (parts_.v31 && knows_v31()) {
      settle("v3.1",
             verify_v3_block(*parts_.v31, V3Scheme::kV31, range_, std::nullopt, *parts_.digests),
             v31_);
      // The reference lists v3.1 by its signature alone and leaves the content to v3, whose digests
      // are the same in an honest file. The list follows it; the verdict, like a phone, does not.
      if (out_.errors == std::vector<std::string>{"v3.1.digest_mismatch"})
        out_.schemes.emplace_back("v3.1");
      if (failed()) return;
      if (!parts_.v3) return fail("v3.1.without_v3");
      rotation_from = v31_->lowest_sdk;
    }
    if (parts_.v3)
      settle("v3",
             verify_v3_block(*parts_.v3, V3Scheme::kV3, range_, rotation_from, *parts_.digests),
             v3_);
  }

  void verify_jar() {
    if (question_.target_sandbox_version.value_or(1) > 1 && range_.max >= kFirstSandboxPlatform &&
        !found_any_block())
      fail("v1.sandbox_needs_v2");
    if (range_.min >= kFirstV2Platform && found_any_block()) return;
    JarSignature jar = verify_jar_signature(
        parts_.archive, range_,
        {.v2 = parts_.v2.has_value(), .v3 = parts_.v3.has_value() && knows_v3()}, parts_.inflated);
    undecided_ = jar.limit_reached && jar.errors.empty() && !failed();
    if (undecided_) {
      out_.claimed_signers = std::move(jar.signers);
      fail("v1.too_large");
    } else {
      settle("v1", std::move(jar), v1_);
    }
  }

  // The signatures of one file must speak of the same people, or of one person's keys in order.
  void compare_signers() {
    if (v1_ && v2_) {
      if (!all_in(v1_->signers, v2_->signers)) fail("v1.signer_not_in_v2");
      if (!all_in(v2_->signers, v1_->signers)) fail("v2.signer_not_in_v1");
    }
    if (!v3_ || !(v1_ || v2_)) return;
    const std::vector<Certificate>& past = v1_ ? v1_->signers : v2_->signers;
    if (past.size() != 1) fail("v3.several_past_signers");
    const std::vector<std::string>& lineage =
        v31_ && !v31_->lineage.empty() ? v31_->lineage : v3_->lineage;
    if (lineage.empty() && v3_->signers.size() != 1) fail("v3.too_many_signers");
    const std::string& oldest = lineage.empty() ? v3_->signers.front().sha256 : lineage.front();
    if (past.front().sha256 != oldest) fail("v3.past_signers_differ");
  }

  void check_target() {
    const std::int64_t target = question_.target_sdk.value_or(0);
    if (target >= kTargetNeedingV2 && range_.max >= target && !v2_ && !v3_ && !v31_)
      fail("v1.required");
  }

  void conclude() {
    std::sort(out_.schemes.begin(), out_.schemes.end());
    if (out_.present.empty() && (!failed() || out_.errors.front().starts_with("v1."))) {
      out_.verdict = SignatureVerdict::kUnsigned;
      out_.errors.clear();
    } else if (failed()) {
      out_.verdict = undecided_ ? SignatureVerdict::kError : SignatureVerdict::kRejected;
    } else {
      out_.verdict = SignatureVerdict::kVerified;
      out_.verified_by = out_.schemes.back();
      if (v31_ || v3_) {
        const BlockResult& newest = v31_ ? *v31_ : *v3_;
        out_.signers = {newest.signers.back()};
        out_.lineage = v31_ && !v31_->lineage.empty() ? v31_->lineage
                       : v3_                          ? v3_->lineage
                                                      : std::vector<std::string>();
      } else {
        out_.signers = v2_ ? v2_->signers : v1_->signers;
      }
      out_.claimed_signers.clear();
    }
    list_warnings();
  }

  void list_warnings() {
    if (parts_.malformed_block) out_.warnings.emplace_back("block.malformed");
    if (out_.verdict != SignatureVerdict::kVerified) return;
    if (out_.verified_by == "v1") {
      out_.warnings.emplace_back("scheme.v1_only");
      const auto uses = [&](std::string_view digest) {
        return std::find(v1_->digests.begin(), v1_->digests.end(), digest) != v1_->digests.end();
      };
      if (uses("MD5")) out_.warnings.emplace_back("digest.md5");
      if (uses("SHA1")) out_.warnings.emplace_back("digest.sha1");
    }
    for (const Certificate& signer : out_.signers) add_key_warning(signer, out_.warnings);
  }

  SignedParts& parts_;
  const SignatureQuestion& question_;
  SdkRange range_;
  ApkSignature out_;
  std::optional<BlockResult> v2_, v3_, v31_;  // present when they accept the file
  std::optional<JarSignature> v1_;
  bool undecided_ = false;
};

}  // namespace

std::string_view to_string(SignatureVerdict value) {
  switch (value) {
    case SignatureVerdict::kVerified:
      return "verified";
    case SignatureVerdict::kRejected:
      return "rejected";
    case SignatureVerdict::kUnsigned:
      return "unsigned";
    case SignatureVerdict::kError:
      return "error";
  }
  return "";
}

struct ApkSignatureVerifier::State {
  SignedParts parts;
};

ApkSignatureVerifier::ApkSignatureVerifier(const ZipArchive& archive, InflatedEntries inflated)
    : state_(std::make_unique<State>(State{SignedParts(archive, std::move(inflated))})) {}
ApkSignatureVerifier::~ApkSignatureVerifier() = default;

ApkSignature ApkSignatureVerifier::verify(const SignatureQuestion& question) {
  return Verification(state_->parts, question).run();
}

ApkSignature verify_apk_signature(const ZipArchive& archive, const SignatureQuestion& question) {
  return ApkSignatureVerifier(archive).verify(question);
}

}  // namespace bartizan::parse
