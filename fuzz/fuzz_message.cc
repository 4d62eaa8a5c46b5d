// Text messages: whatever comes in is judged within its bounds, twice the same, and every cue is a
// place in the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "detect/link/text_message.h"

namespace {

const bartizan::intel::Content& content() {
  static const auto loaded = bartizan::intel::Content::load(BARTIZAN_FUZZ_CONTENT);
  if (!loaded.ok()) std::abort();
  return **loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  const detect::TextMessage message{.text = std::string(reinterpret_cast<const char*>(data), size),
                                    .sender = {}};
  const detect::JudgedMessage judged = detect::judge_message(message, content(), {});
  if (judged.links.size() > detect::kMaxMessageLinks) std::abort();
  for (const detect::FoundCue& found : judged.cues)
    if (found.begin >= found.end || found.end > message.text.size()) std::abort();
  if (json::serialize(detect::to_json(judged, message.text)) !=
      json::serialize(detect::to_json(detect::judge_message(message, content(), {}), message.text)))
    std::abort();
  return 0;
}
