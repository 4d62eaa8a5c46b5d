// The classes of all DEX files of one app as one program, joined by name.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "detect/app/name_index.h"
#include "parse/dex/types.h"

namespace bartizan::detect {

inline constexpr std::uint32_t kNone = 0xffffffff;
// Superclasses above one class that are followed; honest apps have under twenty.
inline constexpr int kMaxSuperclasses = 64;

// A class that a file of the app defines. When several do, the first is the one the runtime loads,
// and the others are not in the program.
struct ProgramClass {
  std::uint32_t file = 0;
  std::uint32_t index = 0;           // into the file's classes
  std::uint32_t superclass = kNone;  // a program class; none: outside of the app
  std::uint32_t first_method = 0;    // into Program::methods
  std::uint32_t method_count = 0;
  // Classes with the same number are connected by superclasses and interfaces of the app.
  std::uint32_t family = 0;
};

// By class, and there by signature.
struct ProgramMethod {
  std::uint64_t signature = 0;  // hash of name and prototype
  std::uint32_t type = 0;       // a program class
  std::uint32_t method = 0;     // into the file's methods
};

class Program {
 public:
  // `files` must outlive the program.
  explicit Program(std::span<const parse::DexFile> files);

  std::span<const parse::DexFile> files() const { return files_; }
  const std::vector<ProgramClass>& classes() const { return classes_; }
  const std::vector<ProgramMethod>& methods() const { return methods_; }
  const std::vector<parse::Anomaly>& anomalies() const { return anomalies_; }

  const parse::DexFile& file_of(const ProgramClass& type) const { return files_[type.file]; }
  const parse::DexClass& dex_class(const ProgramClass& type) const {
    return files_[type.file].classes[type.index];
  }
  const parse::DexMethod& dex_method(const ProgramMethod& method) const {
    return file_of(classes_[method.type]).methods[method.method];
  }
  std::span<const ProgramMethod> methods_of(const ProgramClass& type) const {
    return std::span(methods_).subspan(type.first_method, type.method_count);
  }

  // The program class that a type of a file names; kNone for one outside of the app.
  std::uint32_t class_of_type(std::uint32_t file, std::uint32_t type) const {
    return type < type_classes_[file].size() ? type_classes_[file][type] : kNone;
  }
  std::uint32_t find_class(std::string_view descriptor) const;

  std::uint64_t signature(std::uint32_t file, const parse::DexMethodId& id) const;
  // The method of that signature that `type` or its nearest superclass in the app defines.
  std::uint32_t find_method(std::uint32_t type, std::uint64_t signature) const;
  // Descriptor of the nearest superclass outside of the app: what an inherited call ends in.
  std::string_view outside_ancestor(std::uint32_t type) const;

 private:
  void join_classes();
  void resolve_types();
  void join_methods();
  void join_families();

  std::span<const parse::DexFile> files_;
  std::vector<ProgramClass> classes_;  // by name hash, then name
  std::vector<std::uint64_t> class_hashes_;
  KeyIndex class_index_;
  std::vector<std::vector<std::uint32_t>> type_classes_;  // by file and type
  std::vector<std::vector<std::uint64_t>> proto_hashes_;  // by file and prototype
  std::vector<ProgramMethod> methods_;
  std::vector<parse::Anomaly> anomalies_;
};

}  // namespace bartizan::detect
