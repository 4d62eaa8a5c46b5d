#include "detect/app/uploaded_apps.h"

#include <algorithm>

#include "base/crypto.h"
#include "base/image_hash.h"
#include "base/tlsh.h"
#include "detect/app/fleet_signers.h"
#include "intel/known_apps.h"

namespace bartizan::detect {
namespace {

constexpr std::string_view kVersion = "1";
constexpr int kListedUpTo = 50;  // beyond, unrelated code becomes common (base/tlsh.h)
constexpr int kJudgedUpTo = 30;  // nearly the same, by the figures of the paper
// TLSH's step of length from which there are 64 KiB of code: log(length) / log(1.1) - 62.5, as its
// paper's program has it. Below, a tool's own skeleton is most of it.
constexpr int kLeastCode = 53;

// What the findings ask of the app.
struct Own {
  std::string package;
  std::string label;
  std::string label_reading;  // as people see it
  std::optional<AppSigner> signer;
  bool checked = false;  // a store or device management installed it
  bool of_known_maker = false;
};

std::string text_of(const json::object& body, std::string_view name) {
  return std::string(get_string(body, name).value_or(""));
}

Own read_own(const json::object& body, const intel::Content& content) {
  Own out{.package = text_of(body, "package"), .label = text_of(body, "label")};
  out.label_reading = intel::read_label(out.label, content.confusables()).looks;
  out.signer = app_signer_of(body);
  out.checked = content.known_apps().is_checked_installer(text_of(body, "installer"));
  const intel::KnownApp* known = content.known_apps().of_package(out.package);
  if (known == nullptr || !out.signer) return out;
  out.of_known_maker =
      std::any_of(known->signers.begin(), known->signers.end(), [&](const std::string& signer) {
        return is_same_maker(*out.signer, {.signer = signer, .past = {}});
      });
  return out;
}

bool has_other_signer(const Own& own, const ComparedApp& other) {
  return own.signer && !other.signer.signer.empty() && !is_same_maker(*own.signer, other.signer);
}

bool has_same_label(const Own& own, const ComparedApp& other, const intel::Content& content) {
  return !own.label_reading.empty() &&
         intel::read_label(other.label, content.confusables()).looks == own.label_reading;
}

// "org.example." of "org.example.notes.beta": makers name their editions so, and so may others.
bool has_same_beginning(std::string_view a, std::string_view b) {
  const std::size_t dot = a.find('.');
  const std::size_t end = dot == std::string_view::npos ? dot : a.find('.', dot + 1);
  const std::string_view beginning = a.substr(0, end);
  return dot != std::string_view::npos && b.starts_with(beginning) &&
         (b.size() == beginning.size() || b[beginning.size()] == '.');
}

bool is_malicious(const ComparedApp& app) {
  return app.verdict == to_string(AppVerdict::kMalicious);
}

std::string name_of(const ComparedApp& app) {
  return app.label.empty() ? app.package : app.label + " (" + app.package + ")";
}

Finding draft(const Observation& observation, const Context& context, const Own& own,
              std::string_view threat, std::string_view rule, const ComparedApp& other) {
  Finding out =
      draft_finding(observation, context, threat,
                    {.kind = "app", .key = own.package, .label = own.label}, rule, kVersion);
  out.judged_with.history_digest =
      sha256_hex(as_bytes(other.sha256 + " " + other.verdict + " " + other.signer.signer + " " +
                          other.signer.past + " " + other.tlsh + " " + other.icon_hash));
  out.evidence.push_back({.fact = "other_app",
                          .value = other.sha256,
                          .why = "Another uploaded file: " + name_of(other) + ".",
                          .weight = 0});
  return out;
}

void add_signers(const Own& own, const ComparedApp& other, Finding& finding) {
  finding.evidence.push_back({.fact = "signers",
                              .value = own.signer->signer,
                              .why = "Who signed this one.",
                              .weight = finding.confidence});
  finding.evidence.push_back({.fact = "other_signer",
                              .value = other.signer.signer,
                              .why = "Who signed the other.",
                              .weight = 0});
}

void add_distance(const json::object& body, const UploadNeighbour& near, Finding& finding) {
  finding.evidence.push_back({.fact = "tlsh",
                              .value = text_of(body, "tlsh"),
                              .why = "Its distance from the other's code is " +
                                     std::to_string(*near.code_distance) +
                                     " (0: no difference to be seen).",
                              .weight = finding.confidence});
}

Finding near_malicious(const Observation& observation, const Context& context, const Own& own,
                       const UploadNeighbour& near) {
  Finding out =
      draft(observation, context, own, "app.near_duplicate", "app.near_malicious", near.app);
  out.severity = Severity::kMedium;
  out.confidence = 70;
  out.summary =
      own.package + " has nearly the code of " + name_of(near.app) + ", which was judged malicious";
  out.would_change = "Code of its own, or another verdict about the other app.";
  add_distance(observation.body, near, out);
  return out;
}

// Code without any difference is what a store that signs by itself hands out.
Finding changed_copy(const Observation& observation, const Context& context, const Own& own,
                     const UploadNeighbour& near) {
  const bool same_package = near.app.package == own.package;
  const bool excused = own.checked || (same_package && *near.code_distance == 0);
  Finding out =
      draft(observation, context, own, "app.near_duplicate", "app.changed_copy", near.app);
  out.severity = excused ? Severity::kLow : Severity::kMedium;
  out.confidence = excused ? 30 : 60;
  out.summary =
      own.package + " has nearly the code of " + name_of(near.app) + " and another signer";
  out.would_change = "The other app's signer, or one that follows it.";
  add_distance(observation.body, near, out);
  add_signers(own, near.app, out);
  return out;
}

Finding icon_imitation(const Observation& observation, const Context& context, const Own& own,
                       const UploadNeighbour& near) {
  const bool excused = own.checked || has_same_beginning(own.package, near.app.package);
  Finding out = draft(observation, context, own, "app.imitation", "app.icon_of_upload", near.app);
  out.severity = excused ? Severity::kLow : Severity::kMedium;
  out.confidence = excused ? 30 : 60;
  out.summary = own.package + " has the icon and the name of " + name_of(near.app);
  out.would_change = "An icon or a label of its own, or the other app's signer.";
  out.evidence.push_back({.fact = "icon_hash",
                          .value = text_of(observation.body, "icon_hash"),
                          .why = "Looks like the other app's icon.",
                          .weight = out.confidence});
  out.evidence.push_back({.fact = "label",
                          .value = own.label,
                          .why = "The name of the other app, which is another package.",
                          .weight = out.confidence});
  add_signers(own, near.app, out);
  return out;
}

}  // namespace

std::vector<UploadNeighbour> find_upload_neighbours(const json::object& body,
                                                    std::span<const ComparedApp> others) {
  const auto code = parse_tlsh(get_string(body, "tlsh").value_or(""));
  const auto icon = parse_image_hash(get_string(body, "icon_hash").value_or(""));
  const std::string_view sha256 = get_string(body, "sha256").value_or("");
  std::vector<UploadNeighbour> out;
  for (const ComparedApp& other : others) {
    if (other.sha256 == sha256) continue;
    std::optional<int> distance;
    if (const auto other_code = code ? parse_tlsh(other.tlsh) : std::nullopt) {
      const int measured = tlsh_distance(*code, *other_code);
      if (measured <= kListedUpTo) distance = measured;
    }
    const auto other_icon = icon ? parse_image_hash(other.icon_hash) : std::nullopt;
    const bool same_icon = other_icon && look_alike(*icon, *other_icon);
    if (distance || same_icon)
      out.push_back({.app = other, .code_distance = distance, .same_icon = same_icon});
  }
  return out;
}

bool is_of_somebody_else(const json::object& body, const ComparedApp& other) {
  const std::optional<AppSigner> own = app_signer_of(body);
  const bool same_signer = own && !other.signer.signer.empty() && is_same_maker(*own, other.signer);
  return !same_signer && other.package != get_string(body, "package").value_or("");
}

std::vector<Finding> judge_beside_uploads(const Observation& observation, const Context& context,
                                          std::span<const UploadNeighbour> neighbours) {
  const Own own = read_own(observation.body, context.content);
  std::vector<Finding> out;
  if (own.of_known_maker || own.package.empty()) return out;
  const auto code = parse_tlsh(get_string(observation.body, "tlsh").value_or(""));
  const bool enough_code = code && code->length >= kLeastCode;
  const UploadNeighbour* malicious = nullptr;
  const UploadNeighbour* original = nullptr;
  const UploadNeighbour* pictured = nullptr;
  const auto nearer = [](const UploadNeighbour& a, const UploadNeighbour* b) {
    return b == nullptr || *a.code_distance < *b->code_distance;
  };
  for (const UploadNeighbour& near : neighbours) {
    const bool other_signer = has_other_signer(own, near.app);
    const bool same_label = has_same_label(own, near.app, context.content);
    const bool same_package = near.app.package == own.package;
    if (enough_code && near.code_distance && *near.code_distance <= kJudgedUpTo) {
      if (is_malicious(near.app) && nearer(near, malicious)) malicious = &near;
      if (other_signer && (same_label || same_package) && nearer(near, original)) original = &near;
    }
    if (near.same_icon && other_signer && same_label && !same_package && pictured == nullptr)
      pictured = &near;
  }
  if (malicious != nullptr) {
    out.push_back(near_malicious(observation, context, own, *malicious));
  } else if (original != nullptr) {
    out.push_back(changed_copy(observation, context, own, *original));
  }
  if (pictured != nullptr) out.push_back(icon_imitation(observation, context, own, *pictured));
  return out;
}

}  // namespace bartizan::detect
