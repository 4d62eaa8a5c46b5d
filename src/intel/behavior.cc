#include "intel/behavior.h"

#include <algorithm>
#include <utility>

#include "intel/app_facts.h"
#include "intel/text_filter.h"
#include "intel/yaml_folder.h"

namespace bartizan::intel {
namespace {

using rules::FieldUse;
using rules::YamlMap;
using rules::YamlNode;

// "Landroid/telephony/SmsManager;->sendTextMessage": a class descriptor and a name, no prototype.
bool is_member(std::string_view text) {
  const std::size_t arrow = text.find(";->");
  if (!text.starts_with('L') || arrow == std::string_view::npos) return false;
  const std::string_view name = text.substr(arrow + 3);
  return !name.empty() && name.find_first_of("(:;/ *") == std::string_view::npos &&
         text.substr(0, arrow).find_first_of(".;( *") == std::string_view::npos;
}

bool is_member_fact(std::string_view field) {
  return field == "calls" || field == "overrides" || field == "fields";
}

class BehaviorReader {
 public:
  BehaviorReader(const ContentFile& file, const TechniqueSet& techniques)
      : file_(file), techniques_(techniques), map_(file.root, file.name) {}

  Result<Behavior> run() {
    BARTIZAN_ASSIGN(const std::string id, map_.text("id"));
    if (id != file_.id)
      return map_.error("the id must be '" + file_.id + "', as the file is named");
    BARTIZAN_ASSIGN(const YamlNode* const when, map_.node("when"));
    BARTIZAN_ASSIGN(auto condition,
                    rules::Condition::compile(*when, app_fact_schema(), file_.name));
    Behavior out{.id = id, .condition = std::move(condition)};
    BARTIZAN_ASSIGN(out.version, map_.text("version"));
    BARTIZAN_ASSIGN(out.title, map_.text("title"));
    BARTIZAN_TRY(read_techniques(out));
    BARTIZAN_TRY(read_platforms(out));
    BARTIZAN_TRY(read_scope(out));
    BARTIZAN_TRY(map_.finish());
    for (const FieldUse& use : out.condition.uses()) BARTIZAN_TRY(check_use(use, out.scope));
    return out;
  }

 private:
  Status read_techniques(Behavior& out) {
    BARTIZAN_ASSIGN(out.techniques, map_.texts("techniques"));
    for (const std::string& id : out.techniques) {
      if (techniques_.find(id) == nullptr) return map_.error("unknown technique '" + id + "'");
    }
    return {};
  }

  Status read_platforms(Behavior& out) {
    BARTIZAN_ASSIGN(const std::vector<std::string> names, map_.texts("platforms"));
    for (const std::string& name : names) {
      const auto platform = parse_enum<Platform>(name);
      if (!platform) return map_.error("unknown platform '" + name + "'");
      out.platforms.push_back(*platform);
    }
    return {};
  }

  Status read_scope(Behavior& out) {
    BARTIZAN_ASSIGN(const std::string scope, map_.text_or("scope", "app"));
    if (scope == "class") {
      out.scope = BehaviorScope::kClass;
    } else if (scope == "method") {
      out.scope = BehaviorScope::kMethod;
    } else if (scope != "app") {
      return map_.error("unknown scope '" + scope + "': app, class or method");
    }
    return {};
  }

  // What the condition language itself cannot know: how code is referred to.
  Status check_use(const FieldUse& use, BehaviorScope scope) const {
    const auto error = [&](const std::string& message) {
      YamlNode place;
      place.line = use.line;
      return rules::error_at(file_.name, place, message);
    };
    const bool exact = use.operation == rules::Operator::kEquals;
    if (is_member_fact(use.field) && (!exact || !is_member(use.value)))
      return error("'" + use.field + "' is compared with whole members, Lclass;->name");
    const bool literal = use.operation != rules::Operator::kMatches;
    if (use.field == "strings" && (!literal || use.value.empty() || use.value == "*"))
      return error("'strings' takes no patterns; 'urls' does");
    const bool from_start = exact || use.operation == rules::Operator::kStartsWith;
    if (use.field == "classes" && (!from_start || !use.value.starts_with('L')))
      return error("'classes' is compared with descriptors or how they start, Lpackage/");
    // A place is looked at because of what stands there: an absence is everywhere.
    if (scope != BehaviorScope::kApp && use.negated && is_code_fact(use.field))
      return error("'" + use.field +
                   "' cannot stand under 'not' in the scope of a class or method");
    return {};
  }

  const ContentFile& file_;
  const TechniqueSet& techniques_;
  YamlMap map_;
};

// As BehaviorPatterns writes it, by where the wanted text may stand.
std::string literal_pattern(const FieldUse& use) {
  const rules::Operator operation = use.operation;
  const bool contains = operation == rules::Operator::kContains;
  const bool open_start = contains || operation == rules::Operator::kEndsWith;
  const bool open_end = contains || operation == rules::Operator::kStartsWith;
  return (open_start ? "*" : "") + use.value + (open_end ? "*" : "");
}

void sort_unique(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

struct BehaviorSet::Parts {
  std::vector<Behavior> all;
  BehaviorPatterns patterns;
  CodePatterns code_patterns;
  TextFilter entries;
  TextFilter imports;

  Status index() {
    std::vector<FieldUse> entry_uses;
    std::vector<FieldUse> import_uses;
    for (const Behavior& behavior : all) {
      for (FieldUse& use : behavior.condition.uses()) {
        if (use.field == "calls") patterns.calls.push_back(use.value);
        if (use.field == "overrides") patterns.overrides.push_back(use.value);
        if (use.field == "fields") patterns.fields.push_back(use.value);
        if (use.field == "strings") patterns.strings.push_back(literal_pattern(use));
        if (use.field == "classes") patterns.classes.push_back(literal_pattern(use));
        if (use.field == "entries") entry_uses.push_back(use);
        if (use.field == "native_imports" || use.field == "imports") import_uses.push_back(use);
      }
    }
    for (auto* list : {&patterns.calls, &patterns.overrides, &patterns.fields, &patterns.strings,
                       &patterns.classes})
      sort_unique(*list);
    CodePatternSource source{.references = patterns.calls,
                             .overrides = patterns.overrides,
                             .strings = patterns.strings,
                             .classes = patterns.classes};
    for (const std::string& field : patterns.fields) source.references.push_back(field + ":");
    BARTIZAN_ASSIGN(code_patterns, CodePatterns::compile(source));
    BARTIZAN_ASSIGN(entries, TextFilter::compile(entry_uses));
    BARTIZAN_ASSIGN(imports, TextFilter::compile(import_uses));
    return {};
  }
};

BehaviorSet::BehaviorSet() : parts_(std::make_unique<const Parts>()) {}
BehaviorSet::BehaviorSet(BehaviorSet&&) noexcept = default;
BehaviorSet& BehaviorSet::operator=(BehaviorSet&&) noexcept = default;
BehaviorSet::~BehaviorSet() = default;

Result<BehaviorSet> BehaviorSet::load(const std::filesystem::path& folder,
                                      const TechniqueSet& techniques) {
  BehaviorSet out;
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return out;
  BARTIZAN_ASSIGN(const auto files, read_flat_yaml_folder(folder));
  auto parts = std::make_unique<Parts>();
  for (const ContentFile& file : files) {
    BARTIZAN_ASSIGN(Behavior behavior, BehaviorReader(file, techniques).run());
    parts->all.push_back(std::move(behavior));
  }
  BARTIZAN_TRY(parts->index());
  out.parts_ = std::move(parts);
  return out;
}

const std::vector<Behavior>& BehaviorSet::all() const { return parts_->all; }

const Behavior* BehaviorSet::find(std::string_view id) const {
  const auto place = std::find_if(parts_->all.begin(), parts_->all.end(),
                                  [&](const Behavior& behavior) { return behavior.id == id; });
  return place != parts_->all.end() ? &*place : nullptr;
}

const BehaviorPatterns& BehaviorSet::patterns() const { return parts_->patterns; }

const CodePatterns& BehaviorSet::code_patterns() const { return parts_->code_patterns; }

bool BehaviorSet::asks_about_entry(std::string_view name) const {
  return parts_->entries.may_match(name);
}

bool BehaviorSet::asks_about_import(std::string_view name) const {
  return parts_->imports.may_match(name);
}

}  // namespace bartizan::intel
