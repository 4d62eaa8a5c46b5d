// Scans many apps over some threads, as a server with a queue of uploads would.
//
//   bench_app_scaling CONTENT THREADS SCANS APK...     prints one JSON object
//
// The apps are taken in turn until SCANS are done. `digest` is over every report in the order of
// the scans, so two runs did the same work exactly when it is the same.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "detect/app/judged_app.h"
#include "detect/app/report_json.h"
#include "detect/app/scan.h"

namespace {

using namespace bartizan;

struct Work {
  const intel::Content& content;
  const std::vector<MappedFile>& files;
  std::vector<std::string> digests;  // by scan; each is written by the thread that took it
  std::atomic<std::size_t> next = 0;
};

void scan_until_done(Work& work) {
  for (std::size_t i = work.next++; i < work.digests.size(); i = work.next++) {
    Result<detect::AppReport> report =
        detect::scan_app(work.files[i % work.files.size()].bytes(), work.content);
    if (!report.ok()) continue;  // leaves the digest empty
    const detect::JudgedApp app =
        detect::judge_app(std::move(report).value(), std::nullopt,
                          {.content = work.content, .evaluated_at = from_millis(0)});
    const std::string text = json::serialize(detect::report_json(app));
    work.digests[i] = sha256_hex(as_bytes(text));
  }
}

int run(const char* content_folder, std::size_t threads, std::size_t scans,
        const std::vector<std::string>& paths) {
  const auto content = intel::Content::load(content_folder);
  if (!content.ok()) {
    std::cerr << content.error().message << "\n";
    return 1;
  }
  std::vector<MappedFile> files;
  for (const std::string& path : paths) {
    Result<MappedFile> file = MappedFile::open(path);
    if (!file.ok()) {
      std::cerr << file.error().message << "\n";
      return 1;
    }
    files.push_back(std::move(file).value());
  }
  Work work{.content = **content, .files = files, .digests = std::vector<std::string>(scans)};
  const auto began = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([&] { scan_until_done(work); });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  Sha256 all;
  for (const std::string& digest : work.digests) {
    if (digest.empty()) {
      std::cerr << "an app was not read\n";
      return 1;
    }
    all.update(as_bytes(digest));
  }
  std::cout << json::serialize(json::object{
                   {"seconds", took.count()}, {"scans", scans}, {"digest", hex(all.finish())}})
            << "\n";
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5 || std::atoi(arguments[2]) < 1 || std::atoi(arguments[3]) < 1) {
    std::cerr << "usage: bench_app_scaling CONTENT THREADS SCANS APK...\n";
    return 2;
  }
  return run(arguments[1], static_cast<std::size_t>(std::atoi(arguments[2])),
             static_cast<std::size_t>(std::atoi(arguments[3])), {arguments + 4, arguments + count});
}
