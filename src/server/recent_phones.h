// Phones as the last write left them, so that the next need not load them again: a phone that sends
// much has a batch in nearly every transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "server/device_update.h"

namespace bartizan::server {

using PhoneUpdates = std::map<std::pair<std::string, std::string>, DeviceUpdate>;  // tenant, id

class RecentPhones {
 public:
  // Those that still stand as write `number` (store::Transaction::number) begins. They are given
  // away: what does not come back, because the write failed, is forgotten.
  PhoneUpdates take(std::uint64_t number);
  // After the commit of write `number`.
  void keep(PhoneUpdates phones, std::uint64_t number);

 private:
  PhoneUpdates phones_;
  std::uint64_t number_ = 0;
};

}  // namespace bartizan::server
