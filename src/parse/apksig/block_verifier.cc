#include "parse/apksig/block_verifier.h"

#include <algorithm>
#include <map>
#include <set>

#include "parse/apksig/lineage.h"
#include "parse/apksig/signing_block.h"
#include "parse/x509/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::uint32_t kStrippingProtection = 0xbeeff00d;  // v2 attribute: id of a newer scheme
constexpr std::uint32_t kProofOfRotation = 0x3ba06f8c;
constexpr std::uint32_t kRotationMinSdk = 0x559f8b02;  // v3 attribute: a v3.1 block must be there
constexpr std::uint32_t kRotationOnDevRelease = 0xc2a6b3ba;
constexpr std::uint32_t kV3SchemeId = 3;

std::optional<std::uint32_t> u32_of(const SignerAttribute* attribute) {
  if (attribute == nullptr) return std::nullopt;
  const Result<std::uint32_t> value = ByteReader(attribute->value).u32();
  return value.ok() ? std::optional(*value) : std::nullopt;
}

// Which signature decides is a matter of the platform: it takes the one with the strongest digest
// among those it knows. Empty: the range begins where none is known.
std::vector<const AlgorithmValue*> deciding_signatures(const SchemeSigner& signer, SdkRange range) {
  std::map<std::uint32_t, const AlgorithmValue*> best;  // by the platform from which it is known
  for (const AlgorithmValue& signature : signer.signatures) {
    const std::optional<SchemeAlgorithm> algorithm = scheme_algorithm(signature.algorithm);
    if (!algorithm || algorithm->first_platform > range.max) continue;
    const AlgorithmValue*& known = best[algorithm->first_platform];
    if (known == nullptr || algorithm->digest > scheme_algorithm(known->algorithm)->digest)
      known = &signature;
  }
  std::vector<const AlgorithmValue*> out;
  if (best.empty() || range.min < best.begin()->first) return out;
  for (const auto& [platform, signature] : best) out.push_back(signature);
  return out;
}

bool same_algorithms(const SchemeSigner& signer) {
  return std::equal(signer.digests.begin(), signer.digests.end(), signer.signatures.begin(),
                    signer.signatures.end(),
                    [](const auto& a, const auto& b) { return a.algorithm == b.algorithm; });
}

// What the schemes have in common.
class SchemeVerifier {
 public:
  SchemeVerifier(std::string scheme, ContentDigests& digests)
      : scheme_(std::move(scheme)), digests_(digests) {}

  std::vector<SchemeSigner> read_signers(Bytes block, SignerLayout layout) {
    Result<std::vector<SchemeSigner>> signers = parse_signers(block, layout);
    if (!signers.ok()) {
      fail(signers.error().code == ErrorCode::kLimit ? "too_many_signers" : "malformed");
      return {};
    }
    if (signers->empty()) fail("no_signers");
    return std::move(signers).value();
  }

  // The signature over the signed data and the certificate; not yet the file's content.
  void verify_signer(const SchemeSigner& signer, SdkRange range) {
    const std::vector<const AlgorithmValue*> signatures = deciding_signatures(signer, range);
    if (signatures.empty()) return fail("no_supported_algorithm");
    for (const AlgorithmValue* signature : signatures) {
      if (!signature_verifies(signature->algorithm, signer.public_key, signer.signed_data,
                              signature->value))
        return fail("signature_mismatch");
      verified_.insert(scheme_algorithm(signature->algorithm)->digest);
    }
    if (!read_certificates(signer)) return;
    if (!same_algorithms(signer)) fail("algorithm_mismatch");
  }

  // Call when every signer is verified.
  void verify_content(const std::vector<SchemeSigner>& signers) {
    for (const SchemeSigner& signer : signers) {
      for (const AlgorithmValue& digest : signer.digests) {
        const std::optional<SchemeAlgorithm> algorithm = scheme_algorithm(digest.algorithm);
        if (!algorithm || !verified_.contains(algorithm->digest)) continue;
        const std::vector<std::uint8_t>& actual = digests_.get(algorithm->digest);
        if (!std::equal(actual.begin(), actual.end(), digest.value.begin(), digest.value.end()))
          fail("digest_mismatch");
      }
    }
  }

  void fail(std::string_view what) { fail(scheme_, what); }
  void fail(std::string_view scheme, std::string_view what) {
    std::string id = std::string(scheme) + "." + std::string(what);
    auto& errors = result.errors;
    if (std::find(errors.begin(), errors.end(), id) == errors.end())
      errors.push_back(std::move(id));
  }

  BlockResult result;

 private:
  bool read_certificates(const SchemeSigner& signer) {
    for (std::size_t i = 0; i < signer.certificates.size(); ++i) {
      Result<Certificate> certificate = parse_certificate(signer.certificates[i]);
      if (!certificate.ok()) {
        fail("bad_certificate");
        return false;
      }
      if (i > 0) continue;
      if (!same_public_key(certificate->public_key, signer.public_key)) fail("public_key_mismatch");
      result.signers.push_back(std::move(certificate).value());
    }
    if (signer.certificates.empty()) fail("no_certificate");
    return !signer.certificates.empty();
  }

  std::string scheme_;
  ContentDigests& digests_;
  std::set<ContentDigest> verified_;
};

class V3Verifier {
 public:
  V3Verifier(V3Scheme scheme, SdkRange range, std::optional<std::uint32_t> rotation_from,
             ContentDigests& digests)
      : scheme_(scheme),
        range_(range),
        rotation_from_(rotation_from),
        verifier_(scheme == V3Scheme::kV3 ? "v3" : "v3.1", digests) {}

  BlockResult verify(Bytes block) {
    std::vector<SchemeSigner> signers = verifier_.read_signers(block, SignerLayout::kV3);
    for (const SchemeSigner& signer : signers) verify_signer(signer);
    if (verifier_.result.errors.empty()) {
      verifier_.verify_content(signers);
      check_ranges(std::move(signers));
    }
    return std::move(verifier_.result);
  }

 private:
  void verify_signer(const SchemeSigner& signer) {
    std::uint32_t& lowest = verifier_.result.lowest_sdk;
    lowest = lowest == 0 ? signer.min_sdk : std::min(lowest, signer.min_sdk);
    if (signer.max_sdk > INT32_MAX || signer.min_sdk > signer.max_sdk)
      verifier_.fail("sdk_range_invalid");
    verifier_.verify_signer(signer, {signer.min_sdk, signer.max_sdk});
    if (signer.min_sdk != signer.signed_min_sdk || signer.max_sdk != signer.signed_max_sdk)
      verifier_.fail("sdk_range_mismatch");
    read_lineage(signer);
    const std::optional<std::uint32_t> from = u32_of(signer.attribute(kRotationMinSdk));
    if (!from || range_.max < kFirstV31Platform) return;
    if (!rotation_from_) {
      verifier_.fail("v3.1", "stripped");
    } else if (*from != *rotation_from_) {
      verifier_.fail("v3.1", "rotation_sdk_mismatch");
    }
  }

  void read_lineage(const SchemeSigner& signer) {
    const SignerAttribute* attribute = signer.attribute(kProofOfRotation);
    if (attribute == nullptr || signer.certificates.empty()) return;
    Result<std::vector<std::string>> lineage =
        verify_lineage(attribute->value, signer.certificates.front());
    if (!lineage.ok()) return verifier_.fail("bad_lineage");
    lineages_[signer.max_sdk] = std::move(lineage).value();
  }

  // The signers' ranges must follow each other without a hole and cover what was asked; a newer
  // platform's proof of rotation must go on where the older one's ends.
  void check_ranges(std::vector<SchemeSigner> signers) {
    std::sort(signers.begin(), signers.end(),
              [](const auto& a, const auto& b) { return a.max_sdk < b.max_sdk; });
    for (std::size_t i = 1; i < signers.size(); ++i) {
      const std::uint32_t before = signers[i - 1].max_sdk;
      const bool on_dev_release = signers[i].attribute(kRotationOnDevRelease) != nullptr;
      if (signers[i].min_sdk != before + 1 && !(on_dev_release && signers[i].min_sdk == before))
        return verifier_.fail("sdk_ranges_inconsistent");
    }
    std::vector<std::string>& longest = verifier_.result.lineage;
    for (const auto& [max_sdk, lineage] : lineages_) {
      if (lineage.size() < longest.size() ||
          !std::equal(longest.begin(), longest.end(), lineage.begin()))
        return verifier_.fail("lineages_inconsistent");
      longest = lineage;
    }
    // v3.1 may begin later than asked, as v3 covers what lies before.
    const std::uint32_t first =
        scheme_ == V3Scheme::kV31 ? range_.max : std::max(range_.min, kFirstV3Platform);
    const std::uint32_t last = rotation_from_ ? *rotation_from_ - 1 : range_.max;
    if (signers.front().min_sdk > first || signers.back().max_sdk < last)
      verifier_.fail("sdk_range_missing");
  }

  V3Scheme scheme_;
  SdkRange range_;
  std::optional<std::uint32_t> rotation_from_;
  SchemeVerifier verifier_;
  std::map<std::uint32_t, std::vector<std::string>> lineages_;  // by the signer's newest platform
};

}  // namespace

BlockResult verify_v2_block(Bytes block, SdkRange range, bool misses_v3, ContentDigests& digests) {
  SchemeVerifier verifier("v2", digests);
  const std::vector<SchemeSigner> signers = verifier.read_signers(block, SignerLayout::kV2);
  for (const SchemeSigner& signer : signers) {
    verifier.verify_signer(signer, {std::max(range.min, kFirstV2Platform), range.max});
    if (misses_v3 && u32_of(signer.attribute(kStrippingProtection)) == kV3SchemeId)
      verifier.fail("stripped");  // it had a v3 signature once
  }
  if (verifier.result.errors.empty()) verifier.verify_content(signers);
  return std::move(verifier.result);
}

BlockResult verify_v3_block(Bytes block, V3Scheme scheme, SdkRange range,
                            std::optional<std::uint32_t> rotation_from, ContentDigests& digests) {
  return V3Verifier(scheme, range, rotation_from, digests).verify(block);
}

}  // namespace bartizan::parse
