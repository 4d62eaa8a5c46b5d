// Host names: mapping, punycode and public suffixes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parse/domain/idna.h"
#include "parse/domain/public_suffix.h"
#include "parse/domain/punycode.h"
#include "parse/domain/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan::parse;
  static const auto list = PublicSuffixList::load("com\nco.uk\n*.ck\n!www.ck\n", "github.io\n");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto label = decode_punycode(text); label.ok()) {
    const auto encoded = encode_punycode(*label);
    // Encoding is the inverse of decoding: what it makes is read back as the same text.
    if (encoded.ok() && encoded->size() <= kMaxLabel && *decode_punycode(*encoded) != *label)
      std::abort();
  }
  const auto name = domain_to_ascii(text);
  if (!name.ok()) return 0;
  (void)encode_utf8(domain_to_unicode(*name));
  const auto domain = list->registrable_domain_icann(*name);
  if (!std::string_view(*name).ends_with(domain)) std::abort();
  (void)list->registrable_domain_platform(*name);
  // Rules come from content packs: a hostile one is refused, not believed.
  (void)PublicSuffixList::load(text, text);
  return 0;
}
