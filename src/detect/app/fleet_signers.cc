#include "detect/app/fleet_signers.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "intel/known_apps.h"

namespace bartizan::detect {
namespace {

// Below this many phones nobody can say which signer is the usual one.
constexpr int kUsualFrom = 3;
constexpr int kUsualRatio = 3;

std::string joined(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  std::string out;
  for (const std::string& value : values) out.append(out.empty() ? "" : ",").append(value);
  return out;
}

bool names(std::string_view list, std::string_view digest) {
  return !digest.empty() && list.find(digest) != std::string_view::npos;
}

std::string phones_text(int count) {
  if (count >= kMostCountedPhones) return std::to_string(kMostCountedPhones) + " or more phones";
  return std::to_string(count) + (count == 1 ? " phone" : " phones");
}

std::string digest_of(std::span<const FleetSigner> fleet) {
  std::string text;
  for (const FleetSigner& one : fleet)
    text += one.signer.signer + " " + one.signer.past + " " + std::to_string(one.phones) + " " +
            to_rfc3339(one.first_seen) + "\n";
  return sha256_hex(as_bytes(text));
}

}  // namespace

// Keys are rotated one at a time, so that only a single signer is another one's past.
bool is_same_maker(const AppSigner& a, const AppSigner& b) {
  return a.signer == b.signer || names(a.past, b.signer) || names(b.past, a.signer);
}

std::optional<AppSigner> app_signer_of(const json::object& body) {
  if (get_string(body, "signature").value_or("verified") != "verified" ||
      get_bool(body, "system_app").value_or(false))
    return std::nullopt;
  AppSigner out{.signer = joined(get_strings(body, "signers")),
                .past = joined(get_strings(body, "signers_past"))};
  if (out.signer.empty()) return std::nullopt;
  return out;
}

std::optional<Finding> find_odd_signer(const Observation& observation, const Context& context,
                                       const AppSigner& own, std::span<const FleetSigner> fleet) {
  int own_phones = 0;
  std::optional<Timestamp> own_since;
  const FleetSigner* rival = nullptr;
  for (const FleetSigner& one : fleet) {  // the one seen first is first
    if (is_same_maker(one.signer, own)) {
      own_phones += one.phones;
      own_since = own_since ? std::min(*own_since, one.first_seen) : one.first_seen;
    } else if (rival == nullptr || one.phones > rival->phones) {
      rival = &one;
    }
  }
  if (rival == nullptr || rival->phones < own_phones ||
      (rival->phones == own_phones && own_since && *own_since <= rival->first_seen))
    return std::nullopt;

  const json::object& body = observation.body;
  const std::string package(get_string(body, "package").value_or(""));
  const std::string_view installer = get_string(body, "installer").value_or("");
  const bool checked = context.content.known_apps().is_checked_installer(installer);
  const bool usual =
      rival->phones >= kUsualFrom && rival->phones >= kUsualRatio * std::max(own_phones, 1);
  Finding out = draft_finding(
      observation, context, "app.repackaged",
      {.kind = "app", .key = package, .label = std::string(get_string(body, "label").value_or(""))},
      "app.odd_signer", "1");
  out.severity = usual && !checked ? Severity::kMedium : Severity::kLow;
  out.confidence = usual ? (checked ? 40 : 65) : 30;
  out.summary = package + " is signed by another key here than on " + phones_text(rival->phones);
  out.would_change = "The signer that other phones have the package from, or one that follows it.";
  out.evidence = {
      {.fact = "package",
       .value = package,
       .why = "Android takes apps of one package and two signers for different apps.",
       .weight = 0},
      {.fact = "signers",
       .value = own.signer,
       .why = own_phones == 0 ? "Who signed it; no phone has it from this signer."
                              : "Who signed it here, as on " + phones_text(own_phones) + " in all.",
       .weight = out.confidence},
      {.fact = "other_signer",
       .value = rival->signer.signer,
       .why = "Who signed it on " + phones_text(rival->phones) + ".",
       .weight = 0}};
  if (checked)
    out.evidence.push_back({.fact = "installer",
                            .value = std::string(installer),
                            .why = "Some stores sign the apps they hand out themselves.",
                            .weight = 0});
  out.judged_with.history_digest = digest_of(fleet);
  return out;
}

}  // namespace bartizan::detect
