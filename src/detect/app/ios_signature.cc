#include "detect/app/ios_signature.h"

#include <algorithm>

#include "base/crypto.h"
#include "detect/app/apple_signature.h"
#include "parse/macho/code_signature.h"
#include "parse/plist/parser.h"

namespace bartizan::detect {
namespace {

using parse::PlistType;
using parse::PlistValue;

// The name in the certificates of what the App Store hands out.
constexpr std::string_view kStoreSigner = "CN=Apple iPhone OS Application Signing";

void note(AppReport& report, std::string_view id, std::string_view where, std::string_view detail) {
  parse::note_anomaly(report.anomalies, id, where, detail);
}

void take(AppReport& report, const std::vector<parse::Anomaly>& anomalies, bool truncated) {
  for (const parse::Anomaly& anomaly : anomalies)
    note(report, anomaly.id, anomaly.where, anomaly.detail);
  report.truncated |= truncated;
}

void add_error(AppReport& report, std::string_view error) {
  if (std::find(report.signature.errors.begin(), report.signature.errors.end(), error) ==
      report.signature.errors.end())
    report.signature.errors.emplace_back(error);
}

// The weaker of two verdicts: each image of a universal file must hold.
parse::SignatureVerdict weaker(parse::SignatureVerdict a, parse::SignatureVerdict b) {
  const auto rank = [](parse::SignatureVerdict verdict) {
    switch (verdict) {
      case parse::SignatureVerdict::kRejected:
        return 0;
      case parse::SignatureVerdict::kUnsigned:
        return 1;
      case parse::SignatureVerdict::kError:
        return 2;
      case parse::SignatureVerdict::kVerified:
        return 3;
    }
    return 0;
  };
  return rank(a) <= rank(b) ? a : b;
}

bool is_intact(const parse::CodeSignature& signature, const IosSignedFiles& files,
               AppReport& report) {
  const std::size_t errors = report.signature.errors.size();
  if (signature.pages == parse::PageHashes::kMismatch) add_error(report, "pages_changed");
  if (!signature.blobs_match) add_error(report, "entitlements_changed");
  if (!signature.info_plist_hash.empty() &&
      !parse::code_hash_matches(signature, signature.info_plist_hash, files.info_plist))
    add_error(report, "info_plist_changed");
  if (!signature.code_resources_hash.empty() &&
      !parse::code_hash_matches(signature, signature.code_resources_hash, files.code_resources))
    add_error(report, "code_resources_changed");
  return report.signature.errors.size() == errors;
}

parse::SignatureVerdict judge_image(const parse::MachoImage& image, const IosSignedFiles& files,
                                    AppReport& report) {
  if (!image.signature) return parse::SignatureVerdict::kUnsigned;
  const parse::CodeSignature& signature = *image.signature;
  const bool intact = is_intact(signature, files, report);
  if (signature.cms.empty()) {
    add_error(report, "ad_hoc");
    return intact ? parse::SignatureVerdict::kUnsigned : parse::SignatureVerdict::kRejected;
  }
  const Result<parse::SignedMessage> message =
      read_apple_signature(signature.cms, signature.code_directory);
  if (message.ok()) {
    take(report, message->anomalies, message->truncated);
    report.signature.claimed_signers.clear();
    for (const parse::CmsSigner& signer : message->signers)
      report.signature.claimed_signers.push_back(signer.certificate);
    report.ios->signer_anchored = message->verified && is_apple_anchored(*message);
  }
  if (!message.ok() || !message->verified) {
    add_error(report, "cms_invalid");
    return parse::SignatureVerdict::kRejected;
  }
  if (!intact) return parse::SignatureVerdict::kRejected;
  return signature.pages == parse::PageHashes::kNotChecked ? parse::SignatureVerdict::kError
                                                           : parse::SignatureVerdict::kVerified;
}

// An item of the profile allows a value of the binary: the same, or a text that ends in a star.
bool allows(const PlistValue& allowed, const PlistValue& wanted) {
  if (allowed.type == PlistType::kArray) {
    const auto one = [&](const PlistValue& item) {
      return std::any_of(
          allowed.items.begin(), allowed.items.end(),
          [&](const PlistValue& allowed_item) { return allows(allowed_item, item); });
    };
    if (wanted.type != PlistType::kArray) return one(wanted);
    return std::all_of(wanted.items.begin(), wanted.items.end(), one);
  }
  if (allowed.type == PlistType::kString && allowed.text.ends_with('*')) {
    const std::string_view start =
        std::string_view(allowed.text).substr(0, allowed.text.size() - 1);
    if (wanted.type == PlistType::kString) return wanted.text.starts_with(start);
    return wanted.type == PlistType::kArray &&
           std::all_of(wanted.items.begin(), wanted.items.end(),
                       [&](const PlistValue& item) { return allows(allowed, item); });
  }
  return parse::same_value(allowed, wanted);
}

void compare_entitlements(AppReport& report) {
  if (!report.ios->entitlements || !report.ios->profile) return;
  for (const parse::PlistEntry& entry : report.ios->entitlements->entries) {
    const PlistValue* allowed = report.ios->profile->entitlements.find(entry.key);
    const bool denies = entry.value.type == PlistType::kBoolean && !entry.value.boolean;
    if (denies || (allowed != nullptr && allows(*allowed, entry.value))) continue;
    report.ios->entitlements_beyond_profile.push_back(entry.key);
    note(report, "ios.entitlement_beyond_profile", entry.key,
         allowed == nullptr ? "the profile does not grant it" : "the profile grants less");
  }
}

void compare_signer(AppReport& report) {
  const std::vector<std::string>& allowed = report.ios->profile->certificates;
  for (const parse::Certificate& signer : named_signers(report.signature)) {
    if (std::find(allowed.begin(), allowed.end(), signer.sha256) == allowed.end())
      note(report, "ios.signer_not_in_profile", signer.sha256, signer.subject);
  }
}

IosDistribution distribution_of(const AppReport& report) {
  if (report.ios->profile) {
    if (report.ios->profile->all_devices) return IosDistribution::kEnterprise;
    if (report.ios->profile->devices == 0) return IosDistribution::kUnknown;
    return report.ios->profile->entitlements.find_true("get-task-allow")
               ? IosDistribution::kDevelopment
               : IosDistribution::kAdHoc;
  }
  const std::vector<parse::Certificate>& signers = named_signers(report.signature);
  const bool store_name =
      std::any_of(signers.begin(), signers.end(), [](const parse::Certificate& signer) {
        return signer.subject.find(kStoreSigner) != std::string::npos;
      });
  return store_name && report.ios->signer_anchored ? IosDistribution::kAppStore
                                                   : IosDistribution::kUnknown;
}

std::vector<std::string> certificate_digests(const PlistValue* certificates) {
  std::vector<std::string> out;
  if (certificates == nullptr) return out;
  for (const PlistValue& item : certificates->items) out.push_back(sha256_hex(item.data));
  return out;
}

void fill_profile(const PlistValue& root, ProvisioningProfile& profile) {
  profile.name = root.find_text("Name");
  profile.uuid = root.find_text("UUID");
  profile.team_name = root.find_text("TeamName");
  const PlistValue* teams = root.find("TeamIdentifier");
  if (teams != nullptr && !teams->items.empty()) profile.team = teams->items[0].text;
  const PlistValue* expires = root.find("ExpirationDate");
  if (expires != nullptr && expires->type == PlistType::kDate) profile.expires = expires->date;
  profile.all_devices = root.find_true("ProvisionsAllDevices");
  const PlistValue* devices = root.find("ProvisionedDevices");
  if (devices != nullptr) profile.devices = devices->items.size();
  profile.certificates = certificate_digests(root.find("DeveloperCertificates"));
  const PlistValue* entitlements = root.find("Entitlements");
  if (entitlements != nullptr) profile.entitlements = *entitlements;
}

}  // namespace

std::string_view to_string(IosDistribution value) {
  switch (value) {
    case IosDistribution::kUnknown:
      return "unknown";
    case IosDistribution::kAppStore:
      return "app_store";
    case IosDistribution::kEnterprise:
      return "enterprise";
    case IosDistribution::kAdHoc:
      return "ad_hoc";
    case IosDistribution::kDevelopment:
      return "development";
  }
  return "unknown";
}

void read_ios_signature(const parse::MachoFile& executable, const IosSignedFiles& files,
                        AppReport& report) {
  if (executable.images.empty()) return;
  report.signature.verdict = parse::SignatureVerdict::kVerified;
  for (const parse::MachoImage& image : executable.images) {
    report.signature.verdict = weaker(report.signature.verdict, judge_image(image, files, report));
    report.ios->store_encrypted |= image.encryption && image.encryption->id != 0;
    if (!image.signature) continue;
    const parse::CodeSignature& signature = *image.signature;
    report.signature.present = {"code_directory"};
    if (!signature.cms.empty()) report.signature.present.push_back("cms");
    report.ios->team = signature.team;
    report.ios->cd_hash = signature.cd_hash;
    report.ios->entitlements =
        signature.entitlements_der ? signature.entitlements_der : signature.entitlements;
    const bool allowed =
        (signature.flags & parse::kCodeSignatureGetTaskAllow) != 0 ||
        (report.ios->entitlements && report.ios->entitlements->find_true("get-task-allow"));
    report.ios->get_task_allow = report.ios->get_task_allow.value_or(false) || allowed;
  }
  if (report.signature.verdict == parse::SignatureVerdict::kVerified) {
    report.signature.schemes = report.signature.present;
    report.signature.signers = std::move(report.signature.claimed_signers);
    report.signature.claimed_signers.clear();
  }
  report.phone_signature = report.signature;
}

void read_provisioning_profile(Bytes file, AppReport& report) {
  constexpr std::string_view kWhere = "embedded.mobileprovision";
  const auto unreadable = [&](const Error& error) {
    note(report, "ios.unreadable_profile", kWhere, error.message);
    report.truncated = true;
  };
  const Result<parse::SignedMessage> message = read_apple_signature(file);
  if (!message.ok()) return unreadable(message.error());
  take(report, message->anomalies, message->truncated);
  const Result<parse::Plist> plist = parse::parse_plist(message->content);
  if (!plist.ok()) return unreadable(plist.error());
  take(report, plist->anomalies, plist->truncated);
  ProvisioningProfile profile;
  fill_profile(plist->root, profile);
  profile.verified = message->verified;
  profile.apple_anchored = message->verified && is_apple_anchored(*message);
  if (!message->signers.empty()) profile.signer = message->signers[0].certificate.subject;
  if (!message->verified)
    note(report, "ios.profile_signature_broken", kWhere, "changed after it was signed");
  report.ios->profile = std::move(profile);
}

void compare_with_profile(AppReport& report) {
  report.ios->distribution = distribution_of(report);
  if (report.ios->profile) {
    compare_entitlements(report);
    compare_signer(report);
    if (report.ios->team.empty()) report.ios->team = report.ios->profile->team;
    return;
  }
  for (const parse::Certificate& signer : named_signers(report.signature)) {
    if (signer.subject.find(kStoreSigner) != std::string::npos && !report.ios->signer_anchored)
      note(report, "ios.unproven_store_signer", signer.sha256,
           "named as the App Store's, and does not lead to Apple");
  }
}

}  // namespace bartizan::detect
