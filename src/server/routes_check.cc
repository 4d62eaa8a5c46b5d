// Asking the engine about addresses, without storing or fetching anything.
#include "base/id.h"
#include "detect/detector.h"
#include "server/input.h"
#include "server/routes.h"
#include "server/view.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxLinks = 100;
constexpr std::size_t kMaxUrl = 4096;

net::Response check_links(const Deps& deps, const Call& call) {
  Input input(call.request, {"urls"});
  const std::vector<std::string> urls = input.texts("urls", kMaxLinks, kMaxUrl);
  if (input.wrong()) return *input.wrong();
  const Timestamp now = deps.clock.now();
  json::array items;
  for (const std::string& url : urls) {
    // The same address gives the same finding, whoever asks and whenever.
    Observation observation;
    observation.id = uuid_of("check.link " + url);
    observation.kind = "link.opened";
    observation.sequence = 1;
    observation.observed_at = now;
    observation.body = {{"url", url}};
    const detect::Verdict verdict = detect::detect(
        observation,
        {.content = *deps.content, .evaluated_at = now, .platform = Platform::kAndroid});
    items.push_back(json::object{
        {"url", url}, {"findings", list_json(verdict.findings, [](const Finding& finding) {
                         return to_json(finding);
                       })}});
  }
  return answer(page_json(std::move(items), ""));
}

}  // namespace

void add_check_routes(Router& router, Deps& deps) {
  router.add("checkLinks", [&deps](const Call& call) { return check_links(deps, call); });
}

}  // namespace bartizan::server
