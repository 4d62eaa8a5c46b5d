// Scans and judges mutants of whole app packages, in one process: none may crash it, take more than
// two seconds of the processor, or, where it is asked, make it hold more memory than the bound.
//
//   package_mutants [--memory] CONTENT COUNT FOLDER...
//
// Every file of the folders is mutated in turn, the same way in every run. Of four mutants two are
// changed as files, one has pieces of another package laid over it besides, and of one the entries'
// contents are changed and packed anew: most changes of a file end at its checksums, these reach
// what is behind. --memory: what each scan adds to the process, with the content and the file, must
// stay within twice the bytes of the package's code and 64 MB; not under a sanitizer, whose own
// memory would count.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "detect/app/judged_app.h"
#include "detect/app/nested.h"
#include "detect/app/scan.h"
#include "fuzz/mutate.h"
#include "parse/zip/parser.h"
#include "parse/zip/zip_builder.h"

namespace {

using namespace bartizan;
using fuzz::Input;

constexpr double kLongestSeconds = 2;
constexpr std::size_t kMemoryAllowance = 64 << 20;  // besides twice the code

std::vector<std::filesystem::path> files_of(std::span<char*> folders) {
  std::vector<std::filesystem::path> out;
  for (const char* folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string kind = entry.path().extension();
      const bool is_package =
          kind == ".apk" || kind == ".ipa" || kind == ".xapk" || kind == ".apks";
      if (entry.is_regular_file() && is_package) out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());  // a folder's own order is the file system's whim
  return out;
}

Input read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Input{std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t code_bytes(const Input& package) {
  const Result<parse::ZipArchive> archive = parse::parse_zip(package);
  std::uint64_t out = 0;
  if (!archive.ok()) return out;
  for (const parse::ZipEntry& entry : archive->entries) {
    if (detect::is_dex_name(entry.name)) out += entry.size;
  }
  return out;
}

// A line of /proc/self/status in bytes (proc(5)).
std::uint64_t status_bytes(std::string_view line) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == line && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

// Forgets what was freed, and the most there was so far.
std::uint64_t start_measuring() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
  return status_bytes("VmRSS:");
}

struct Tally {
  std::size_t reports = 0;
  std::size_t refused = 0;  // no app package any more
  std::size_t truncated = 0;
  std::size_t anomalous = 0;
  double slowest = 0;  // seconds of the processor, so that a busy machine fails nothing
  std::uint64_t most_memory = 0;
  double memory_ratio = 0;  // the most of its bound that a scan needed
};

struct Package {
  Input bytes;
  std::uint64_t code_bytes;
};

void scan(const Input& package, const intel::Content& content, Tally& tally) {
  const std::clock_t start = std::clock();
  Result<detect::AppReport> report = detect::scan_app(package, content);
  if (report.ok()) {
    ++tally.reports;
    tally.truncated += report->truncated;
    tally.anomalous += !report->anomalies.empty();
    (void)detect::judge_app(std::move(report).value(), "",
                            {.content = content, .evaluated_at = from_millis(0)});
  } else {
    ++tally.refused;
  }
  tally.slowest =
      std::max(tally.slowest, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
}

// The package with one to three of its entries changed.
Input changed_inside(const Input& package, std::mt19937& random) {
  constexpr std::size_t kMostEntry = 16 << 20;
  const Result<parse::ZipArchive> archive = parse::parse_zip(package);
  if (!archive.ok() || archive->entries.empty()) return fuzz::mutate(package, random);
  std::vector<parse::BuiltEntry> entries;
  for (const parse::ZipEntry& entry : archive->entries) {
    const parse::ZipContent content = parse::read_zip_entry(*archive, entry, kMostEntry);
    entries.push_back(parse::stored(entry.name, std::string(as_text(content.bytes))));
  }
  for (std::size_t changes = 1 + fuzz::below(random, 3); changes > 0; --changes) {
    parse::BuiltEntry& entry = entries[fuzz::below(random, entries.size())];
    const Bytes bytes = as_bytes(entry.data);
    const Input mutant = fuzz::mutate(Input(bytes.begin(), bytes.end()), random, 2);
    entry = parse::stored(entry.name, std::string(as_text(mutant)));
  }
  const std::string file = parse::build_zip(entries);
  const Bytes bytes = as_bytes(file);
  return {bytes.begin(), bytes.end()};
}

Input mutant_of(const std::vector<Package>& packages, std::size_t turn, std::mt19937& random) {
  const Input& package = packages[turn % packages.size()].bytes;
  const std::size_t kind = turn / packages.size() % 4;
  if (kind == 3) return changed_inside(package, random);
  Input out = fuzz::mutate(package, random);
  if (kind != 2) return out;
  const Input& other = packages[fuzz::below(random, packages.size())].bytes;
  for (int pieces = 0; pieces < 4; ++pieces) fuzz::splice(other, out, random);
  return out;
}

void scan_measured(const Input& mutant, std::uint64_t code_bytes, std::uint64_t content_bytes,
                   const intel::Content& content, Tally& tally) {
  const std::uint64_t before = start_measuring();
  scan(mutant, content, tally);
  const std::uint64_t most = status_bytes("VmHWM:");
  const std::uint64_t used = most - std::min(most, before) + content_bytes + mutant.size();
  tally.most_memory = std::max(tally.most_memory, used);
  const auto bound = static_cast<double>(kMemoryAllowance + 2 * code_bytes);
  tally.memory_ratio = std::max(tally.memory_ratio, static_cast<double>(used) / bound);
}

int run(const intel::Content& content, std::size_t count, const std::vector<Package>& packages,
        std::optional<std::uint64_t> content_bytes) {
  Tally tally;
  std::mt19937 random(20261127);
  for (std::size_t turn = 0; turn < count; ++turn) {
    const Input mutant = mutant_of(packages, turn, random);
    if (content_bytes) {
      scan_measured(mutant, packages[turn % packages.size()].code_bytes, *content_bytes, content,
                    tally);
    } else {
      scan(mutant, content, tally);
    }
  }
  std::printf(
      "%zu mutants of %zu packages: %zu reports, of which %zu with anomalies and %zu cut short; "
      "%zu no package any more; the slowest %.3f s\n",
      count, packages.size(), tally.reports, tally.anomalous, tally.truncated, tally.refused,
      tally.slowest);
  if (content_bytes)
    std::printf("the most memory %.1f MB; the most of its bound that one needed %.2f\n",
                static_cast<double>(tally.most_memory) / 1e6, tally.memory_ratio);
  return tally.slowest > kLongestSeconds || tally.memory_ratio > 1 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::span<char*> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
  const bool check_memory = !arguments.empty() && std::string_view(arguments.front()) == "--memory";
  if (check_memory) arguments = arguments.subspan(1);
  const unsigned long count = arguments.size() > 2 ? std::strtoul(arguments[1], nullptr, 10) : 0;
  if (count == 0) {
    std::fprintf(stderr, "usage: package_mutants [--memory] CONTENT COUNT FOLDER...\n");
    return 2;
  }
  const auto content = intel::Content::load(arguments[0]);
  if (!content.ok()) {
    std::fprintf(stderr, "%s\n", content.error().message.c_str());
    return 2;
  }
  std::optional<std::uint64_t> content_bytes;
  if (check_memory) content_bytes = start_measuring();  // the program and its content
  std::vector<Package> packages;
  for (const auto& path : files_of(arguments.subspan(2))) {
    Input bytes = read(path);
    const std::uint64_t code = code_bytes(bytes);
    packages.push_back({.bytes = std::move(bytes), .code_bytes = code});
  }
  if (packages.empty()) {
    std::fprintf(stderr, "no packages in these folders\n");
    return 2;
  }
  return run(**content, count, packages, content_bytes);
}
