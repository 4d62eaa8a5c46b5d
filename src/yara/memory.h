// How much memory libyara takes for one scan. It keeps a record of each place where a string
// matches, up to a million a string, so a hostile file decides how much that is.
#pragma once

#include <cstddef>

namespace bartizan::yara {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  bool take(std::size_t bytes);
  void give_back(std::size_t bytes);

 private:
  const std::size_t limit_;
  std::size_t used_ = 0;
};

// While it lives, what libyara allocates on this thread counts for `budget`; beyond the limit it is
// told that there is no memory.
class BudgetedMemory {
 public:
  explicit BudgetedMemory(MemoryBudget& budget);
  ~BudgetedMemory();
  BudgetedMemory(const BudgetedMemory&) = delete;
  BudgetedMemory& operator=(const BudgetedMemory&) = delete;

 private:
  MemoryBudget* const before_;
};

}  // namespace bartizan::yara
