// Times the scan of one app inside one process, on one thread: the whole report, and what tells who
// an app is (archive, manifest, signature).
//
//   bench_app_scan CONTENT APK RUNS     prints one JSON object with medians in milliseconds
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "detect/app/scan.h"
#include "parse/apksig/verifier.h"
#include "parse/axml/parser.h"
#include "parse/zip/parser.h"

namespace {

using namespace bartizan;

template <typename Work>
double milliseconds_of(const Work& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
      .count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

bool read_identity(Bytes file) {
  const Result<parse::ZipArchive> archive = parse::parse_zip(file);
  if (!archive.ok()) return false;
  const parse::ZipEntry* entry = archive->find("AndroidManifest.xml");
  if (entry == nullptr) return false;
  const parse::ZipContent content = parse::read_zip_entry(*archive, *entry, parse::kMaxAxmlBytes);
  const Result<parse::AndroidManifest> manifest = parse::parse_manifest(content.bytes);
  if (!manifest.ok()) return false;
  parse::SignatureQuestion question;
  question.range.min = static_cast<std::uint32_t>(manifest->min_sdk.value_or(1));
  question.target_sdk = manifest->target_sdk;
  const parse::ApkSignature signature = parse::ApkSignatureVerifier(*archive).verify(question);
  return signature.verdict != parse::SignatureVerdict::kUnsigned && !sha256_hex(file).empty();
}

// The most that this program has had in main memory (proc(5), VmHWM; getrusage would count what
// the process was before it became this program).
std::int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

int run(const char* content_folder, const char* path, int runs) {
  const auto content = intel::Content::load(content_folder);
  const Result<MappedFile> file = MappedFile::open(path);
  if (!content.ok() || !file.ok()) {
    std::cerr << (content.ok() ? file.error().message : content.error().message) << "\n";
    return 1;
  }
  std::vector<double> full;
  std::vector<double> identity;
  std::optional<detect::AppReport> report;
  for (int i = 0; i < runs; ++i) {
    bool is_read = false;
    full.push_back(milliseconds_of([&] {
      Result<detect::AppReport> scanned = detect::scan_app(file->bytes(), **content);
      if (scanned.ok()) report = std::move(scanned).value();
    }));
    identity.push_back(milliseconds_of([&] { is_read = read_identity(file->bytes()); }));
    if (!report || !is_read) {
      std::cerr << path << ": not read\n";
      return 1;
    }
  }
  const detect::CodeReport& code = report->code;
  std::cout << json::serialize(json::object{{"full_ms", median(full)},
                                            {"identity_ms", median(identity)},
                                            {"peak_bytes", peak_bytes()},
                                            {"sha256", report->sha256},
                                            {"classes", code.counts.classes},
                                            {"methods", code.counts.methods},
                                            {"instructions", code.counts.instructions},
                                            {"invokes", code.counts.invokes},
                                            {"const_strings", code.counts.const_strings}})
            << "\n";
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4 || std::atoi(arguments[3]) < 1) {
    std::cerr << "usage: bench_app_scan CONTENT APK RUNS\n";
    return 2;
  }
  return run(arguments[1], arguments[2], std::atoi(arguments[3]));
}
