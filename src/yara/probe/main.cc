// probe RULES SECONDS: compiles the rules, enters the sandbox as a worker does, and runs them over
// its standard input for at most that time. For the tests.
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/crypto.h"
#include "base/file.h"
#include "sandbox/enter.h"
#include "yara/compile.h"

namespace {

using namespace bartizan;

constexpr int kNoRules = 2;
constexpr int kNoSandbox = 3;

// "NAME NAME", then how the scan ended.
std::string answer(const intel::YaraResult& result) {
  std::string out;
  for (const intel::YaraMatch& match : result.matches) out += match.rule + " ";
  switch (result.end) {
    case intel::YaraEnd::kWhole:
      return out + "whole";
    case intel::YaraEnd::kOutOfTime:
      return out + "out of time";
    case intel::YaraEnd::kOutOfMemory:
      return out + "out of memory";
    case intel::YaraEnd::kTooManyMatches:
      return out + "too many matches";
    case intel::YaraEnd::kFailed:
      break;
  }
  return out + result.detail;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return kNoRules;
  const auto rules = yara::compile({{"yara/rules.yar", argv[1]}});
  const auto file = MappedFile::of(STDIN_FILENO, "standard input");
  if (!rules.ok() || !file.ok()) return kNoRules;
  (void)sha256_hex({});  // the library reads its configuration at its first use
  if (!sandbox::enter({}).ok()) return kNoSandbox;
  const std::string text = answer(
      (*rules)->begin({.time = std::chrono::seconds(std::stoi(argv[2]))})->scan(file->bytes()));
  return ::write(STDOUT_FILENO, text.data(), text.size()) < 0 ? errno : 0;
}
