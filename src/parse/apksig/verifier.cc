#include "parse/apksig/verifier.h"

#include <algorithm>
#include <map>

#include "parse/apksig/algorithms.h"
#include "parse/apksig/jar_verifier.h"
#include "parse/apksig/lineage.h"
#include "parse/apksig/signing_block.h"
#include "parse/x509/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::uint32_t kStrippingProtection = 0xbeeff00d;  // v2 attribute: id of a newer scheme
constexpr std::uint32_t kProofOfRotation = 0x3ba06f8c;
constexpr std::uint32_t kRotationMinSdk = 0x559f8b02;  // v3 attribute: a v3.1 block must be there
constexpr std::uint32_t kV3SchemeId = 3;
constexpr std::uint32_t kFirstV2Platform = 24;
constexpr std::uint32_t kFirstV3Platform = 28;
constexpr std::uint32_t kFirstV31Platform = 33;
constexpr std::int64_t kTargetNeedingV2 = 30;
constexpr std::size_t kEndRecordSize = 22;
constexpr std::size_t kDirectoryOffsetField = 16;

std::optional<std::uint32_t> u32_of(const SignerAttribute* attribute) {
  if (attribute == nullptr) return std::nullopt;
  const Result<std::uint32_t> value = ByteReader(attribute->value).u32();
  return value.ok() ? std::optional(*value) : std::nullopt;
}

// One scheme's judgement. No error: the scheme accepts the file.
struct SchemeResult {
  std::vector<Certificate> signers;
  std::vector<std::string> errors;
  bool applies = true;  // false: no signer of it is meant for this platform
};

class Verifier {
 public:
  Verifier(const ZipArchive& archive, const SignaturePlatform& platform)
      : archive_(archive), platform_(platform) {}

  ApkSignature verify() {
    const bool has_v1 = has_jar_signature(archive_);
    const Result<std::optional<SigningBlock>> block = find_signing_block(archive_);
    if (has_v1) out_.schemes.push_back("v1");
    if (!block.ok()) return reject("block.malformed");
    if (block->has_value()) block_ = **block;
    const std::optional<Bytes> v2 = block_.find(kSchemeV2Block);
    const std::optional<Bytes> v3 = block_.find(kSchemeV3Block);
    const std::optional<Bytes> v31 = block_.find(kSchemeV31Block);
    if (v2) out_.schemes.push_back("v2");
    if (v3) out_.schemes.push_back("v3");
    if (v31) out_.schemes.push_back("v3.1");
    if (archive_.truncated || has_broken_directory()) return reject("archive.malformed");
    if (platform_.sdk >= kFirstV31Platform && v31 && try_v31(*v31, v3)) return out_;
    if (platform_.sdk >= kFirstV3Platform && v3) return conclude("v3", verify_v3(*v3, "v3", v31));
    if (platform_.sdk >= kFirstV2Platform && v2)
      return conclude("v2", verify_v2(*v2, v3.has_value()));
    return judge_v1(has_v1);
  }

 private:
  ApkSignature reject(std::string_view error) {
    out_.verdict = SignatureVerdict::kRejected;
    out_.errors.emplace_back(error);
    return out_;
  }

  bool has_broken_directory() const {
    return std::any_of(archive_.anomalies.begin(), archive_.anomalies.end(),
                       [](const Anomaly& anomaly) { return anomaly.id == "zip.bad_directory"; });
  }

  // False: this platform is older than the rotated key is meant for, so v3 decides.
  bool try_v31(Bytes value, std::optional<Bytes> v3) {
    SchemeResult result = verify_v3(value, "v3.1", std::nullopt);
    if (!result.applies && result.errors.empty()) return false;
    if (!v3) {
      fail(result, "v3.1", "stripped");  // v3 must stand beside it
    } else {
      SchemeResult unused;
      for (const SchemeSigner& signer : signers_of(*v3, SignerLayout::kV3, "v3", unused))
        check_rotation_mark(signer, value, result);
    }
    conclude("v3.1", std::move(result));
    return true;
  }

  ApkSignature conclude(std::string_view scheme, SchemeResult result) {
    if (!result.applies) result.errors.push_back(std::string(scheme) + ".no_signers");
    out_.verified_by = result.errors.empty() ? scheme : "";
    out_.verdict =
        result.errors.empty() ? SignatureVerdict::kVerified : SignatureVerdict::kRejected;
    out_.signers = std::move(result.signers);
    out_.errors = std::move(result.errors);
    return out_;
  }

  SchemeResult verify_v2(Bytes value, bool has_v3) {
    SchemeResult result;
    const std::vector<SchemeSigner> signers = signers_of(value, SignerLayout::kV2, "v2", result);
    for (const SchemeSigner& signer : signers) {
      verify_signer(signer, "v2", result);
      if (platform_.sdk >= kFirstV3Platform && !has_v3 &&
          u32_of(signer.attribute(kStrippingProtection)) == kV3SchemeId)
        result.errors.push_back("v2.stripped");  // it had a v3 signature once
    }
    return result;
  }

  SchemeResult verify_v3(Bytes value, std::string_view scheme, std::optional<Bytes> v31) {
    SchemeResult result;
    const std::vector<SchemeSigner> signers = signers_of(value, SignerLayout::kV3, scheme, result);
    std::vector<const SchemeSigner*> meant;
    for (const SchemeSigner& signer : signers) {
      if (signer.min_sdk <= platform_.sdk && platform_.sdk <= signer.max_sdk)
        meant.push_back(&signer);
    }
    result.applies = !meant.empty() || !result.errors.empty();
    if (meant.size() > 1) fail(result, scheme, "too_many_signers");
    for (const SchemeSigner* signer : meant) {
      verify_signer(*signer, scheme, result);
      if (signer->min_sdk != signer->signed_min_sdk || signer->max_sdk != signer->signed_max_sdk)
        fail(result, scheme, "sdk_range_mismatch");
      const SignerAttribute* lineage = signer->attribute(kProofOfRotation);
      if (lineage != nullptr && !signer->certificates.empty() &&
          !verify_lineage(lineage->value, signer->certificates.front()).ok())
        fail(result, scheme, "bad_lineage");
      if (scheme == "v3") check_rotation_mark(*signer, v31, result);
    }
    return result;
  }

  // A v3 signer that says from which API level another key holds needs the v3.1 block that has it.
  void check_rotation_mark(const SchemeSigner& signer, std::optional<Bytes> v31,
                           SchemeResult& result) {
    const std::optional<std::uint32_t> from = u32_of(signer.attribute(kRotationMinSdk));
    if (!from || platform_.sdk < kFirstV31Platform) return;
    if (!v31) {
      fail(result, "v3", "stripped");
      return;
    }
    SchemeResult unused;
    for (const SchemeSigner& other : signers_of(*v31, SignerLayout::kV3, "v3.1", unused)) {
      if (other.min_sdk == *from) return;
    }
    fail(result, "v3", "sdk_range_mismatch");
  }

  static std::vector<SchemeSigner> signers_of(Bytes value, SignerLayout layout,
                                              std::string_view scheme, SchemeResult& result) {
    Result<std::vector<SchemeSigner>> signers = parse_signers(value, layout);
    if (!signers.ok()) {
      fail(result, scheme,
           signers.error().code == ErrorCode::kLimit ? "too_many_signers" : "malformed");
      return {};
    }
    if (signers->empty()) fail(result, scheme, "no_signers");
    return std::move(signers).value();
  }

  static void fail(SchemeResult& result, std::string_view scheme, std::string_view what) {
    result.errors.push_back(std::string(scheme) + "." + std::string(what));
  }

  void verify_signer(const SchemeSigner& signer, std::string_view scheme, SchemeResult& result) {
    const AlgorithmValue* best = best_signature(signer);
    if (best == nullptr) return fail(result, scheme, "no_supported_algorithm");
    if (!signature_verifies(best->algorithm, signer.public_key, signer.signed_data, best->value))
      fail(result, scheme, "signature_mismatch");
    if (!same_algorithms(signer)) fail(result, scheme, "algorithm_mismatch");
    if (signer.certificates.empty()) return fail(result, scheme, "no_certificate");
    Result<Certificate> certificate = parse_certificate(signer.certificates.front());
    if (!certificate.ok()) return fail(result, scheme, "bad_certificate");
    if (!same_public_key(certificate->public_key, signer.public_key))
      fail(result, scheme, "public_key_mismatch");
    result.signers.push_back(std::move(certificate).value());
    for (const AlgorithmValue& digest : signer.digests) {
      if (digest.algorithm != best->algorithm) continue;
      const std::vector<std::uint8_t>& actual = content_digest(*content_digest_of(best->algorithm));
      if (!std::equal(actual.begin(), actual.end(), digest.value.begin(), digest.value.end()))
        fail(result, scheme, "digest_mismatch");
    }
  }

  // The platform verifies one signature: that with the strongest digest, the first of equals.
  static const AlgorithmValue* best_signature(const SchemeSigner& signer) {
    const AlgorithmValue* best = nullptr;
    for (const AlgorithmValue& signature : signer.signatures) {
      const std::optional<ContentDigest> digest = content_digest_of(signature.algorithm);
      if (!digest) continue;
      if (best == nullptr || *digest > *content_digest_of(best->algorithm)) best = &signature;
    }
    return best;
  }

  static bool same_algorithms(const SchemeSigner& signer) {
    return std::equal(signer.digests.begin(), signer.digests.end(), signer.signatures.begin(),
                      signer.signatures.end(),
                      [](const auto& a, const auto& b) { return a.algorithm == b.algorithm; });
  }

  const std::vector<std::uint8_t>& content_digest(ContentDigest kind) {
    const auto [found, is_new] = digests_.try_emplace(kind);
    if (is_new) found->second = digest_content(signed_sections(), kind);
    return found->second;
  }

  SignedSections signed_sections() const {
    const std::uint64_t start = archive_.central_directory_offset;
    const std::uint64_t end = archive_.end_record_offset;
    SignedSections sections{.before_block = archive_.bytes.first(block_.offset),
                            .central_directory = archive_.bytes.subspan(start, end - start)};
    const Bytes record = archive_.bytes.subspan(end);
    sections.end_record.assign(record.begin(), record.end());
    if (record.size() >= kEndRecordSize) {
      for (std::size_t i = 0; i < 4; ++i)
        sections.end_record[kDirectoryOffsetField + i] =
            static_cast<std::uint8_t>(block_.offset >> (8 * i));
    }
    return sections;
  }

  ApkSignature judge_v1(bool present) {
    if (!present && out_.schemes.empty()) return out_;  // unsigned
    if (!present) return reject("v1.no_signers");
    JarSignature jar = verify_jar_signature(archive_);
    // Only a platform that would have looked at the newer scheme misses it.
    const bool misses_v2 = jar.speaks_of_v2 && platform_.sdk >= kFirstV2Platform;
    const bool misses_v3 = jar.speaks_of_v3 && platform_.sdk >= kFirstV3Platform;
    if (misses_v2 || misses_v3) jar.errors.push_back("v1.stripped");
    if (platform_.sdk >= kTargetNeedingV2 && platform_.target_sdk.value_or(0) >= kTargetNeedingV2)
      jar.errors.push_back("v1.required");
    const bool undecided = jar.limit_reached && jar.errors.empty();
    conclude("v1", {.signers = std::move(jar.signers), .errors = std::move(jar.errors)});
    if (undecided) {
      out_.verdict = SignatureVerdict::kNotVerified;
      out_.verified_by = "";
    }
    return out_;
  }

  const ZipArchive& archive_;
  const SignaturePlatform& platform_;
  SigningBlock block_;
  ApkSignature out_;
  std::map<ContentDigest, std::vector<std::uint8_t>> digests_;
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
    case SignatureVerdict::kNotVerified:
      return "not_verified";
  }
  return "";
}

ApkSignature verify_apk_signature(const ZipArchive& archive, const SignaturePlatform& platform) {
  return Verifier(archive, platform).verify();
}

}  // namespace bartizan::parse
