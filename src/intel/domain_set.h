// A list of domain names.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/text_hash.h"

namespace bartizan::intel {

class DomainSet {
 public:
  DomainSet() = default;
  // One lower-case name a line; "#" begins a comment.
  explicit DomainSet(std::string_view text);
  bool contains(std::string_view domain) const;
  // Whether the first label of one of them: a name in its own right, and no slip of another.
  bool is_name(std::string_view label) const;
  std::size_t size() const { return names_.size(); }

 private:
  TextSet names_;
  TextSet labels_;  // the first of each
};

}  // namespace bartizan::intel
