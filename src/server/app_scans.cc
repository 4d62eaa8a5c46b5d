#include "server/app_scans.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/log.h"
#include "detect/app/judged_app.h"
#include "detect/app/report_json.h"
#include "sandbox/job.h"

namespace bartizan::server {
namespace {

const Error kStopping{ErrorCode::kUnavailable, "The server is stopping."};

// What can be said of a file that no worker came back from: its digest, and that it breaks them.
json::object report_of_lost_worker(const AppScanParts& parts, Bytes file, std::string_view how,
                                   const std::optional<std::string>& installer) {
  detect::AppReport report;
  report.size = file.size();
  report.sha256 = sha256_hex(file);
  report.truncated = true;
  parse::note_anomaly(report.anomalies, "scan.worker_lost", "file", how);
  return detect::report_json(
      detect::judge_app(std::move(report), installer,
                        {.content = *parts.content, .evaluated_at = parts.clock.now()}));
}

// The answer of a process that had the file: it may be anything.
Result<json::object> read_answer(const std::string& output, const std::string& sha256) {
  auto answer = parse_json_object(output);
  if (!answer.ok()) return answer;
  const json::value* digest = answer->if_contains("sha256");
  const json::value* verdict = answer->if_contains("verdict");
  const bool right = digest != nullptr && digest->is_string() &&
                     std::string_view(digest->get_string()) == sha256 && verdict != nullptr &&
                     verdict->is_string();
  if (!right) return Error{ErrorCode::kInvalid, "not a report of this file"};
  return answer;
}

std::string reason_of(const std::string& output) {
  const auto answer = parse_json_object(output);
  const json::value* error = answer.ok() ? answer->if_contains("error") : nullptr;
  return error != nullptr && error->is_string() ? std::string(error->get_string())
                                                : "not an app package";
}

}  // namespace

AppScans::AppScans(AppScanParts parts)
    : parts_(std::move(parts)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

AppScans::~AppScans() {
  thread_.request_stop();
  thread_.join();
  for (const Waiting& waiting : waiting_) waiting.done(kStopping);
}

Status AppScans::submit(std::shared_ptr<const net::BodyFile> file,
                        std::optional<std::string> installer, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= parts_.max_waiting)
      return Error{ErrorCode::kUnavailable, "Too many apps are waiting to be scanned; try again."};
    waiting_.push_back({std::move(file), std::move(installer), std::move(done)});
  }
  changed_.notify_all();
  return {};
}

void AppScans::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) &&
         !stop.stop_requested()) {
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next.done(scan(next, stop));
    lock.lock();
  }
}

Result<json::object> AppScans::scan(const Waiting& waiting, const std::stop_token& stop) const {
  BARTIZAN_ASSIGN(const MappedFile file, MappedFile::of(waiting.file->descriptor(), "the upload"));
  const std::string sha256 = sha256_hex(file.bytes());
  sandbox::Job job{.program = parts_.program,
                   .arguments = {"worker", "scan-app", "--content", parts_.content_path.string()},
                   .input = waiting.file->descriptor(),
                   .stop = stop};
  if (waiting.installer) {
    job.arguments.push_back("--installer");
    job.arguments.push_back(*waiting.installer);
  }
  BARTIZAN_ASSIGN(const sandbox::JobResult result, sandbox::run(job));
  if (result.end == sandbox::JobEnd::kStopped) return kStopping;
  std::string how(to_string(result.end));
  if (result.end == sandbox::JobEnd::kAnswered) {
    auto answer = read_answer(result.output, sha256);
    if (answer.ok()) return answer;
    how = "answered nonsense";
  } else if (result.end == sandbox::JobEnd::kRefused && result.status == kWorkerNotAnApp) {
    return Error{ErrorCode::kInvalid, reason_of(result.output)};
  } else if (result.end == sandbox::JobEnd::kRefused && result.status != kWorkerOutOfMemory) {
    log::error("no worker for an uploaded app", {{"status", std::to_string(result.status)}});
    return Error{ErrorCode::kUnavailable, "The server could not start a scan; its log says more."};
  }
  log::warn("the worker of an uploaded app was lost",
            {{"sha256", sha256}, {"how", how}, {"status", std::to_string(result.status)}});
  return report_of_lost_worker(parts_, file.bytes(), how, waiting.installer);
}

}  // namespace bartizan::server
