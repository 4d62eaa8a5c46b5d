// Many wanted texts as one automaton: whether a text could interest any of them, in one pass.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rules/condition.h"

namespace bartizan::intel {

class TextFilter {
 public:
  TextFilter();
  // Of the uses, those that compare text: equal, contained, at the start or end, or by RE2 pattern.
  static Result<TextFilter> compile(const std::vector<rules::FieldUse>& uses);
  TextFilter(TextFilter&&) noexcept;
  TextFilter& operator=(TextFilter&&) noexcept;
  ~TextFilter();

  // False only when no use can match. Takes time linear in the text.
  bool may_match(std::string_view text) const;

 private:
  struct Automaton;
  std::unique_ptr<const Automaton> automaton_;  // none: nothing is wanted
};

}  // namespace bartizan::intel
