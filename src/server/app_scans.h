// Uploaded app packages, each opened by a process of the sandbox and not by this one.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "intel/content.h"
#include "net/http.h"

namespace bartizan::server {

// Exit statuses of `bartizan worker`.
inline constexpr int kWorkerNotReady = 3;
inline constexpr int kWorkerNotAnApp = 4;
inline constexpr int kWorkerOutOfMemory = 5;

struct AppScanParts {
  std::string program;                            // its `worker` command is started
  std::filesystem::path content_path;             // the worker loads its own
  std::shared_ptr<const intel::Content> content;  // judges a file whose worker died
  const Clock& clock;
  std::size_t max_waiting = 16;
};

// One file is judged at a time; the others wait in the order they came.
class AppScans {
 public:
  // The report (docs/cli.md), or kInvalid: no app package; kUnavailable: nobody could judge it. A
  // worker that crashes, loops or asks for what it may not is a report with a finding.
  using Done = std::function<void(Result<json::object>)>;

  explicit AppScans(AppScanParts parts);
  ~AppScans();  // the waiting ones are told kUnavailable

  // kUnavailable when too many wait; `done` is called from the scanning thread otherwise.
  Status submit(std::shared_ptr<const net::BodyFile> file, std::optional<std::string> installer,
                Done done);

 private:
  struct Waiting {
    std::shared_ptr<const net::BodyFile> file;
    std::optional<std::string> installer;
    Done done;
  };
  void work(const std::stop_token& stop);
  Result<json::object> scan(const Waiting& waiting, const std::stop_token& stop) const;

  const AppScanParts parts_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Waiting> waiting_;
  std::jthread thread_;
};

}  // namespace bartizan::server
