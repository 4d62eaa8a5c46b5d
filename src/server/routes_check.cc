// Asking the engine about addresses, without storing or fetching anything.
#include "detect/link/check.h"
#include "server/input.h"
#include "server/routes.h"

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
  for (const std::string& url : urls)
    items.push_back(detect::to_json(detect::check_link(url, *deps.content, now)));
  return answer(page_json(std::move(items), ""));
}

}  // namespace

void add_check_routes(Router& router, Deps& deps) {
  router.add("checkLinks", [&deps](const Call& call) { return check_links(deps, call); });
}

}  // namespace bartizan::server
