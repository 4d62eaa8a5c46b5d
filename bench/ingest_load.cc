// A fleet at work, as a process of its own: mutual-TLS connections that send batches of
// observations as fast as the server acknowledges them.
//
//   bench_ingest_load PHONES BATCHES BATCH_SIZE FIRST_SEQUENCE ROWS
//
// PHONES: a JSON file, [{"host", "port", "ca", "certificate", "key", "device_id"}, ...], one
// connection each; the last four are files' names and the phone's id. Every connection sends
// BATCHES batches, made before the clock starts. ROWS: a file to which the observations are written
// in the order of batches, a line each, for the baseline that inserts the same rows; "-": none.
// Prints one JSON object; exit 1 when anything was not stored.
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "bench/phones.h"
#include "model/observation.h"
#include "net/client.h"

namespace {

using namespace bartizan;
using SteadyClock = std::chrono::steady_clock;

struct Plan {
  std::vector<bench::Phone> phones;
  int batches = 0;
  int batch_size = 0;
  std::int64_t first_sequence = 1;
  std::string rows;
};

// What one connection has to send, and what came of it.
struct Connection {
  std::vector<std::string> bodies;
  std::vector<std::string> answers;
  std::vector<double> milliseconds;
  std::string error;
  int retries = 0;  // 503: the server asked to wait
};

// The digest of a certificate: each package has its maker's on all phones.
std::string signer_of(std::int64_t package) {
  return sha256_hex(as_bytes(std::to_string(package)));
}

// Mostly harmless, as a fleet's day is: of 1000 observations two imitate a brand, each by a host of
// its own, and one reports a phone without a screen lock. `patch_level` is recent: an old one would
// be a finding in every twentieth.
json::object body_of(std::int64_t n, std::string_view device, const std::string& patch_level,
                     std::string& kind) {
  const std::string number = std::to_string(n);
  switch (n % 20) {
    case 0:
      kind = "device.state";
      return {{"os_version", "14"},           {"patch_level", patch_level},
              {"screen_lock", n % 1000 != 0}, {"encrypted", true},
              {"developer_options", false},   {"adb_enabled", false},
              {"bootloader", "locked"},       {"root_signs", json::array()}};
    case 1:
    case 2:
      kind = "app.installed";
      return {{"package", "org.example.app" + std::to_string(n % 700)},
              {"label", "App " + std::to_string(n % 700)},
              {"version_name", "1." + std::to_string(n % 50)},
              {"signature", "verified"},
              {"signers", json::array{signer_of(n % 700)}},
              {"signers_past", json::array()},
              {"installer", "com.android.vending"}};
    case 3:
      kind = "network.joined";
      return {{"transport", "wifi"}, {"ssid", "Office"}, {"security", "wpa3"}, {"known", true}};
    case 4:
      kind = "network.probe";
      return {{"outcome", "ok"}, {"ssid", "Office"}};
    case 5:
      kind = "agent.health";
      return {{"agent_version", "0.1.0"},
              {"permissions_denied", json::array()},
              {"sensors_off", json::array()}};
    default:
      kind = "link.opened";
      if (n % 500 == 7)
        return {{"url", "https://paypal.com.n" + number + ".d" + std::string(device.substr(0, 8)) +
                            ".example/login"},
                {"source", "sms"}};
      return {{"url", "https://www.host" + std::to_string(n % 5000) + ".example.com/articles/" +
                          number + "?ref=mail&page=" + std::to_string(n % 9)},
              {"source", "browser"}};
  }
}

void prepare(const Plan& plan, const bench::Phone& phone, Connection& connection,
             std::ostream* rows) {
  const SystemClock clock;
  SystemRandom random;
  const std::string patch_level =
      to_rfc3339(clock.now() - std::chrono::days(30)).substr(0, 10);  // the date alone
  std::int64_t sequence = plan.first_sequence;
  for (int batch = 0; batch < plan.batches; ++batch) {
    json::array observations;
    for (int i = 0; i < plan.batch_size; ++i, ++sequence) {
      Observation observation;
      observation.id = new_uuid(clock.now(), random);
      observation.sequence = sequence;
      observation.observed_at = clock.now();
      observation.body = body_of(sequence, phone.device_id, patch_level, observation.kind);
      json::object object = to_json(observation);
      if (rows) {
        object["device_id"] = phone.device_id;
        *rows << json::serialize(object) << '\n';
        object.erase("device_id");
      }
      observations.push_back(std::move(object));
    }
    connection.bodies.push_back(json::serialize(json::object{{"observations", observations}}));
  }
}

void send_all(const bench::Phone& phone, Connection& connection) {
  const auto client = net::HttpClient::make(phone.options);
  for (const std::string& body : connection.bodies) {
    const auto began = SteadyClock::now();
    while (true) {
      auto answer = client->request("POST", "/v1/device/observations", body,
                                    {{"Content-Type", "application/json"}});
      if (!answer.ok()) {
        connection.error = answer.error().message;
        return;
      }
      if (answer->status == 503) {
        ++connection.retries;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        continue;
      }
      if (answer->status != 200) {
        connection.error = std::to_string(answer->status) + " " + answer->body.substr(0, 300);
        return;
      }
      connection.answers.push_back(std::move(answer->body));
      break;
    }
    connection.milliseconds.push_back(
        std::chrono::duration<double, std::milli>(SteadyClock::now() - began).count());
  }
}

// Looked at after the clock has stopped.
std::int64_t count_stored(const Connection& connection) {
  std::int64_t stored = 0;
  for (const std::string& text : connection.answers) {
    const auto answer = parse_json_object(text);
    const json::array* results = answer.ok() ? get_array(*answer, "results") : nullptr;
    if (results == nullptr) continue;
    for (const json::value& result : *results) {
      if (result.is_object() && get_string(result.as_object(), "status") == "stored") ++stored;
    }
  }
  return stored;
}

Result<Plan> read_plan(int argc, char** argv) {
  if (argc != 6) {
    return Error{ErrorCode::kInvalid,
                 "usage: bench_ingest_load PHONES BATCHES BATCH_SIZE FIRST_SEQUENCE ROWS"};
  }
  Plan plan;
  plan.batches = std::atoi(argv[2]);          // NOLINT(cert-err34-c): zero is refused below
  plan.batch_size = std::atoi(argv[3]);       // NOLINT(cert-err34-c)
  plan.first_sequence = std::atoll(argv[4]);  // NOLINT(cert-err34-c)
  plan.rows = argv[5];
  if (plan.batches < 1 || plan.batch_size < 1 || plan.first_sequence < 1) {
    return Error{ErrorCode::kInvalid, "BATCHES, BATCH_SIZE and FIRST_SEQUENCE are at least 1"};
  }
  BARTIZAN_ASSIGN(plan.phones, bench::read_phones(argv[1]));
  return plan;
}

int run(const Plan& plan) {
  std::ofstream rows;  // closed: none wanted
  if (plan.rows != "-") rows.open(plan.rows, std::ios::trunc);
  std::vector<Connection> connections(plan.phones.size());
  for (std::size_t i = 0; i < connections.size(); ++i) {
    prepare(plan, plan.phones[i], connections[i], rows.is_open() ? &rows : nullptr);
  }
  rows.close();

  const auto began = SteadyClock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    threads.emplace_back([&, i] { send_all(plan.phones[i], connections[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - began).count();

  std::vector<double> milliseconds;
  std::int64_t stored = 0;
  int retries = 0;
  for (const Connection& connection : connections) {
    if (!connection.error.empty()) std::cerr << "error: " << connection.error << '\n';
    milliseconds.insert(milliseconds.end(), connection.milliseconds.begin(),
                        connection.milliseconds.end());
    stored += count_stored(connection);
    retries += connection.retries;
  }
  const auto sent = static_cast<std::int64_t>(plan.phones.size()) * plan.batches * plan.batch_size;
  std::cout << json::serialize(json::object{{"sent", sent},
                                            {"stored", stored},
                                            {"seconds", seconds},
                                            {"retries", retries},
                                            {"p50_ms", bench::percentile(milliseconds, 0.50)},
                                            {"p99_ms", bench::percentile(milliseconds, 0.99)}})
            << std::endl;
  return stored == sent ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto plan = read_plan(argc, argv);
    if (!plan.ok()) {
      std::cerr << plan.error().message << '\n';
      return 2;
    }
    return run(*plan);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}
