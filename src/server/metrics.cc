#include "server/metrics.h"

#include <cstdio>

namespace bartizan::server {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += "# HELP " + std::string(name) + " " + std::string(help) + "\n";
  out += "# TYPE " + std::string(name) + " " + std::string(type) + "\n";
}

void write_histogram(std::string& out, const std::string& name, const std::string& labels,
                     const Histogram& histogram) {
  std::uint64_t total = 0;
  const std::string comma = labels.empty() ? "" : ",";
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    total += histogram.counts[i];
    const std::string bound =
        i < Histogram::kBounds.size() ? number(Histogram::kBounds[i]) : std::string("+Inf");
    out += name + "_bucket{" + labels + comma + "le=\"" + bound + "\"} " + std::to_string(total) +
           "\n";
  }
  const std::string braces = labels.empty() ? "" : "{" + labels + "}";
  out += name + "_sum" + braces + " " + number(histogram.sum) + "\n";
  out += name + "_count" + braces + " " + std::to_string(total) + "\n";
}

}  // namespace

void Histogram::observe(double seconds) {
  std::size_t i = 0;
  while (i < kBounds.size() && seconds > kBounds[i]) ++i;
  ++counts[i];
  sum += seconds;
}

void Metrics::count_request(std::string_view operation, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  ++requests_[{std::string(operation), status}];
  latency_[std::string(operation)].observe(seconds);
}

void Metrics::count_observations(std::string_view result, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  observations_[std::string(result)] += count;
}

void Metrics::count_findings(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  findings_ += count;
}

void Metrics::count_unknown_fields(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  unknown_fields_ += count;
}

void Metrics::observe_commit(double seconds, std::uint64_t batches) {
  const std::lock_guard lock(mutex_);
  commits_.observe(seconds);
  commit_batches_ += batches;
}

void Metrics::set_queue_depth(std::int64_t observations) {
  const std::lock_guard lock(mutex_);
  queue_depth_ = observations;
}

std::string Metrics::text(const std::vector<Gauge>& gauges) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  head(out, "bartizan_http_requests_total", "counter", "Requests answered");
  for (const auto& [key, count] : requests_) {
    out += "bartizan_http_requests_total{operation=\"" + key.first + "\",status=\"" +
           std::to_string(key.second) + "\"} " + std::to_string(count) + "\n";
  }
  head(out, "bartizan_http_request_seconds", "histogram", "Time from request to answer");
  for (const auto& [operation, histogram] : latency_)
    write_histogram(out, "bartizan_http_request_seconds", "operation=\"" + operation + "\"",
                    histogram);
  head(out, "bartizan_observations_total", "counter", "Observations received, by result");
  for (const auto& [result, count] : observations_)
    out += "bartizan_observations_total{result=\"" + result + "\"} " + std::to_string(count) + "\n";
  head(out, "bartizan_findings_total", "counter", "Findings made by the server");
  out += "bartizan_findings_total " + std::to_string(findings_) + "\n";
  head(out, "bartizan_unknown_fields_total", "counter",
       "Fields dropped because this version or the tier does not have them");
  out += "bartizan_unknown_fields_total " + std::to_string(unknown_fields_) + "\n";
  head(out, "bartizan_ingest_queue_observations", "gauge", "Observations waiting for a commit");
  out += "bartizan_ingest_queue_observations " + std::to_string(queue_depth_) + "\n";
  head(out, "bartizan_ingest_batches_committed_total", "counter", "Batches made durable");
  out += "bartizan_ingest_batches_committed_total " + std::to_string(commit_batches_) + "\n";
  head(out, "bartizan_ingest_commit_seconds", "histogram", "Time of a group commit");
  write_histogram(out, "bartizan_ingest_commit_seconds", "", commits_);
  for (const Gauge& gauge : gauges) {
    head(out, gauge.name, "gauge", gauge.help);
    out += gauge.name + " " + number(gauge.value) + "\n";
  }
  return out;
}

}  // namespace bartizan::server
