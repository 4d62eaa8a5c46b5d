#include "detect/app/program.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace bartizan::detect {
namespace {

struct NamedClass {
  std::uint64_t hash;
  std::string_view name;
  std::uint32_t file;
  std::uint32_t index;
};

// Sets of classes that grow together (union by the smaller number, paths halved).
class Families {
 public:
  explicit Families(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  std::uint32_t find(std::uint32_t type) {
    while (parent_[type] != type) {
      parent_[type] = parent_[parent_[type]];
      type = parent_[type];
    }
    return type;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace

Program::Program(std::span<const parse::DexFile> files) : files_(files) {
  join_classes();
  resolve_types();
  join_methods();
  join_families();
}

void Program::join_classes() {
  std::vector<NamedClass> named;
  std::size_t count = 0;
  for (const parse::DexFile& file : files_) count += file.classes.size();
  named.reserve(count);
  for (std::uint32_t f = 0; f < files_.size(); ++f) {
    for (std::uint32_t i = 0; i < files_[f].classes.size(); ++i) {
      const std::string_view name = files_[f].type(files_[f].classes[i].type);
      named.push_back({hash_name(name), name, f, i});
    }
  }
  // Stable by file and index, so that the first definition is the one kept.
  std::sort(named.begin(), named.end(), [](const NamedClass& a, const NamedClass& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    if (a.name != b.name) return a.name < b.name;
    return a.file != b.file ? a.file < b.file : a.index < b.index;
  });
  classes_.reserve(named.size());
  class_hashes_.reserve(named.size());
  std::size_t twice = 0;
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (i != 0 && named[i].hash == class_hashes_.back() && named[i].name == named[i - 1].name) {
      // Twice in one file is that file's own anomaly.
      if (named[i].file != named[i - 1].file && twice++ == 0)
        parse::note_anomaly(anomalies_, "dex.duplicate_class",
                            "code file " + std::to_string(named[i].file), named[i].name);
      continue;
    }
    classes_.push_back({.file = named[i].file, .index = named[i].index});
    class_hashes_.push_back(named[i].hash);
  }
  if (twice > 1)
    anomalies_.front().detail += ", and " + std::to_string(twice - 1) + " more like it";
  class_index_ = KeyIndex(static_cast<std::uint32_t>(class_hashes_.size()),
                          [&](std::uint32_t i) { return class_hashes_[i]; });
}

std::uint32_t Program::find_class(std::string_view descriptor) const {
  const auto [first, last] =
      class_index_.find(hash_name(descriptor), [&](std::uint32_t i) { return class_hashes_[i]; });
  // Within equal hashes the classes are sorted by name.
  const auto name_of = [&](const ProgramClass& type) {
    return file_of(type).type(dex_class(type).type);
  };
  const auto found = std::lower_bound(
      classes_.begin() + first, classes_.begin() + last, descriptor,
      [&](const ProgramClass& type, std::string_view name) { return name_of(type) < name; });
  if (found == classes_.begin() + last || name_of(*found) != descriptor) return kNone;
  return static_cast<std::uint32_t>(found - classes_.begin());
}

void Program::resolve_types() {
  for (const parse::DexFile& file : files_) {
    std::vector<std::uint64_t> hashes(file.type_ids.count);
    std::vector<std::uint32_t>& types = type_classes_.emplace_back(file.type_ids.count, kNone);
    for (std::uint32_t i = 0; i < file.type_ids.count; ++i) {
      const std::string_view name = file.type(i);
      hashes[i] = hash_name(name);
      if (name.starts_with('L')) types[i] = find_class(name);
    }
    const auto hash_of = [&](std::uint32_t type) {
      return type < hashes.size() ? hashes[type] : 0;
    };
    std::vector<std::uint64_t>& protos = proto_hashes_.emplace_back(file.proto_ids.count);
    constexpr std::uint32_t kMostParameters = 255;
    for (std::uint32_t i = 0; i < file.proto_ids.count; ++i) {
      const parse::DexProtoId id = file.proto_id(i);
      const parse::DexTypeList parameters = file.type_list(id.parameters);
      protos[i] = hash_of(id.return_type);
      for (std::uint32_t p = 0; p < std::min(parameters.count, kMostParameters); ++p)
        protos[i] = mix(protos[i], hash_of(parameters[p]));
    }
  }
  for (ProgramClass& type : classes_)
    type.superclass = class_of_type(type.file, dex_class(type).superclass);
}

std::uint64_t Program::signature(std::uint32_t file, const parse::DexMethodId& id) const {
  const std::vector<std::uint64_t>& protos = proto_hashes_[file];
  return mix(hash_name(files_[file].string(id.name)),
             id.proto < protos.size() ? protos[id.proto] : 0);
}

void Program::join_methods() {
  std::size_t count = 0;
  for (const ProgramClass& type : classes_) count += dex_class(type).method_count;
  methods_.reserve(count);
  for (std::uint32_t c = 0; c < classes_.size(); ++c) {
    ProgramClass& type = classes_[c];
    const parse::DexFile& file = file_of(type);
    const parse::DexClass& from = dex_class(type);
    type.first_method = static_cast<std::uint32_t>(methods_.size());
    type.method_count = from.method_count;
    for (std::uint32_t i = 0; i < from.method_count; ++i) {
      const std::uint32_t method = from.first_method + i;
      methods_.push_back(
          {.signature = signature(type.file, file.method_id(file.methods[method].id)),
           .type = c,
           .method = method});
    }
    std::sort(methods_.begin() + type.first_method, methods_.end(),
              [](const ProgramMethod& a, const ProgramMethod& b) {
                return a.signature != b.signature ? a.signature < b.signature : a.method < b.method;
              });
  }
}

void Program::join_families() {
  Families families(classes_.size());
  for (std::uint32_t c = 0; c < classes_.size(); ++c) {
    const ProgramClass& type = classes_[c];
    if (type.superclass != kNone) families.join(c, type.superclass);
    const parse::DexTypeList interfaces = file_of(type).type_list(dex_class(type).interfaces);
    for (std::uint32_t i = 0; i < interfaces.count; ++i) {
      const std::uint32_t interface = class_of_type(type.file, interfaces[i]);
      if (interface != kNone) families.join(c, interface);
    }
  }
  for (std::uint32_t c = 0; c < classes_.size(); ++c) classes_[c].family = families.find(c);
}

std::uint32_t Program::find_method(std::uint32_t type, std::uint64_t signature) const {
  for (int depth = 0; type != kNone && depth < kMaxSuperclasses; ++depth) {
    const std::span<const ProgramMethod> methods = methods_of(classes_[type]);
    const auto found = std::lower_bound(methods.begin(), methods.end(), signature,
                                        [](const ProgramMethod& method, std::uint64_t wanted) {
                                          return method.signature < wanted;
                                        });
    if (found != methods.end() && found->signature == signature)
      return classes_[type].first_method + static_cast<std::uint32_t>(found - methods.begin());
    type = classes_[type].superclass;
  }
  return kNone;
}

std::string_view Program::outside_ancestor(std::uint32_t type) const {
  for (int depth = 0; depth < kMaxSuperclasses; ++depth) {
    const ProgramClass& at = classes_[type];
    if (at.superclass == kNone) return file_of(at).type(dex_class(at).superclass);
    type = at.superclass;
  }
  return {};
}

}  // namespace bartizan::detect
