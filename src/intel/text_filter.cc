#include "intel/text_filter.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <string>

namespace bartizan::intel {
namespace {

constexpr std::int64_t kMaxMemory = 32 << 20;

std::string pattern_of(const rules::FieldUse& use) {
  switch (use.operation) {
    case rules::Operator::kContains:
      return RE2::QuoteMeta(use.value);
    case rules::Operator::kStartsWith:
      return "^" + RE2::QuoteMeta(use.value);
    case rules::Operator::kEndsWith:
      return RE2::QuoteMeta(use.value) + "$";
    case rules::Operator::kMatches:
      return use.value;
    default:
      return "^" + RE2::QuoteMeta(use.value) + "$";
  }
}

RE2::Options options() {
  RE2::Options out(RE2::Quiet);
  out.set_max_mem(kMaxMemory);
  return out;
}

}  // namespace

struct TextFilter::Automaton {
  RE2::Set set{options(), RE2::UNANCHORED};
};

TextFilter::TextFilter() = default;
TextFilter::TextFilter(TextFilter&&) noexcept = default;
TextFilter& TextFilter::operator=(TextFilter&&) noexcept = default;
TextFilter::~TextFilter() = default;

Result<TextFilter> TextFilter::compile(const std::vector<rules::FieldUse>& uses) {
  TextFilter out;
  if (uses.empty()) return out;
  auto automaton = std::make_unique<Automaton>();
  for (const rules::FieldUse& use : uses) {
    std::string error;
    if (automaton->set.Add(pattern_of(use), &error) < 0)
      return Error{ErrorCode::kInvalid, "pattern '" + use.value + "': " + error};
  }
  if (!automaton->set.Compile())
    return Error{ErrorCode::kLimit, "the wanted texts are too many for one automaton"};
  out.automaton_ = std::move(automaton);
  return out;
}

bool TextFilter::may_match(std::string_view text) const {
  if (automaton_ == nullptr) return false;
  RE2::Set::ErrorInfo error{RE2::Set::kNoError};
  const bool matches =
      automaton_->set.Match(re2::StringPiece(text.data(), text.size()), nullptr, &error);
  return matches || error.kind != RE2::Set::kNoError;  // out of memory: not excluded
}

}  // namespace bartizan::intel
