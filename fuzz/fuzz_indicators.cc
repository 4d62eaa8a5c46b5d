// Files of a content pack: indicators, look-alike letters, popular domains, brands, known apps; and
// the label of an app.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "intel/brands.h"
#include "intel/confusables.h"
#include "intel/indicators.h"
#include "intel/known_apps.h"
#include "intel/domain_set.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan::intel;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto indicators = parse_indicators(text, "fuzz"); indicators.ok()) {
    const IndicatorSet set(std::move(indicators).value());
    for (const Indicator& indicator : set.all()) {
      (void)set.find_url(indicator.value, "/");
      if (indicator.kind == IndicatorKind::kDomain && set.find_domain(indicator.value) == nullptr)
        std::abort();
    }
  }
  (void)ConfusableMap::load(text, "fuzz");
  (void)BrandSet::load(text, "fuzz");
  (void)KnownAppSet::load(text, "fuzz", {});
  (void)read_label(text, {});
  (void)DomainSet(text).contains(text);
  return 0;
}
