// Checks a comparison against the schema when it is loaded, so that a misspelt field or a number
// compared with text is an error with a line, not a rule that never matches.
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "base/time.h"
#include "rules/comparison.h"

namespace bartizan::rules {
namespace {

constexpr std::size_t kMaxPatternLength = 1024;
constexpr std::int64_t kMaxPatternMemory = 1 << 20;

struct Modifier {
  std::string_view name;
  Operator operation;
  std::string_view wanted;  // how an explanation says it
};
constexpr std::array kModifiers = std::to_array<Modifier>({
    {"contains", Operator::kContains, "containing "},
    {"startswith", Operator::kStartsWith, "starting with "},
    {"endswith", Operator::kEndsWith, "ending with "},
    {"re", Operator::kMatches, "matching "},
    {"exists", Operator::kExists, ""},
    {"lt", Operator::kLess, "below "},
    {"lte", Operator::kAtMost, "at most "},
    {"gt", Operator::kGreater, "above "},
    {"gte", Operator::kAtLeast, "at least "},
    {"older_than", Operator::kOlderThan, "older than "},
    {"newer_than", Operator::kNewerThan, "newer than "},
});

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    out.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string_view name_of(FactType type) {
  switch (type) {
    case FactType::kString:
      return "text";
    case FactType::kNumber:
      return "a number";
    case FactType::kBoolean:
      return "true or false";
    case FactType::kTime:
      return "a time";
    case FactType::kStrings:
      return "a list of text";
  }
  return "";
}

bool compares_text(Operator operation) { return operation <= Operator::kMatches; }
bool compares_order(Operator operation) {
  return operation >= Operator::kLess && operation <= Operator::kAtLeast;
}
bool compares_age(Operator operation) {
  return operation == Operator::kOlderThan || operation == Operator::kNewerThan;
}

}  // namespace

class ComparisonCompiler {
 public:
  ComparisonCompiler(const YamlEntry& entry, const FactSchema& schema, const std::string& file)
      : entry_(entry), schema_(schema), file_(file) {}

  Result<Comparison> run() {
    BARTIZAN_TRY(read_key());
    BARTIZAN_TRY(check_modifiers());
    BARTIZAN_TRY(read_operands());
    return std::move(out_);
  }

 private:
  Error error(std::string message) const {
    YamlNode place;
    place.line = entry_.line;
    return error_at(file_, place, std::move(message));
  }

  Status read_key() {
    const std::vector<std::string> parts = split(entry_.key, '|');
    const auto field =
        std::find_if(schema_.begin(), schema_.end(),
                     [&](const FactField& candidate) { return candidate.name == parts[0]; });
    if (field == schema_.end()) return error("unknown field '" + parts[0] + "'");
    out_.field_ = *field;
    out_.line_ = entry_.line;
    out_.path_ = split(parts[0], '.');
    for (std::size_t i = 1; i < parts.size(); ++i) BARTIZAN_TRY(read_modifier(parts[i]));
    return {};
  }

  Status read_modifier(const std::string& name) {
    if (name == "all") {
      out_.all_ = true;
      return {};
    }
    if (name == "count") {
      out_.count_ = true;
      return {};
    }
    const auto known =
        std::find_if(kModifiers.begin(), kModifiers.end(),
                     [&](const Modifier& modifier) { return modifier.name == name; });
    if (known == kModifiers.end()) return error("unknown modifier '" + name + "'");
    if (out_.operator_ != Operator::kEquals)
      return error("'" + name + "' cannot be combined with another comparison");
    out_.operator_ = known->operation;
    wanted_ = known->wanted;
    modifier_ = name;
    return {};
  }

  // Which comparison makes sense for which type of field.
  Status check_modifiers() const {
    const FactField& field = out_.field_;
    const Operator operation = out_.operator_;
    const auto wrong = [&](const std::string& modifier) {
      return error("'" + modifier + "' cannot be used on '" + field.name + "', which is " +
                   std::string(name_of(field.type)));
    };
    const bool texts = field.type == FactType::kString || field.type == FactType::kStrings;
    if (out_.count_ && field.type != FactType::kStrings) return wrong("count");
    if (out_.all_ && (!texts || out_.count_ || !compares_text(operation))) return wrong("all");
    if (operation == Operator::kEquals || operation == Operator::kExists) return {};
    if (compares_text(operation)) return texts && !out_.count_ ? Status() : wrong(modifier_);
    if (compares_age(operation)) {
      if (field.type != FactType::kTime) return wrong(modifier_);
      const bool has_now = std::any_of(schema_.begin(), schema_.end(), [](const FactField& fact) {
        return fact.name == "now" && fact.type == FactType::kTime;
      });
      return has_now ? Status() : error("'" + modifier_ + "' needs the field 'now'");
    }
    const bool ordered = field.type == FactType::kNumber || field.type == FactType::kTime ||
                         field.ordered || out_.count_;
    return ordered ? Status() : wrong(modifier_);
  }

  Status read_operands() {
    const YamlNode& value = entry_.value;
    std::string listed;
    if (value.is_sequence()) {
      if (out_.operator_ >= Operator::kExists)
        return error("'" + modifier_ + "' takes one value, not a list");
      if (value.items.empty()) return error("the list of '" + entry_.key + "' is empty");
      for (const YamlNode& item : value.items) {
        BARTIZAN_TRY(read_operand(item));
        listed += (listed.empty() ? "" : ", ") + item.text;
      }
      if (value.items.size() > 1) listed = (out_.all_ ? "all of " : "one of ") + listed;
    } else {
      BARTIZAN_TRY(read_operand(value));
      listed = value.text.empty() ? "empty" : value.text;
    }
    if (out_.operator_ == Operator::kExists)
      listed = out_.operands_[0].number != 0 ? "known" : "unknown";
    out_.wanted_ = wanted_ + listed + (out_.count_ ? " items" : "");
    return {};
  }

  Status read_operand(const YamlNode& value) {
    if (!value.is_scalar()) return wrong_value(value, "must be a plain value or a list of them");
    Operand operand{.text = value.text};
    BARTIZAN_TRY(type_operand(value, operand));
    out_.operands_.push_back(std::move(operand));
    return {};
  }

  Status type_operand(const YamlNode& value, Operand& operand) const {
    if (out_.operator_ == Operator::kExists) return read_boolean(value, operand);
    if (compares_age(out_.operator_)) {
      const auto duration = parse_duration(value.text);
      if (!duration) return wrong_value(value, "must be a duration like 90d");
      operand.number = static_cast<double>(duration->count());
      return {};
    }
    if (out_.count_) return read_number(value, operand);
    switch (out_.field_.type) {
      case FactType::kBoolean:
        return read_boolean(value, operand);
      case FactType::kNumber:
        return read_number(value, operand);
      case FactType::kTime: {
        const auto time =
            value.text.size() == 10 ? parse_date(value.text) : parse_rfc3339(value.text);
        if (!time) return wrong_value(value, "must be a date or an RFC 3339 time");
        operand.number = static_cast<double>(to_millis(*time));
        return {};
      }
      case FactType::kString:
      case FactType::kStrings:
        return read_text(value, operand);
    }
    return {};
  }

  Status read_boolean(const YamlNode& value, Operand& operand) const {
    const auto boolean = value.as_boolean();
    if (!boolean) return wrong_value(value, "must be true or false");
    operand.number = *boolean ? 1 : 0;
    return {};
  }

  Status read_number(const YamlNode& value, Operand& operand) const {
    const auto number = value.as_number();
    if (!number) return wrong_value(value, "must be a number");
    operand.number = *number;
    return {};
  }

  Status read_text(const YamlNode& value, Operand& operand) const {
    if (value.as_boolean()) return wrong_value(value, "is text: put the value in quotes");
    if (out_.operator_ == Operator::kMatches) return read_pattern(value, operand);
    const std::vector<std::string>& allowed = out_.field_.values;
    if (allowed.empty()) return {};
    const auto place = std::find(allowed.begin(), allowed.end(), value.text);
    const bool whole = out_.operator_ == Operator::kEquals || compares_order(out_.operator_);
    if (whole && place == allowed.end())
      return error_at(file_, value, "'" + out_.field_.name + "' has no value '" + value.text + "'");
    operand.number = static_cast<double>(place - allowed.begin());
    return {};
  }

  Status read_pattern(const YamlNode& value, Operand& operand) const {
    if (value.text.size() > kMaxPatternLength) return wrong_value(value, "has too long a pattern");
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(kMaxPatternMemory);
    auto pattern = std::make_shared<const RE2>(value.text, options);
    if (!pattern->ok())
      return error_at(file_, value, "pattern '" + value.text + "': " + pattern->error());
    operand.pattern = std::move(pattern);
    return {};
  }

  Error wrong_value(const YamlNode& value, const std::string& what) const {
    return error_at(file_, value, "'" + entry_.key + "' " + what);
  }

  const YamlEntry& entry_;
  const FactSchema& schema_;
  const std::string& file_;
  Comparison out_;
  std::string wanted_;
  std::string modifier_ = "equals";
};

Result<Comparison> Comparison::compile(const YamlEntry& entry, const FactSchema& schema,
                                       const std::string& file) {
  return ComparisonCompiler(entry, schema, file).run();
}

}  // namespace bartizan::rules
