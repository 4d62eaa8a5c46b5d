// Queues events and delivers them through the connectors of a data folder: the outbox and the
// connectors as the server has them, without the server.
//
//   bartizan_connect_probe FOLDER SECONDS < EVENTS
//
// FOLDER holds connectors.json and store.db (made when missing). EVENTS: a JSON object a line, with
// "id", "device_id", "kind" and "event". Ends when nothing is queued any more or after SECONDS, and
// prints a line per connector, {"connector", "queued", "delivered", "last_error"}. Exit 0: all
// delivered; 1: not all; 2: an error.
#include <charconv>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "connect/connectors.h"
#include "connect/deliverer.h"
#include "store/sqlite/sqlite_store.h"

namespace {

using namespace bartizan;

class StoreOutbox final : public connect::Outbox {
 public:
  explicit StoreOutbox(store::Store& store) : store_(store) {}

  Result<std::vector<Delivery>> due(std::string_view connector, Timestamp now, int limit) override {
    std::vector<Delivery> out;
    BARTIZAN_TRY(store_.read([&](store::Transaction& transaction) -> Status {
      BARTIZAN_ASSIGN(out,
                      transaction.tenant(kDefaultTenant).due_deliveries(connector, now, limit));
      return {};
    }));
    return out;
  }

  Status settle(std::string_view connector, std::span<const connect::Settlement> settlements,
                Timestamp now) override {
    return store_.write([&](store::Transaction& transaction) -> Status {
      store::Rows& rows = transaction.tenant(kDefaultTenant);
      for (const connect::Settlement& settlement : settlements) {
        BARTIZAN_TRY(settlement.delivered
                         ? rows.mark_delivered(connector, settlement.item_id, now)
                         : rows.mark_failed(connector, settlement.item_id, settlement.next_attempt,
                                            settlement.error));
      }
      return {};
    });
  }

 private:
  store::Store& store_;
};

Status queue_events(std::istream& in, store::Store& store,
                    const std::vector<std::string>& connectors, const Clock& clock) {
  return store.write([&](store::Transaction& transaction) -> Status {
    std::string line;
    while (std::getline(in, line)) {
      BARTIZAN_ASSIGN(const json::object object, parse_json_object(line));
      const auto text = [&](std::string_view key) {
        return std::string(get_string(object, key).value_or(""));
      };
      const json::value* event = object.if_contains("event");
      const OutboxItem item{.id = text("id"),
                            .device_id = text("device_id"),
                            .kind = text("kind"),
                            .event = event == nullptr ? "" : json::serialize(*event),
                            .created_at = clock.now()};
      BARTIZAN_TRY(transaction.tenant(kDefaultTenant).add_outbox(item, connectors));
    }
    return {};
  });
}

// True when nothing is queued.
Result<bool> report(store::Store& store, const std::vector<std::string>& connectors,
                    std::ostream* out) {
  bool empty = true;
  BARTIZAN_TRY(store.read([&](store::Transaction& transaction) -> Status {
    for (const std::string& connector : connectors) {
      BARTIZAN_ASSIGN(const auto status,
                      transaction.tenant(kDefaultTenant).connector_status(connector));
      empty = empty && status.queued == 0;
      if (out == nullptr) continue;
      *out << json::serialize(json::object{{"connector", connector},
                                           {"queued", status.queued},
                                           {"delivered", status.delivered},
                                           {"last_error", status.last_error}})
           << std::endl;
    }
    return {};
  }));
  return empty;
}

Result<bool> run(const std::filesystem::path& folder, std::chrono::seconds limit) {
  const SystemClock clock;
  SystemRandom random;
  BARTIZAN_ASSIGN(
      auto configured,
      connect::load_connectors(folder / "connectors.json",
                               {.host_name = "guard.example", .product_version = "0.1.0"}, clock));
  BARTIZAN_ASSIGN(const auto store, store::open_sqlite({.path = folder / "store.db"}));
  std::vector<std::string> connectors;
  for (const auto& connector : configured) connectors.push_back(connector.description.id);
  BARTIZAN_TRY(queue_events(std::cin, *store, connectors, clock));

  StoreOutbox outbox(*store);
  std::vector<std::unique_ptr<connect::Deliverer>> deliverers;
  for (auto& connector : configured) {
    deliverers.push_back(std::make_unique<connect::Deliverer>(std::move(connector.connector),
                                                              outbox, clock, random));
    deliverers.back()->start();
  }
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    BARTIZAN_ASSIGN(const bool empty, report(*store, connectors, nullptr));
    if (empty) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  deliverers.clear();
  return report(*store, connectors, &std::cout);
}

}  // namespace

int main(int argc, char** argv) {
  int seconds = 0;
  if (argc == 3) {
    const std::string_view text = argv[2];
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  }
  if (seconds <= 0) {
    std::cerr << "usage: bartizan_connect_probe FOLDER SECONDS < EVENTS\n";
    return 2;
  }
  const Result<bool> empty = run(argv[1], std::chrono::seconds(seconds));
  if (!empty) {
    std::cerr << "bartizan_connect_probe: " << empty.error().message << '\n';
    return 2;
  }
  return *empty ? 0 : 1;
}
