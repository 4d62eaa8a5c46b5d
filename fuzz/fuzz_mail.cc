// Mails: whatever comes in, what is read of it keeps to its bounds and can be judged, twice the
// same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "detect/link/mail.h"
#include "mail/mbox.h"
#include "mail/reader.h"

namespace {

const bartizan::intel::Content& content() {
  static const auto loaded = bartizan::intel::Content::load(BARTIZAN_FUZZ_CONTENT);
  if (!loaded.ok()) std::abort();
  return **loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  (void)mail::split_mbox({data, size});
  const auto facts = mail::read_mail({data, size});
  if (!facts.ok()) return 0;
  if (facts->links.size() > mail::kMaxLinks || facts->attachments.size() > mail::kMaxAttachments)
    std::abort();
  const detect::JudgedMail judged = detect::judge_mail(*facts, content(), {});
  if (json::serialize(detect::to_json(judged, *facts)) !=
      json::serialize(detect::to_json(detect::judge_mail(*facts, content(), {}), *facts)))
    std::abort();
  return 0;
}
