#include "detect/app/overrides.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace bartizan::detect {
namespace {

using Patterns = std::vector<std::uint32_t>;

class BaseFinder {
 public:
  BaseFinder(const Program& program, const std::vector<intel::ReferencePattern>& patterns)
      : program_(program), known_(program.classes().size()), of_class_(program.classes().size()) {
    for (std::uint32_t i = 0; i < patterns.size(); ++i)
      by_class_[patterns[i].class_name].push_back(i);
  }

  // The patterns whose class is one that `type` extends or implements.
  const Patterns& above(std::uint32_t type) { return above(type, 0); }

 private:
  const Patterns& above(std::uint32_t type, int depth) {
    Patterns& out = of_class_[type];
    if (known_[type] || depth == kMaxSuperclasses) return out;
    known_[type] = true;  // what a class says of itself in a circle adds nothing
    const ProgramClass& of = program_.classes()[type];
    const parse::DexFile& file = program_.file_of(of);
    const auto add = [&](std::uint32_t dex_type) {
      if (const auto named = by_class_.find(file.type(dex_type)); named != by_class_.end())
        append(out, named->second);
      const std::uint32_t inside = program_.class_of_type(of.file, dex_type);
      if (inside == kNone || inside == type) return;
      append(out, above(inside, depth + 1));
    };
    add(program_.dex_class(of).superclass);
    const parse::DexTypeList interfaces = file.type_list(program_.dex_class(of).interfaces);
    for (std::uint32_t i = 0; i < interfaces.count && i < kMaxInterfaces; ++i) add(interfaces[i]);
    return out;
  }

  // Each once: classes that extend each other many ways, or in a circle, say the same again.
  static void append(Patterns& out, const Patterns& more) {
    if (&out == &more) return;
    for (const std::uint32_t pattern : more) {
      if (out.size() == kMaxPatternsAbove) return;
      if (std::find(out.begin(), out.end(), pattern) == out.end()) out.push_back(pattern);
    }
  }

  static constexpr std::uint32_t kMaxInterfaces = 64;
  static constexpr std::size_t kMaxPatternsAbove = 256;

  const Program& program_;
  std::unordered_map<std::string_view, Patterns> by_class_;
  std::vector<bool> known_;
  std::vector<Patterns> of_class_;
};

bool can_override(const parse::DexMethod& method) {
  return (method.access_flags &
          (parse::kAccStatic | parse::kAccPrivate | parse::kAccConstructor)) == 0;
}

}  // namespace

std::vector<OverrideUse> find_overrides(const Program& program, const std::vector<bool>& reached,
                                        const std::vector<intel::ReferencePattern>& patterns) {
  std::vector<OverrideUse> out;
  if (patterns.empty()) return out;
  BaseFinder bases(program, patterns);
  for (std::uint32_t type = 0; type < program.classes().size(); ++type) {
    const Patterns& above = bases.above(type);
    if (above.empty()) continue;
    const ProgramClass& of = program.classes()[type];
    const parse::DexFile& file = program.file_of(of);
    for (std::uint32_t i = 0; i < of.method_count; ++i) {
      const std::uint32_t number = of.first_method + i;
      const parse::DexMethod& method = program.dex_method(program.methods()[number]);
      if (!reached[number] || !can_override(method)) continue;
      const std::string_view name = file.string(file.method_id(method.id).name);
      for (const std::uint32_t pattern : above) {
        if (patterns[pattern].name == name) out.push_back({pattern, number});
      }
    }
  }
  return out;
}

}  // namespace bartizan::detect
