// Counters for Prometheus. No label carries a name, an id or an address of a person or a phone.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bartizan::server {

// A histogram with fixed bounds, in seconds.
struct Histogram {
  static constexpr std::array<double, 10> kBounds = {0.001, 0.005, 0.01, 0.025, 0.05,
                                                     0.1,   0.25,  0.5,  1.0,   5.0};
  std::array<std::uint64_t, kBounds.size() + 1> counts{};
  double sum = 0;
  void observe(double seconds);
};

// Safe from any thread.
class Metrics {
 public:
  void count_request(std::string_view operation, int status, double seconds);
  void count_observations(std::string_view result, std::uint64_t count);
  void count_findings(std::uint64_t count);
  void count_unknown_fields(std::uint64_t count);
  void observe_commit(double seconds, std::uint64_t batches);
  void set_queue_depth(std::int64_t observations);

  // Figures read when asked for rather than counted: name, help, value.
  struct Gauge {
    std::string name;
    std::string help;
    double value;
  };
  std::string text(const std::vector<Gauge>& gauges) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;
  std::map<std::string, Histogram, std::less<>> latency_;
  std::map<std::string, std::uint64_t, std::less<>> observations_;
  std::uint64_t findings_ = 0;
  std::uint64_t unknown_fields_ = 0;
  std::uint64_t commit_batches_ = 0;
  Histogram commits_;
  std::int64_t queue_depth_ = 0;
};

}  // namespace bartizan::server
