// libyara runs with what the sandbox leaves a worker, and is cut there too.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/job.h"

namespace bartizan::yara {
namespace {

class YaraInSandbox : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "AddressSanitizer needs what the sandbox takes away";
#endif
  }

  // What the probe says of `bytes`, or how it ended.
  static std::string scanned(const std::string& rules, const std::string& bytes, int seconds = 60) {
    const int file = ::memfd_create("scanned", MFD_CLOEXEC);
    EXPECT_EQ(::write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    const Result<sandbox::JobResult> result =
        sandbox::run({.program = BARTIZAN_YARA_PROBE,
                      .arguments = {rules, std::to_string(seconds)},
                      .input = file});
    ::close(file);
    if (!result.ok()) return result.error().message;
    if (result->end == sandbox::JobEnd::kAnswered) return result->output;
    return std::string(to_string(result->end)) + " " + std::to_string(result->status);
  }
};

TEST_F(YaraInSandbox, RulesWithEachModuleRun) {
  EXPECT_EQ(
      scanned("import \"dex\" import \"elf\" import \"hash\" import \"macho\" import \"math\"\n"
              "rule text { strings: $a = /need(le){1,3}/ nocase wide ascii condition: #a > 0 }\n"
              "rule digest { condition: hash.md5(0, filesize) == "
              "\"21b5f7d2a2f0ef5d8a3ff8ff8bd5a4b2\" or hash.sha256(0, filesize) != \"\" }\n"
              "rule parsed { condition: elf.type > 0 or dex.header.magic != \"\" or "
              "math.entropy(0, filesize) > 1.0 }\n"
              "rule nothing { strings: $a = \"nail\" condition: $a }",
              "a Needle in hay"),
      "text digest parsed whole");
}

TEST_F(YaraInSandbox, ASlowRuleIsCut) {
  EXPECT_EQ(scanned("rule slow { condition: for all i in (0..filesize) : ("
                    "for all j in (0..filesize) : (uint8(i) + uint8(j) < 1000)) }",
                    std::string(1 << 20, 'x'), 1),
            "out of time");
}

TEST_F(YaraInSandbox, TooMuchMemoryIsRefusedAndNoCrash) {
  std::string rules = "rule counts { strings:";
  std::string condition;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "$a" + std::to_string(i);
    rules += " " + name + " = \"MZab\"";
    condition += (i == 0 ? "#a" : " and #a") + std::to_string(i) + " > 3";
  }
  std::string bytes;
  for (int i = 0; i < 900'000; ++i) bytes += "MZab";
  EXPECT_EQ(scanned(rules + " condition: " + condition + " }", bytes), "out of memory");
}

}  // namespace
}  // namespace bartizan::yara
