// Scenario files: written by whoever tries the product out.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/sim/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scenario = bartizan::agent::parse_scenario(text, "fuzz");
  if (!scenario.ok()) return 0;
  for (const auto& step : scenario->steps) {
    bartizan::agent::fill_in(step.sight.body, bartizan::from_millis(0), "subject");
  }
  return 0;
}
