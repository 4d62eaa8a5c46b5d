#include "rules/comparison.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/time.h"

namespace bartizan::rules {
namespace {

constexpr std::size_t kMaxQuotedText = 80;
constexpr std::size_t kMaxQuotedItems = 5;

Truth truth_of(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

// A date or a date-time, as observations carry them.
std::optional<double> millis_of(std::string_view text) {
  const auto time = text.size() == 10 ? parse_date(text) : parse_rfc3339(text);
  if (!time) return std::nullopt;
  return static_cast<double>(to_millis(*time));
}

std::string shortened(std::string_view text) {
  if (text.size() <= kMaxQuotedText) return std::string(text);
  std::size_t end = kMaxQuotedText;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
  return std::string(text.substr(0, end)) + "...";
}

std::string text_of(const json::value& value) {
  if (value.is_string())
    return value.get_string().empty() ? "empty" : shortened(value.get_string());
  return shortened(json::serialize(value));
}

}  // namespace

const json::value* Comparison::fact(const json::object& facts) const {
  const json::object* object = &facts;
  for (std::size_t i = 0; i < path_.size(); ++i) {
    const json::value* value = object->if_contains(path_[i]);
    if (value == nullptr || value->is_null()) return nullptr;
    if (i + 1 == path_.size()) return value;
    object = value->if_object();
    if (object == nullptr) return nullptr;
  }
  return nullptr;
}

std::optional<double> Comparison::number_of(const json::value& fact) const {
  if (count_) {
    if (const json::array* list = fact.if_array()) return static_cast<double>(list->size());
    return std::nullopt;
  }
  switch (field_.type) {
    case FactType::kNumber:
      if (fact.is_number()) return fact.to_number<double>();
      return std::nullopt;
    case FactType::kBoolean:
      if (const bool* value = fact.if_bool()) return *value ? 1 : 0;
      return std::nullopt;
    case FactType::kTime:
      if (const json::string* text = fact.if_string()) return millis_of(*text);
      return std::nullopt;
    case FactType::kString: {  // ordered: compared by place
      const json::string* text = fact.if_string();
      if (text == nullptr) return std::nullopt;
      const auto place = std::find(field_.values.begin(), field_.values.end(), *text);
      if (place == field_.values.end()) return std::nullopt;
      return static_cast<double>(place - field_.values.begin());
    }
    case FactType::kStrings:
      return std::nullopt;
  }
  return std::nullopt;
}

Truth Comparison::compare_number(double value, const json::object& facts) const {
  const auto holds = [&](double operand) {
    switch (operator_) {
      case Operator::kLess:
        return value < operand;
      case Operator::kAtMost:
        return value <= operand;
      case Operator::kGreater:
        return value > operand;
      case Operator::kAtLeast:
        return value >= operand;
      default:
        return value == operand;
    }
  };
  if (operator_ == Operator::kOlderThan || operator_ == Operator::kNewerThan) {
    const auto now_text = get_string(facts, "now");
    const auto now = now_text ? millis_of(*now_text) : std::nullopt;
    if (!now) return Truth::kUnknown;
    const double age = *now - value;
    return truth_of(operator_ == Operator::kOlderThan ? age > operands_[0].number
                                                      : age < operands_[0].number);
  }
  return truth_of(std::any_of(operands_.begin(), operands_.end(),
                              [&](const Operand& operand) { return holds(operand.number); }));
}

bool Comparison::matches(const Operand& operand, std::string_view value) const {
  switch (operator_) {
    case Operator::kContains:
      return value.find(operand.text) != std::string_view::npos;
    case Operator::kStartsWith:
      return value.starts_with(operand.text);
    case Operator::kEndsWith:
      return value.ends_with(operand.text);
    case Operator::kMatches:
      return RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), *operand.pattern);
    default:
      return value == operand.text;
  }
}

Truth Comparison::compare_text(std::string_view value) const {
  const auto holds = [&](const Operand& operand) { return matches(operand, value); };
  return truth_of(all_ ? std::all_of(operands_.begin(), operands_.end(), holds)
                       : std::any_of(operands_.begin(), operands_.end(), holds));
}

Truth Comparison::compare_list(const json::array& list) const {
  const auto found = [&](const Operand& operand) {
    return std::any_of(list.begin(), list.end(), [&](const json::value& item) {
      return item.is_string() && matches(operand, item.get_string());
    });
  };
  return truth_of(all_ ? std::all_of(operands_.begin(), operands_.end(), found)
                       : std::any_of(operands_.begin(), operands_.end(), found));
}

Truth Comparison::evaluate(const json::object& facts) const {
  const json::value* value = fact(facts);
  if (operator_ == Operator::kExists)
    return truth_of((value != nullptr) == (operands_[0].number != 0));
  if (value == nullptr) return Truth::kUnknown;

  if (field_.type == FactType::kStrings && !count_) {
    const json::array* list = value->if_array();
    return list != nullptr ? compare_list(*list) : Truth::kUnknown;
  }
  const bool by_place = operator_ >= Operator::kLess;
  if (field_.type == FactType::kString && !by_place) {
    const json::string* text = value->if_string();
    return text != nullptr ? compare_text(*text) : Truth::kUnknown;
  }
  const auto number = number_of(*value);
  return number ? compare_number(*number, facts) : Truth::kUnknown;
}

std::string Comparison::matching_items(const json::array& list) const {
  std::string out;
  std::size_t quoted = 0;
  std::size_t more = 0;
  for (const json::value& item : list) {
    if (!item.is_string()) continue;
    const auto fits = [&](const Operand& operand) { return matches(operand, item.get_string()); };
    if (std::none_of(operands_.begin(), operands_.end(), fits)) continue;
    if (quoted == kMaxQuotedItems) {
      ++more;
      continue;
    }
    out += (quoted++ == 0 ? "" : ", ") + shortened(item.get_string());
  }
  if (more > 0) out += " and " + std::to_string(more) + " more";
  return out;
}

void Comparison::add_uses(bool negated, std::vector<FieldUse>& out) const {
  if (operator_ >= Operator::kExists || count_) return;
  for (const Operand& operand : operands_) {
    out.push_back({.field = field_.name,
                   .operation = operator_,
                   .value = operand.text,
                   .negated = negated,
                   .line = line_});
  }
}

void Comparison::add_witnesses(const json::object& facts, std::vector<Witness>& out) const {
  const json::value* value = fact(facts);
  if (value == nullptr) return;
  const json::array* list = value->if_array();
  if (list == nullptr || count_ || operator_ == Operator::kExists) {
    const bool whole = list == nullptr && operator_ != Operator::kExists;
    out.push_back({.field = field_.name, .value = whole ? text_of(*value) : ""});
    return;
  }
  for (const json::value& item : *list) {
    const auto fits = [&](const Operand& operand) {
      return item.is_string() && matches(operand, item.get_string());
    };
    if (std::any_of(operands_.begin(), operands_.end(), fits))
      out.push_back({.field = field_.name, .value = std::string(item.get_string())});
  }
}

std::string Comparison::describe(const json::object& facts, bool negated) const {
  const json::value* value = fact(facts);
  std::string seen;
  if (value == nullptr) {
    seen = field_.name + " is unknown";
  } else if (operator_ == Operator::kExists) {
    seen = field_.name + " is known";
  } else if (const json::array* list = value->if_array(); list != nullptr && count_) {
    seen = field_.name + " has " + std::to_string(list->size()) + " items";
  } else if (list != nullptr) {
    const std::string matching = matching_items(*list);
    seen = field_.name + (matching.empty() ? " has no such item" : " has " + matching);
  } else {
    seen = field_.name + " is " + text_of(*value);
  }
  return seen + " (wanted: " + (negated ? "not " : "") + wanted_ + ")";
}

}  // namespace bartizan::rules
