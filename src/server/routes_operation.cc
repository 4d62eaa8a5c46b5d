// Health and metrics. Open to whoever reaches the listener: they carry no name and no secret.
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>

#include "server/answer.h"
#include "server/readiness.h"
#include "server/routes.h"

namespace bartizan::server {
namespace {

// From /proc/self/statm (proc(5)): pages resident.
double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

net::Response ready(Readiness& readiness) {
  const Status able = readiness.check();
  if (able.ok()) return answer(json::object{{"status", "ready"}});
  net::Response response = problem(503, "not_ready", able.error().message);
  response.headers.push_back({"Retry-After", "5"});
  return response;
}

net::Response metrics(const Deps& deps) {
  int open_problems = 0;
  int devices = 0;
  const Status read = deps.store.read([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(kDefaultTenant);
    BARTIZAN_ASSIGN(const auto threats, rows.top_threats(200));
    for (const store::ThreatCount& threat : threats) open_problems += threat.open_problems;
    BARTIZAN_ASSIGN(const auto protections, rows.count_devices_by_protection());
    for (const auto& [state, count] : protections) devices += count;
    return {};
  });
  if (!read.ok()) return problem(read.error());
  const std::string text = deps.metrics.text({
      {"bartizan_open_problems", "Open problems", static_cast<double>(open_problems)},
      {"bartizan_devices", "Enrolled phones", static_cast<double>(devices)},
      {"bartizan_waiting_phones", "Phones in a long poll",
       static_cast<double>(deps.waiters.size())},
      {"bartizan_open_connections", "Connections of all listeners",
       static_cast<double>(deps.open_connections())},
      {"process_resident_memory_bytes", "Resident memory", resident_bytes()},
  });
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                      {"Cache-Control", "no-store"}},
          .body = text};
}

}  // namespace

void add_operation_routes(Router& router, Deps& deps) {
  router.add("getHealth", [](const Call&) { return answer(json::object{{"status", "ok"}}); });
  const auto readiness = std::make_shared<Readiness>(deps.store);
  router.add("getReadiness", [readiness](const Call&) { return ready(*readiness); });
  router.add("getMetrics", [&deps](const Call&) { return metrics(deps); });
}

}  // namespace bartizan::server
