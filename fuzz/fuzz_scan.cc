// A whole app package: no bytes may crash, hang or fill the memory, whatever parser they reach.
#include <cstdio>
#include <cstdlib>

#include "detect/app/judged_app.h"
#include "detect/app/scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  static const auto content = intel::Content::load(BARTIZAN_FUZZ_CONTENT);
  if (!content.ok()) {
    std::fprintf(stderr, "%s\n", content.error().message.c_str());
    std::abort();
  }
  Result<detect::AppReport> report = detect::scan_app({data, size}, **content);
  if (!report.ok()) return 0;
  (void)detect::judge_app(std::move(report).value(), "",
                          {.content = **content, .evaluated_at = from_millis(0)});
  return 0;
}
