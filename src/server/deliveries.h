// The durable queue of connect/, out of the store.
#pragma once

#include <string>

#include "connect/connectors.h"
#include "connect/deliverer.h"
#include "store/store.h"

namespace bartizan::server {

class StoreOutbox final : public connect::Outbox {
 public:
  StoreOutbox(store::Store& store, std::string tenant)
      : store_(store), tenant_(std::move(tenant)) {}

  Result<std::vector<Delivery>> due(std::string_view connector, Timestamp now, int limit) override;
  Status settle(std::string_view connector, std::span<const connect::Settlement> settlements,
                Timestamp now) override;

 private:
  store::Store& store_;
  std::string tenant_;
};

}  // namespace bartizan::server
