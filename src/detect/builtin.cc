// The detectors of the engine, one line each. A detection that a condition over one observation can
// express is content (content/rules/) and needs no line here.
#include <array>

#include "detect/app/imitation.h"
#include "detect/app/known_bad.h"
#include "detect/detector.h"
#include "detect/link/link_detector.h"
#include "detect/reported/reported.h"
#include "detect/rule_detector.h"

namespace bartizan::detect {
namespace {

constexpr std::string_view kLinkOpened[] = {"link.opened"};
constexpr std::string_view kMessageReceived[] = {"message.received"};
constexpr std::string_view kAppInstalled[] = {"app.installed"};
constexpr std::string_view kThreatFound[] = {"threat.found"};

constexpr std::array kDetectors = std::to_array<Detector>({
    {.name = "rules", .kinds = {}, .run = run_rules},
    {.name = "link", .kinds = kLinkOpened, .run = run_link_opened},
    {.name = "message_links", .kinds = kMessageReceived, .run = run_message_links},
    {.name = "known_bad_app", .kinds = kAppInstalled, .run = run_known_bad_app},
    {.name = "imitated_app", .kinds = kAppInstalled, .run = run_imitated_app},
    {.name = "reported", .kinds = kThreatFound, .run = run_reported},
});

}  // namespace

std::span<const Detector> builtin_detectors() { return kDetectors; }

}  // namespace bartizan::detect
