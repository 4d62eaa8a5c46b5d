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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

// Values that break length fields: none, one, the edges of signed and unsigned.
constexpr std::uint32_t kEdges[] = {0,      1,      0x7f,       0x80,       0xff,
                                    0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};

std::size_t below(std::mt19937& random, std::size_t bound) { return random() % bound; }

// One to eight changes: a bit, a byte, an edge value over four bytes, a cut, a piece repeated, a
// piece laid over another place, such as one header over the next.
Input mutate(const Input& original, std::mt19937& random) {
  Input input = original;
  for (std::size_t changes = 1 + below(random, 8); changes > 0 && !input.empty(); --changes) {
    const std::size_t at = below(random, input.size());
    switch (below(random, 6)) {
      case 0:
        input[at] ^= static_cast<std::uint8_t>(1U << below(random, 8));
        break;
      case 1:
        input[at] = static_cast<std::uint8_t>(random());
        break;
      case 2: {
        const std::uint32_t edge = kEdges[below(random, std::size(kEdges))];
        for (std::size_t i = 0; i < 4 && at + i < input.size(); ++i) {
          input[at + i] = static_cast<std::uint8_t>(edge >> (8 * i));
        }
        break;
      }
      case 3:
        input.resize(at);
        break;
      case 4: {
        const std::size_t length = std::min<std::size_t>(4 + below(random, 60), input.size() - at);
        const std::size_t to = below(random, input.size() - length + 1);
        std::copy_n(Input(input).begin() + static_cast<std::ptrdiff_t>(at), length,
                    input.begin() + static_cast<std::ptrdiff_t>(to));
        break;
      }
      default: {
        const std::size_t length = std::min<std::size_t>(1 + below(random, 64), input.size() - at);
        const Input piece(input.begin() + static_cast<std::ptrdiff_t>(at),
                          input.begin() + static_cast<std::ptrdiff_t>(at + length));
        input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
      }
    }
  }
  input.shrink_to_fit();  // so that the address sanitizer sees a read past the end
  return input;
}

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
      const Input mutant = mutate(input, random);
      slowest = std::max(slowest, run(mutant));
    }
  }
  std::printf("replayed %zu inputs and %lu mutants of each, the slowest in %.3f s\n", paths.size(),
              mutants, slowest);
  // An empty corpus tests nothing.
  return paths.empty() || slowest > kLongestSeconds ? 1 : 0;
}
