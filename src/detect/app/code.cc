#include "detect/app/code.h"

#include <algorithm>
#include <array>
#include <set>

#include "detect/app/overrides.h"

namespace bartizan::detect {
namespace {

using parse::DexFile;

// The numbers of a list of patterns for each item of a table, most items having none.
class Marks {
 public:
  explicit Marks(std::size_t items) : first_(items, kNone) {}

  void add(std::uint32_t item, std::uint32_t pattern) {
    hits_.push_back({pattern, first_[item]});
    first_[item] = static_cast<std::uint32_t>(hits_.size() - 1);
  }
  bool empty() const { return hits_.empty(); }
  template <typename Visit>
  void each(std::uint32_t item, const Visit& visit) const {
    if (item >= first_.size()) return;
    for (std::uint32_t at = first_[item]; at != kNone; at = hits_[at].next)
      visit(hits_[at].pattern);
  }

 private:
  struct Hit {
    std::uint32_t pattern;
    std::uint32_t next;
  };
  std::vector<std::uint32_t> first_;
  std::vector<Hit> hits_;
};

// The reference patterns by the class they name.
class WantedClasses {
 public:
  explicit WantedClasses(const std::vector<ReferencePattern>& patterns) : patterns_(patterns) {
    for (std::uint32_t i = 0; i < patterns.size(); ++i)
      entries_.push_back({hash_name(patterns[i].class_name), i});
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return a.hash != b.hash ? a.hash < b.hash : a.pattern < b.pattern;
    });
    index_ = KeyIndex(static_cast<std::uint32_t>(entries_.size()),
                      [&](std::uint32_t i) { return entries_[i].hash; });
  }

  // For `visit_patterns`; kNone: no pattern names the class.
  std::uint32_t find(std::string_view descriptor) const {
    const auto [first, last] =
        index_.find(hash_name(descriptor), [&](std::uint32_t i) { return entries_[i].hash; });
    return first != last && patterns_[entries_[first].pattern].class_name == descriptor ? first
                                                                                        : kNone;
  }
  template <typename Visit>
  void visit_patterns(std::uint32_t found, const Visit& visit) const {
    for (std::uint32_t i = found; i < entries_.size() && entries_[i].hash == entries_[found].hash;
         ++i)
      visit(entries_[i].pattern, patterns_[entries_[i].pattern]);
  }

 private:
  struct Entry {
    std::uint64_t hash;
    std::uint32_t pattern;
  };
  const std::vector<ReferencePattern>& patterns_;
  std::vector<Entry> entries_;
  KeyIndex index_;
};

// Which methods and fields of one file's tables are wanted.
struct WantedReferences {
  Marks methods;
  Marks fields;
};

class ReferenceFinder {
 public:
  ReferenceFinder(const Program& program, const CodePatterns& patterns)
      : program_(program), wanted_(patterns.references()) {
    if (patterns.references().empty()) return;
    inherited_.reserve(program.classes().size());
    for (std::uint32_t c = 0; c < program.classes().size(); ++c) {
      inherited_.push_back(wanted_.find(program.outside_ancestor(c)));
      const ProgramClass& type = program.classes()[c];
      own_.push_back(wanted_.find(program.file_of(type).type(program.dex_class(type).type)));
      any_own_ |= own_.back() != kNone;
    }
  }

  WantedReferences find_in(std::uint32_t f) const {
    const DexFile& file = program_.files()[f];
    WantedReferences out{Marks(file.method_ids.count), Marks(file.field_ids.count)};
    if (inherited_.empty() && program_.classes().size() != 0) return out;
    std::vector<std::uint32_t> by_type(file.type_ids.count, kNone);
    for (std::uint32_t i = 0; i < by_type.size(); ++i) {
      const std::uint32_t inside = program_.class_of_type(f, i);
      by_type[i] = inside != kNone ? inherited_[inside] : wanted_.find(file.type(i));
    }
    for (std::uint32_t i = 0; i < file.method_ids.count; ++i) {
      const parse::DexMethodId id = file.method_id(i);
      const auto visit = [&](std::uint32_t number, const ReferencePattern& pattern) {
        if (!pattern.is_field && pattern.name == file.string(id.name) &&
            (pattern.type.empty() || pattern.type == file.prototype(id.proto)))
          out.methods.add(i, number);
      };
      visit_own(f, id.class_type, visit);
      if (id.class_type >= by_type.size() || by_type[id.class_type] == kNone) continue;
      const std::uint32_t inside = program_.class_of_type(f, id.class_type);
      if (inside != kNone && program_.find_method(inside, program_.signature(f, id)) != kNone)
        continue;
      wanted_.visit_patterns(by_type[id.class_type], visit);
    }
    for (std::uint32_t i = 0; i < file.field_ids.count; ++i) {
      const parse::DexFieldId id = file.field_id(i);
      const auto visit = [&](std::uint32_t number, const ReferencePattern& pattern) {
        if (pattern.is_field && pattern.name == file.string(id.name) &&
            (pattern.type.empty() || pattern.type == file.type(id.type)))
          out.fields.add(i, number);
      };
      visit_own(f, id.class_type, visit);
      if (id.class_type >= by_type.size() || by_type[id.class_type] == kNone) continue;
      wanted_.visit_patterns(by_type[id.class_type], visit);
    }
    return out;
  }

 private:
  // The patterns of a class that the app holds, and of its superclasses in the app.
  template <typename Visit>
  void visit_own(std::uint32_t f, std::uint32_t type, const Visit& visit) const {
    if (!any_own_) return;
    std::uint32_t inside = program_.class_of_type(f, type);
    for (int depth = 0; inside != kNone && depth < kMaxSuperclasses; ++depth) {
      if (own_[inside] != kNone) wanted_.visit_patterns(own_[inside], visit);
      inside = program_.classes()[inside].superclass;
    }
  }

  const Program& program_;
  WantedClasses wanted_;
  std::vector<std::uint32_t>
      inherited_;                   // by program class, what its outside ancestor is wanted for
  std::vector<std::uint32_t> own_;  // the same for its own name
  bool any_own_ = false;
};

// The string patterns that a file's strings fit, each looked at when code first names it.
class StringFinder {
 public:
  StringFinder(const DexFile& file, const CodePatterns& patterns)
      : file_(file), patterns_(patterns), marks_(file.strings.size()), seen_(file.strings.size()) {}

  template <typename Visit>
  void each(std::uint32_t string, const Visit& visit) {
    if (string >= seen_.size()) return;
    if (!seen_[string]) {
      seen_[string] = true;
      const std::string_view text = file_.string(string);
      if (text.find("://") != std::string_view::npos) marks_.add(string, kUrl);
      patterns_.match_string(text, [&](std::uint32_t pattern) { marks_.add(string, pattern); });
    }
    marks_.each(string, visit);
  }

  static constexpr std::uint32_t kUrl = 0xfffffffe;

 private:
  const DexFile& file_;
  const CodePatterns& patterns_;
  Marks marks_;
  std::vector<bool> seen_;
};

class Analysis {
 public:
  Analysis(const Program& program, const CodePatterns& patterns)
      : program_(program),
        patterns_(patterns),
        references_(program, patterns),
        uses_of_reference_(patterns.references().size()) {
    for (const DexFile& file : program.files())
      left_ +=
          4 * (file.invokes.size() + file.const_strings.size() + file.field_uses.size()) + 4096;
  }

  void run(const std::vector<bool>& reached, CodeReport& report) {
    report_ = &report;
    std::vector<std::vector<bool>> by_file;
    for (const DexFile& file : program_.files()) by_file.emplace_back(file.methods.size());
    for (std::uint32_t i = 0; i < reached.size(); ++i) {
      const ProgramMethod& method = program_.methods()[i];
      if (!reached[i]) continue;
      by_file[program_.classes()[method.type].file][method.method] = true;
      ++report.reached_methods;
    }
    for (const DexFile& file : program_.files())
      location_of_.emplace_back(file.methods.size(), kNone);
    for (std::uint32_t f = 0; f < by_file.size(); ++f) read_file(f, by_file[f]);
    keep_overrides(reached);
    find_classes();
    const auto by_pattern = [](const CodeUse& a, const CodeUse& b) {
      return a.pattern < b.pattern;
    };
    std::stable_sort(report.references.begin(), report.references.end(), by_pattern);
    std::stable_sort(report.strings.begin(), report.strings.end(), by_pattern);
    std::stable_sort(report.overrides.begin(), report.overrides.end(), by_pattern);
  }

 private:
  // A pattern and the item of a table that fits it.
  struct Hit {
    std::uint32_t pattern;
    std::uint32_t item;
    auto operator<=>(const Hit&) const = default;
  };

  void read_file(std::uint32_t f, const std::vector<bool>& reached) {
    const DexFile& file = program_.files()[f];
    const WantedReferences wanted = references_.find_in(f);
    StringFinder strings(file, patterns_);
    for (const parse::DexClass& type : file.classes) {
      for (std::uint32_t i = 0; i < type.method_count; ++i) {
        const std::uint32_t method = type.first_method + i;
        if (!reached[method] || file.methods[method].code == parse::kNoDexIndex) continue;
        if (!read_code(file, file.methods[method].code, wanted, strings)) return;
        keep_hits(f, type, method);
      }
    }
  }

  // False: methods share their code over and over, and enough of it was read.
  bool read_code(const DexFile& file, std::uint32_t code, const WantedReferences& wanted,
                 StringFinder& strings) {
    const std::size_t cost = file.invokes_of(code).size() + file.field_uses_of(code).size() +
                             file.const_strings_of(code).size();
    if (cost > left_) {
      report_->truncated = true;
      parse::note_anomaly(report_->anomalies, "dex.limit", "code",
                          "methods share their code over and over");
      return false;
    }
    left_ -= cost;
    methods_.clear();
    fields_.clear();
    strings_.clear();
    if (!wanted.methods.empty()) {
      for (const parse::DexInvoke& invoke : file.invokes_of(code)) {
        if (invoke.kind != parse::InvokeKind::kCustom)
          add_hits(wanted.methods, invoke.method, methods_);
      }
    }
    if (!wanted.fields.empty()) {
      for (const parse::DexFieldUse& use : file.field_uses_of(code))
        add_hits(wanted.fields, use.field, fields_);
    }
    for (const std::uint32_t string : file.const_strings_of(code))
      strings.each(string, [&](std::uint32_t pattern) { strings_.push_back({pattern, string}); });
    return true;
  }

  static void add_hits(const Marks& marks, std::uint32_t item, std::vector<Hit>& to) {
    marks.each(item, [&](std::uint32_t pattern) { to.push_back({pattern, item}); });
  }

  // The number of a method's location, which is made when it is first asked for.
  std::uint32_t locate(std::uint32_t f, const parse::DexClass& type, std::uint32_t method) {
    std::uint32_t& location = location_of_[f][method];
    if (location != kNone) return location;
    const DexFile& file = program_.files()[f];
    const parse::DexMethodId id = file.method_id(file.methods[method].id);
    location = static_cast<std::uint32_t>(report_->locations.size());
    report_->locations.push_back(
        {parse::printable(file.type(type.type)),
         parse::printable(std::string(file.string(id.name)) + file.prototype(id.proto))});
    return location;
  }

  void keep_overrides(const std::vector<bool>& reached) {
    std::vector<std::size_t> uses(patterns_.overrides().size());
    for (const OverrideUse& use : find_overrides(program_, reached, patterns_.overrides())) {
      if (uses[use.pattern]++ >= kMaxUsesOfPattern) continue;
      const ProgramMethod& method = program_.methods()[use.method];
      const ProgramClass& type = program_.classes()[method.type];
      const std::uint32_t location = locate(type.file, program_.dex_class(type), method.method);
      report_->overrides.push_back({use.pattern, location, report_->locations[location].method});
    }
  }

  void keep_hits(std::uint32_t f, const parse::DexClass& type, std::uint32_t method) {
    const DexFile& file = program_.files()[f];
    const auto here = [&] { return locate(f, type, method); };
    const auto keep_references = [&](std::vector<Hit>& hits, const auto& text_of) {
      sort_unique(hits);
      for (const Hit& hit : hits) {
        if (uses_of_reference_[hit.pattern]++ < kMaxUsesOfPattern)
          report_->references.push_back({hit.pattern, here(), parse::printable(text_of(hit.item))});
      }
    };
    keep_references(methods_, [&](std::uint32_t item) {
      const parse::DexMethodId id = file.method_id(item);
      return std::string(file.type(id.class_type)) + "->" + std::string(file.string(id.name)) +
             file.prototype(id.proto);
    });
    keep_references(fields_, [&](std::uint32_t item) {
      const parse::DexFieldId id = file.field_id(item);
      return std::string(file.type(id.class_type)) + "->" + std::string(file.string(id.name)) +
             ":" + std::string(file.type(id.type));
    });
    sort_unique(strings_);
    for (const Hit& hit : strings_) {
      if (hit.pattern == StringFinder::kUrl) {
        if (report_->urls.size() < kMaxUrls)
          report_->urls.push_back({0, here(), parse::printable(file.string(hit.item))});
        continue;
      }
      if (hit.pattern >= uses_of_string_.size()) uses_of_string_.resize(hit.pattern + 1);
      if (uses_of_string_[hit.pattern]++ < kMaxUsesOfPattern)
        report_->strings.push_back({hit.pattern, here(), parse::printable(file.string(hit.item))});
    }
  }

  static void sort_unique(std::vector<Hit>& hits) {
    std::sort(hits.begin(), hits.end());
    hits.erase(std::unique(hits.begin(), hits.end()), hits.end());
  }

  void find_classes() {
    std::set<std::uint32_t> found;
    for (const ProgramClass& type : program_.classes()) {
      const std::string_view name = program_.file_of(type).type(program_.dex_class(type).type);
      patterns_.match_class(name, [&](std::uint32_t pattern) { found.insert(pattern); });
    }
    report_->classes.assign(found.begin(), found.end());
  }

  const Program& program_;
  const CodePatterns& patterns_;
  ReferenceFinder references_;
  std::size_t left_ = 0;  // references that may still be looked at
  CodeReport* report_ = nullptr;
  std::vector<std::vector<std::uint32_t>> location_of_;  // by file and method
  std::vector<std::size_t> uses_of_reference_;
  std::vector<std::size_t> uses_of_string_;
  std::vector<Hit> methods_, fields_, strings_;  // of the method being read
};

void add_counts(const parse::DexCounts& from, parse::DexCounts& to) {
  to.classes += from.classes;
  to.methods += from.methods;
  to.instructions += from.instructions;
  to.invokes += from.invokes;
  to.dynamic_invokes += from.dynamic_invokes;
  to.const_strings += from.const_strings;
  to.field_uses += from.field_uses;
}

}  // namespace

CodeReport analyse_code(std::span<const DexFile> files, const EntryPoints& entry_points,
                        const CodePatterns& patterns) {
  CodeReport out;
  out.files = files.size();
  std::set<std::string> compilers;
  for (const DexFile& file : files) {
    add_counts(file.counts, out.counts);
    if (!file.compiler.empty()) compilers.insert(file.compiler);
    // A marker of one tool in a file that another laid out: it was taken apart and put together.
    const bool known = file.writer != parse::DexWriter::kUnknown;
    if (known && (file.compiler.empty() || file.writer != parse::DexWriter::kD8))
      compilers.emplace(to_string(file.writer));
  }
  out.compilers.assign(compilers.begin(), compilers.end());
  const Program program(files);
  out.anomalies = program.anomalies();
  Analysis(program, patterns).run(reached_methods(program, entry_points), out);
  return out;
}

}  // namespace bartizan::detect
