// Runs a fuzz target over every file of a corpus folder, so that a corpus is also a plain test.
// BARTIZAN_FUZZ_MUTANTS=N adds N mutants of each file, the same ones in every run. An input that
// takes more than two seconds of the processor fails, as a crash does.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "fuzz/mutate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using bartizan::fuzz::Input;

Input read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Input{std::istreambuf_iterator<char>(in), {}};
}

// Processor time, so that a busy machine fails nothing.
double run(const Input& input) {
  const std::clock_t start = std::clock();
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

}  // namespace

int main(int argc, char** argv) {
  const char* wanted = std::getenv("BARTIZAN_FUZZ_MUTANTS");
  const unsigned long mutants = wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : 0;
  std::vector<std::filesystem::path> paths;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());  // a folder's own order is the file system's whim

  constexpr double kLongestSeconds = 2;
  double slowest = 0;
  std::mt19937 random(20261122);
  for (const auto& path : paths) {
    const Input input = read(path);
    slowest = std::max(slowest, run(input));
    for (unsigned long i = 0; i < mutants; ++i) {
      const Input mutant = bartizan::fuzz::mutate(input, random);
      slowest = std::max(slowest, run(mutant));
    }
  }
  std::printf("replayed %zu inputs and %lu mutants of each, the slowest in %.3f s\n", paths.size(),
              mutants, slowest);
  // An empty corpus tests nothing.
  return paths.empty() || slowest > kLongestSeconds ? 1 : 0;
}
