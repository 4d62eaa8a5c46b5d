#include "detect/app/call_graph.h"

#include <algorithm>

#include "detect/app/framework_callbacks.h"

namespace bartizan::detect {
namespace {

using parse::DexFile;
using parse::InvokeKind;

constexpr std::size_t kMaxClassName = 512;

// "org.example.Main", "org/example/Main" or a descriptor as a descriptor; empty for any other text.
std::string descriptor_of(std::string_view text) {
  if (text.size() > kMaxClassName || text.empty()) return {};
  if (text.size() > 2 && text.front() == 'L' && text.back() == ';')
    text = text.substr(1, text.size() - 2);
  std::string out = "L";
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '_' || c == '$' || c == '-' ||
                        static_cast<std::uint8_t>(c) >= 0x80;
    if (!letter && c != '.' && c != '/') return {};
    out += c == '.' ? '/' : c;
  }
  return out += ';';
}

bool is_virtual(const parse::DexMethod& method) {
  return (method.access_flags &
          (parse::kAccStatic | parse::kAccPrivate | parse::kAccConstructor)) == 0;
}

// Methods that virtual dispatch may choose, by signature and there by family.
class DispatchTable {
  auto key() const {
    return [this](std::uint32_t i) { return entries_[i].signature; };
  }

 public:
  explicit DispatchTable(const Program& program) {
    const auto& methods = program.methods();
    for (std::uint32_t i = 0; i < methods.size(); ++i) {
      if (is_virtual(program.dex_method(methods[i])))
        entries_.push_back({methods[i].signature, program.classes()[methods[i].type].family, i});
    }
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      if (a.signature != b.signature) return a.signature < b.signature;
      return a.family != b.family ? a.family < b.family : a.method < b.method;
    });
    index_ = KeyIndex(static_cast<std::uint32_t>(entries_.size()), key());
    called_in_family_.resize(entries_.size());
    called_outside_.resize(entries_.size());
    place_.assign(methods.size(), Place{});
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      const bool same = i != 0 && entries_[i].signature == entries_[i - 1].signature;
      const bool same_family = same && entries_[i].family == entries_[i - 1].family;
      const Place before = i == 0 ? Place{} : place_[entries_[i - 1].method];
      place_[entries_[i].method] = {same ? before.signature : i, same_family ? before.family : i};
    }
  }

  // The methods that a first call on a class of `family` may choose; none when it is not the first.
  template <typename Visit>
  void call_family(std::uint64_t signature, std::uint32_t family, const Visit& visit) {
    const auto [first, last] = index_.find(signature, key());
    const auto start = std::lower_bound(
        entries_.begin() + first, entries_.begin() + last, family,
        [](const Entry& entry, std::uint32_t wanted) { return entry.family < wanted; });
    const auto at = static_cast<std::uint32_t>(start - entries_.begin());
    if (at == last || called_in_family_[at]) return;
    for (std::uint32_t i = at; i < last && entries_[i].family == family; ++i) {
      called_in_family_[at] = true;
      visit(entries_[i].method);
    }
  }
  // The same for a call on a class outside of the app.
  template <typename Visit>
  void call_outside(std::uint64_t signature, const Visit& visit) {
    const auto [first, last] = index_.find(signature, key());
    if (first == last || called_outside_[first]) return;
    called_outside_[first] = true;
    for (std::uint32_t i = first; i < last; ++i) visit(entries_[i].method);
  }

  bool is_virtual_method(std::uint32_t method) const { return place_[method].family != kNone; }
  bool was_called_in_family(std::uint32_t method) const {
    return called_in_family_[place_[method].family];
  }
  bool was_called_outside(std::uint32_t method) const {
    return called_outside_[place_[method].signature];
  }

 private:
  struct Entry {
    std::uint64_t signature;
    std::uint32_t family;
    std::uint32_t method;
  };
  // Where the entries of a method's signature, and of its family in there, begin.
  struct Place {
    std::uint32_t signature = kNone;
    std::uint32_t family = kNone;
  };

  std::vector<Entry> entries_;
  KeyIndex index_;
  std::vector<bool> called_in_family_;  // by the first entry
  std::vector<bool> called_outside_;    // by the first entry
  std::vector<Place> place_;            // by method
};

class Walk {
 public:
  explicit Walk(const Program& program)
      : program_(program),
        dispatch_(program),
        reached_(program.methods().size()),
        live_(program.classes().size()),
        in_use_(program.classes().size()),
        scope_(program.classes().size(), kUnknownScope) {
    for (const DexFile& file : program.files()) {
      code_seen_.emplace_back(file.codes.size());
      exact_seen_.emplace_back(file.method_ids.count);
      virtual_seen_.emplace_back(file.method_ids.count);
      made_.emplace_back(file.type_ids.count);
      named_.emplace_back(file.type_ids.count);
      string_seen_.emplace_back(file.strings.size());
    }
    handles_seen_.resize(program.files().size());
  }

  std::vector<bool> run(const EntryPoints& entry_points) {
    for (const std::string& name : entry_points.classes)
      make_from_outside(program_.find_class(descriptor_of(name)));
    add_classes_of_resources();
    while (!pending_.empty()) {
      const std::uint32_t method = pending_.back();
      pending_.pop_back();
      visit_method(method);
    }
    return std::move(reached_);
  }

 private:
  static constexpr std::uint8_t kUnknownScope = 0xff;

  void reach(std::uint32_t method) {
    if (method == kNone || reached_[method]) return;
    reached_[method] = true;
    pending_.push_back(method);
  }

  std::string_view name_of(const ProgramMethod& method) const {
    const DexFile& file = program_.file_of(program_.classes()[method.type]);
    return file.string(file.method_id(file.methods[method.method].id).name);
  }

  void visit_method(std::uint32_t number) {
    const ProgramMethod& method = program_.methods()[number];
    use(method.type);
    const std::uint32_t f = program_.classes()[method.type].file;
    const DexFile& file = program_.files()[f];
    const std::uint32_t code = file.methods[method.method].code;
    if (code == parse::kNoDexIndex || code_seen_[f][code]) return;
    code_seen_[f][code] = true;
    for (const parse::DexInvoke& invoke : file.invokes_of(code)) visit_invoke(f, invoke);
    for (const parse::DexTypeUse& type : file.type_uses_of(code)) visit_type(f, type);
    for (const parse::DexFieldUse& field : file.field_uses_of(code)) {
      if (field.is_static) use(program_.class_of_type(f, file.field_id(field.field).class_type));
    }
    for (const std::uint32_t string : file.const_strings_of(code)) visit_string(f, string);
  }

  void visit_invoke(std::uint32_t f, const parse::DexInvoke& invoke) {
    switch (invoke.kind) {
      case InvokeKind::kCustom:
        return visit_method_handles(f);
      case InvokeKind::kPolymorphic:
        return;
      case InvokeKind::kVirtual:
      case InvokeKind::kInterface:
        return call_virtual(f, invoke.method);
      case InvokeKind::kSuper:
      case InvokeKind::kDirect:
      case InvokeKind::kStatic:
        return call_exact(f, invoke.method);
    }
  }

  // False: it was done before, or there is no such method.
  static bool first_time(std::vector<bool>& seen, std::uint32_t index) {
    if (index >= seen.size() || seen[index]) return false;
    seen[index] = true;
    return true;
  }

  void call_exact(std::uint32_t f, std::uint32_t index) {
    if (!first_time(exact_seen_[f], index)) return;
    const parse::DexMethodId id = program_.files()[f].method_id(index);
    const std::uint32_t type = program_.class_of_type(f, id.class_type);
    if (type == kNone) return;
    use(type);
    const std::uint64_t signature = program_.signature(f, id);
    reach(program_.find_method(type, signature));
    // A super call may be written with the calling class.
    reach(program_.find_method(program_.classes()[type].superclass, signature));
  }

  void call_virtual(std::uint32_t f, std::uint32_t index) {
    if (!first_time(virtual_seen_[f], index)) return;
    const parse::DexMethodId id = program_.files()[f].method_id(index);
    const std::uint32_t type = program_.class_of_type(f, id.class_type);
    const std::uint64_t signature = program_.signature(f, id);
    const auto reach_live = [&](std::uint32_t method) {
      if (live_[program_.methods()[method].type]) reach(method);
    };
    if (type != kNone) {
      dispatch_.call_family(signature, program_.classes()[type].family, reach_live);
      // Private methods are called so since Java 11, and no family holds them.
      const std::uint32_t found = program_.find_method(type, signature);
      if (found != kNone) {
        if (!dispatch_.is_virtual_method(found)) reach(found);
        return;
      }
    }
    dispatch_.call_outside(signature, [&](std::uint32_t method) {
      if (scope_of(program_.methods()[method].type) != CallbackScope::kObject) reach_live(method);
    });
  }

  // What the call sites of a file may be linked to: lambdas and method references.
  void visit_method_handles(std::uint32_t f) {
    if (handles_seen_[f]) return;
    handles_seen_[f] = true;
    constexpr std::uint16_t kFirstInvoke = 4;  // method_handle_type_codes
    const parse::DexTable& handles = program_.files()[f].method_handles;
    for (std::uint32_t i = 0; i < handles.count; ++i) {
      if (handles.u16(i, 8, 0) < kFirstInvoke) continue;
      call_exact(f, handles.u16(i, 8, 4));
      call_virtual(f, handles.u16(i, 8, 4));
    }
  }

  void visit_type(std::uint32_t f, const parse::DexTypeUse& use) {
    const bool is_new = use.kind == parse::TypeUseKind::kNew;
    if (!first_time((is_new ? made_ : named_)[f], use.type)) return;
    const std::uint32_t type = program_.class_of_type(f, use.type);
    if (is_new) {
      make(type);
    } else {
      make_from_outside(type);
    }
  }

  void visit_string(std::uint32_t f, std::uint32_t index) {
    if (!first_time(string_seen_[f], index)) return;
    const std::string descriptor = descriptor_of(program_.files()[f].string(index));
    if (descriptor.empty()) return;
    const std::uint32_t type = program_.find_class(descriptor);
    if (type == kNone) return;
    make(type);
    const ProgramClass& named = program_.classes()[type];
    for (std::uint32_t i = 0; i < named.method_count; ++i) reach(named.first_method + i);
  }

  // The class is made by whom no code of the app shows: any constructor may run.
  void make_from_outside(std::uint32_t type) {
    if (type == kNone) return;
    make(type);
    const ProgramClass& made = program_.classes()[type];
    for (std::uint32_t i = 0; i < made.method_count; ++i) {
      const std::uint32_t method = made.first_method + i;
      if (name_of(program_.methods()[method]) == "<init>") reach(method);
    }
  }

  // The static initialiser runs, and before it those of the superclasses.
  void use(std::uint32_t type) {
    static const std::uint64_t kStaticInitialiser = mix(hash_name("<clinit>"), hash_name("V"));
    for (; type != kNone && !in_use_[type]; type = program_.classes()[type].superclass) {
      in_use_[type] = true;
      const std::uint32_t found = program_.find_method(type, kStaticInitialiser);
      if (found != kNone && program_.methods()[found].type == type) reach(found);
    }
  }

  void make(std::uint32_t first) {
    if (first == kNone || live_[first]) return;
    std::vector<std::uint32_t> to_make{first};
    live_[first] = true;
    const auto add = [&](std::uint32_t type) {
      if (type == kNone || live_[type]) return;
      live_[type] = true;
      to_make.push_back(type);
    };
    while (!to_make.empty()) {
      const std::uint32_t type = to_make.back();
      to_make.pop_back();
      use(type);
      const ProgramClass& made = program_.classes()[type];
      for (std::uint32_t i = 0; i < made.method_count; ++i) reach_if_called(made.first_method + i);
      add(made.superclass);
      const DexFile& file = program_.file_of(made);
      const parse::DexTypeList interfaces = file.type_list(program_.dex_class(made).interfaces);
      for (std::uint32_t i = 0; i < interfaces.count; ++i)
        add(program_.class_of_type(made.file, interfaces[i]));
    }
  }

  void reach_if_called(std::uint32_t number) {
    if (!dispatch_.is_virtual_method(number)) return;
    if (dispatch_.was_called_in_family(number)) return reach(number);
    const ProgramMethod& method = program_.methods()[number];
    const CallbackScope scope = scope_of(method.type);
    const bool is_callback =
        scope == CallbackScope::kAny ||
        (scope == CallbackScope::kNamed
             ? is_callback_name(name_of(method)) || dispatch_.was_called_outside(number)
             : is_object_method(name_of(method)));
    if (is_callback) reach(number);
  }

  // By everything outside of the app that the class or one above it extends or implements.
  CallbackScope scope_of(std::uint32_t type) { return scope_of(type, 0); }
  CallbackScope scope_of(std::uint32_t type, int depth) {
    if (scope_[type] != kUnknownScope) return static_cast<CallbackScope>(scope_[type]);
    if (depth == kMaxSuperclasses) return CallbackScope::kAny;
    // What a class says of itself in a circle adds nothing.
    scope_[type] = static_cast<std::uint8_t>(CallbackScope::kObject);
    const ProgramClass& of = program_.classes()[type];
    const DexFile& file = program_.file_of(of);
    const auto scope_of_type = [&](std::uint32_t dex_type) {
      const std::uint32_t inside = program_.class_of_type(of.file, dex_type);
      return inside != kNone ? scope_of(inside, depth + 1) : callback_scope(file.type(dex_type));
    };
    CallbackScope scope = scope_of_type(program_.dex_class(of).superclass);
    const parse::DexTypeList interfaces = file.type_list(program_.dex_class(of).interfaces);
    for (std::uint32_t i = 0; i < interfaces.count; ++i)
      scope = std::max(scope, scope_of_type(interfaces[i]));
    scope_[type] = static_cast<std::uint8_t>(scope);
    return scope;
  }

  void add_classes_of_resources() {
    // Whether a class is made by resources is its superclass's answer or its own name's.
    std::vector<std::uint8_t> made(program_.classes().size(), kUnknownScope);
    std::vector<std::uint32_t> chain;
    for (std::uint32_t c = 0; c < program_.classes().size(); ++c) {
      chain.clear();
      std::uint32_t at = c;
      bool answer = false;
      while (true) {
        if (made[at] != kUnknownScope) {
          answer = made[at] != 0;
          break;
        }
        made[at] = 0;
        chain.push_back(at);
        const ProgramClass& type = program_.classes()[at];
        const DexFile& file = program_.file_of(type);
        answer = is_made_by_resources(file.type(program_.dex_class(type).superclass));
        if (answer || type.superclass == kNone) break;
        at = type.superclass;
      }
      for (const std::uint32_t type : chain) made[type] = answer ? 1 : 0;
    }
    for (std::uint32_t c = 0; c < made.size(); ++c) {
      if (made[c] == 1) make_from_outside(c);
    }
  }

  const Program& program_;
  DispatchTable dispatch_;
  std::vector<bool> reached_;  // by method
  std::vector<bool> live_;     // by class
  std::vector<bool> in_use_;   // by class
  std::vector<std::uint8_t> scope_;
  std::vector<std::uint32_t> pending_;
  // By file, then by code item, method, type or string.
  std::vector<std::vector<bool>> code_seen_, exact_seen_, virtual_seen_, made_, named_,
      string_seen_;
  std::vector<bool> handles_seen_;
};

}  // namespace

std::vector<bool> reached_methods(const Program& program, const EntryPoints& entry_points) {
  if (entry_points.unknown) return std::vector<bool>(program.methods().size(), true);
  return Walk(program).run(entry_points);
}

}  // namespace bartizan::detect
