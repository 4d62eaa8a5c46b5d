#include "parse/dex/parser.h"

namespace {

using bartizan::parse::DexFile;

// Everything that can be asked of the result must be within the bytes, whatever they are.
std::size_t walk(const DexFile& dex) {
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < dex.strings.size(); ++i) bytes += dex.string(i).size();
  for (const auto& type : dex.classes) {
    bytes += dex.type(type.type).size() + dex.type_list(type.interfaces).count;
    for (const auto& method : dex.methods_of(type)) {
      bytes += dex.prototype(dex.method_id(method.id).proto).size() / 65536;
      for (const auto& invoke : dex.invokes_of(method.code))
        bytes += dex.string(dex.method_id(invoke.method).name).empty();
      for (const std::uint32_t text : dex.const_strings_of(method.code))
        bytes += dex.string(text).empty();
      bytes += dex.field_uses_of(method.code).size() + dex.type_uses_of(method.code).size();
    }
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const DexFile& dex : bartizan::parse::parse_dex({data, size})) {
    (void)walk(dex);
    if (dex.invokes.size() > 2 * size + 4096) __builtin_trap();
  }
  return 0;
}
