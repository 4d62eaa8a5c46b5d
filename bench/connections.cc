// Many phones that hold a connection and say nothing, while a few work.
//
//   bench_connections PHONES IDLE SECONDS
//
// PHONES: as of bench_ingest_load. IDLE keep-alive connections are opened with the first phone's
// certificate, each of which makes one request; then one connection per phone asks for its actions
// and sends an observation in turn for SECONDS. Afterwards "idle" is printed and a line awaited on
// standard input, so that the caller can look at the server while all are held; then every idle
// connection is used once more. Ends with one JSON object; exit 1 when a request was not answered
// as it should be.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "bench/phones.h"
#include "model/observation.h"
#include "net/client.h"

namespace {

using namespace bartizan;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kOpeners = 8;
constexpr std::string_view kQuiet = "/v1/device/actions?wait=0";

bool ask(net::HttpClient& client) {
  const auto answer = client.request("GET", kQuiet);
  return answer.ok() && answer->status == 200;
}

// Runs ask() once on each; how many were answered.
std::size_t ask_all(std::vector<std::unique_ptr<net::HttpClient>>& clients) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> answered = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kOpeners; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < clients.size(); at = next++) {
        if (ask(*clients[at])) ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return answered;
}

struct Work {
  std::vector<double> milliseconds;
  std::size_t failed = 0;
};

std::string one_observation(std::int64_t sequence) {
  const SystemClock clock;
  SystemRandom random;
  Observation observation;
  observation.id = new_uuid(clock.now(), random);
  observation.sequence = sequence;
  observation.kind = "link.opened";
  observation.observed_at = clock.now();
  observation.body = {{"url", "https://www.example.com/" + std::to_string(sequence)}};
  return json::serialize(json::object{{"observations", json::array{to_json(observation)}}});
}

Work work_until(const bench::Phone& phone, SteadyClock::time_point end) {
  Work work;
  const auto client = net::HttpClient::make(phone.options);
  for (std::int64_t sequence = 1; SteadyClock::now() < end; ++sequence) {
    const std::string body = one_observation(sequence);
    const auto began = SteadyClock::now();
    const auto answer = client->request("POST", "/v1/device/observations", body,
                                        {{"Content-Type", "application/json"}});
    if (!answer.ok() || answer->status != 200) ++work.failed;
    work.milliseconds.push_back(
        std::chrono::duration<double, std::milli>(SteadyClock::now() - began).count());
    if (!ask(*client)) ++work.failed;
  }
  return work;
}

int run(const std::vector<bench::Phone>& phones, std::size_t idle_wanted, int seconds) {
  std::vector<std::unique_ptr<net::HttpClient>> idle;
  for (std::size_t i = 0; i < idle_wanted; ++i)
    idle.push_back(net::HttpClient::make(phones.front().options));
  const std::size_t opened = ask_all(idle);

  const auto end = SteadyClock::now() + std::chrono::seconds(seconds);
  std::vector<Work> work(phones.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < phones.size(); ++i)
    threads.emplace_back([&, i] { work[i] = work_until(phones[i], end); });
  for (std::thread& thread : threads) thread.join();

  std::cout << "idle" << std::endl;
  std::string line;
  std::getline(std::cin, line);
  const std::size_t answered_again = ask_all(idle);

  std::vector<double> milliseconds;
  std::size_t failed = 0;
  for (const Work& one : work) {
    milliseconds.insert(milliseconds.end(), one.milliseconds.begin(), one.milliseconds.end());
    failed += one.failed;
  }
  std::cout << json::serialize(
                   json::object{{"idle_connections", opened},
                                {"idle_answered_again", answered_again},
                                {"active_connections", phones.size()},
                                {"active_requests", 2 * milliseconds.size()},
                                {"active_failed", failed},
                                {"active_p50_ms", bench::percentile(milliseconds, 0.50)},
                                {"active_p99_ms", bench::percentile(milliseconds, 0.99)}})
            << std::endl;
  return opened == idle_wanted && answered_again == idle_wanted && failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int idle = argc == 4 ? std::atoi(argv[2]) : 0;     // NOLINT(cert-err34-c): refused below
  const int seconds = argc == 4 ? std::atoi(argv[3]) : 0;  // NOLINT(cert-err34-c)
  if (idle < 1 || seconds < 1) {
    std::cerr << "usage: bench_connections PHONES IDLE SECONDS\n";
    return 2;
  }
  const auto phones = bench::read_phones(argv[1]);
  if (!phones.ok()) {
    std::cerr << phones.error().message << '\n';
    return 2;
  }
  return run(*phones, static_cast<std::size_t>(idle), seconds);
}
