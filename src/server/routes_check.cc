// Asking the engine about addresses and messages, without storing or fetching anything.
#include "detect/link/check.h"
#include "detect/link/text_message.h"
#include "server/input.h"
#include "server/routes.h"

namespace bartizan::server {
namespace {

constexpr std::size_t kMaxLinks = 1000;
constexpr std::size_t kMaxUrl = 4096;
constexpr std::size_t kMaxMessages = 100;
constexpr std::size_t kMaxMessage = 10'000;

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

net::Response check_messages(const Deps& deps, const Call& call) {
  Input input(call.request, {"messages"});
  const std::vector<std::string> texts = input.texts("messages", kMaxMessages, kMaxMessage);
  if (input.wrong()) return *input.wrong();
  const Timestamp now = deps.clock.now();
  json::array items;
  for (const std::string& text : texts) {
    items.push_back(detect::to_json(
        detect::judge_message({.text = text, .sender = {}}, *deps.content, now), text));
  }
  return answer(page_json(std::move(items), ""));
}

}  // namespace

void add_check_routes(Router& router, Deps& deps) {
  router.add("checkLinks", [&deps](const Call& call) { return check_links(deps, call); });
  router.add("checkMessages", [&deps](const Call& call) { return check_messages(deps, call); });
}

}  // namespace bartizan::server
