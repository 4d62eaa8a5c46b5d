#include "server/recent_phones.h"

namespace bartizan::server {
namespace {

// Beyond either it starts anew; a row is about a kilobyte.
constexpr std::size_t kMaxPhones = 256;
constexpr std::size_t kMaxRows = 20'000;

bool worth_keeping(const PhoneUpdates& phones) {
  if (phones.size() > kMaxPhones) return false;
  std::size_t rows = 0;
  for (const auto& [key, phone] : phones) rows += phone.rows_known();
  return rows <= kMaxRows;
}

}  // namespace

PhoneUpdates RecentPhones::take(std::uint64_t number) {
  PhoneUpdates phones = std::exchange(phones_, {});
  if (number_ == 0 || number != number_ + 1) phones.clear();
  return phones;
}

void RecentPhones::keep(PhoneUpdates phones, std::uint64_t number) {
  if (!worth_keeping(phones)) return;
  phones_ = std::move(phones);
  number_ = number;
}

}  // namespace bartizan::server
