#include "yara/memory.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace bartizan::yara {
namespace {

thread_local MemoryBudget* current = nullptr;

// What was got, counted by what the allocator really gave.
void* counted(void* memory) {
  if (memory == nullptr || current == nullptr) return memory;
  if (current->take(::malloc_usable_size(memory))) return memory;
  std::free(memory);
  return nullptr;
}

void uncount(void* memory) {
  if (memory != nullptr && current != nullptr) current->give_back(::malloc_usable_size(memory));
}

}  // namespace

bool MemoryBudget::take(std::size_t bytes) {
  if (bytes > limit_ - used_) return false;
  used_ += bytes;
  return true;
}

// What was allocated before the budget began may be given back within it.
void MemoryBudget::give_back(std::size_t bytes) { used_ -= std::min(used_, bytes); }

BudgetedMemory::BudgetedMemory(MemoryBudget& budget) : before_(current) { current = &budget; }
BudgetedMemory::~BudgetedMemory() { current = before_; }

}  // namespace bartizan::yara

// The linker puts these in the place of libyara's own (--wrap), under names that it prescribes.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

using bartizan::yara::counted;
using bartizan::yara::current;
using bartizan::yara::uncount;

void* __wrap_yr_malloc(std::size_t size) { return counted(std::malloc(size)); }
void* __wrap_yr_calloc(std::size_t count, std::size_t size) {
  return counted(std::calloc(count, size));
}
void* __wrap_yr_realloc(void* memory, std::size_t size) {
  if (memory == nullptr) return __wrap_yr_malloc(size);
  if (current == nullptr) return std::realloc(memory, size);
  void* const out = counted(std::malloc(size));
  if (out == nullptr) return nullptr;
  std::memcpy(out, memory, std::min(size, ::malloc_usable_size(memory)));
  uncount(memory);
  std::free(memory);
  return out;
}
void __wrap_yr_free(void* memory) {
  uncount(memory);
  std::free(memory);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
