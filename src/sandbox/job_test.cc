// A worker that has been taken over tries everything it could want; none of it happens.
#include "sandbox/job.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace bartizan::sandbox {
namespace {

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "AddressSanitizer needs what the sandbox takes away";
#endif
    ASSERT_EQ(::pipe2(input_, O_CLOEXEC), 0);
    ASSERT_EQ(::write(input_[1], "hello", 5), 5);
    ::close(input_[1]);
  }
  void TearDown() override { ::close(input_[0]); }

  JobResult attempt(const std::string& what,
                    std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
    const Result<JobResult> result = run({.program = BARTIZAN_SANDBOX_PROBE,
                                          .arguments = {what},
                                          .input = input_[0],
                                          .deadline = deadline,
                                          .max_output_bytes = 1 << 20});
    EXPECT_TRUE(result.ok());
    return result.ok() ? *result : JobResult{};
  }

  int input_[2] = {-1, -1};
};

TEST_F(Sandbox, ReadsItsInputAndAnswers) {
  const JobResult result = attempt("echo");
  EXPECT_EQ(result.end, JobEnd::kAnswered);
  EXPECT_EQ(result.output, "hello");
}

TEST_F(Sandbox, AFileIsRefused) { EXPECT_EQ(attempt("file").end, JobEnd::kAnswered); }

TEST_F(Sandbox, NothingElseOfTheServerIsOpenAndTheEnvironmentIsEmpty) {
  const int leaked = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as sockets may be
  ::setenv("PATH", "/bin", 1);
  EXPECT_EQ(attempt("descriptors").end, JobEnd::kAnswered);
  ::close(leaked);
}

TEST_F(Sandbox, ASocketAProcessAProgramOrCodeEndIt) {
  for (const char* what : {"socket", "process", "program", "code"}) {
    const JobResult result = attempt(what);
    EXPECT_EQ(result.end, JobEnd::kForbidden) << what;
    EXPECT_EQ(result.status, SIGSYS) << what;
  }
}

TEST_F(Sandbox, ALoopEndsWithItsProcessorTime) {
  const JobResult result = attempt("loop");
  EXPECT_EQ(result.end, JobEnd::kOutOfTime);
  EXPECT_EQ(result.status, SIGXCPU);
}

TEST_F(Sandbox, ALoopEndsWithTheDeadlineToo) {
  const JobResult result = attempt("loop", std::chrono::milliseconds(100));
  EXPECT_EQ(result.end, JobEnd::kOutOfTime);
  EXPECT_EQ(result.status, SIGKILL);
}

TEST_F(Sandbox, ALoopEndsWhenNobodyWantsTheAnswer) {
  std::stop_source stop;
  stop.request_stop();
  const Result<JobResult> result = run({.program = BARTIZAN_SANDBOX_PROBE,
                                        .arguments = {"loop"},
                                        .input = input_[0],
                                        .stop = stop.get_token()});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, JobEnd::kStopped);
}

TEST_F(Sandbox, MemoryEndsAtItsLimit) {
  const JobResult result = attempt("memory");
  EXPECT_EQ(result.end, JobEnd::kRefused);
  EXPECT_EQ(result.status, 4);  // the allocation failed, within the process
}

TEST_F(Sandbox, TooMuchOutputIsCutOff) {
  const JobResult result = attempt("talk");
  EXPECT_EQ(result.end, JobEnd::kTooMuch);
  EXPECT_TRUE(result.output.empty());
}

TEST_F(Sandbox, ACrashIsAnEndLikeAnyOther) {
  const JobResult result = attempt("crash");
  EXPECT_EQ(result.end, JobEnd::kDied);
  EXPECT_EQ(result.status, SIGABRT);
}

TEST_F(Sandbox, AProgramThatIsNotThereIsAnError) {
  EXPECT_EQ(run({.program = "/nowhere/program", .arguments = {}, .input = input_[0]}).error().code,
            ErrorCode::kUnavailable);
}

JobEnd end_of_copy(std::function<std::string()> work) {
  const Result<JobResult> result = run_forked(
      {.work = std::move(work), .deadline = std::chrono::seconds(60), .max_output_bytes = 1 << 20});
  EXPECT_TRUE(result.ok());
  return result.ok() ? result->end : JobEnd::kStopped;
}

TEST_F(Sandbox, ACopyOfTheProcessAnswers) {
  const std::string loaded = "what was loaded before";
  const Result<JobResult> result = run_forked({.work = [&] { return loaded; }});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->end, JobEnd::kAnswered);
  EXPECT_EQ(result->output, loaded);
}

TEST_F(Sandbox, ACopyIsLockedInAsAWorkerIs) {
  EXPECT_EQ(end_of_copy([] { return std::to_string(::socket(AF_INET, SOCK_STREAM, 0)); }),
            JobEnd::kForbidden);
  EXPECT_EQ(end_of_copy([] { return std::to_string(::fork()); }), JobEnd::kForbidden);
  const int leaked = ::open("/dev/null", O_RDONLY);
  const Result<JobResult> result = run_forked({.work = [leaked] {
    char byte = 0;
    return std::to_string(::read(leaked, &byte, 1)) +
           std::to_string(::open("/etc/passwd", O_RDONLY));
  }});
  ::close(leaked);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->output, "-1-1");
}

TEST_F(Sandbox, ACopyThatFailsOrDiesIsAnEndLikeAnyOther) {
  EXPECT_EQ(end_of_copy([]() -> std::string { throw std::runtime_error("no"); }), JobEnd::kRefused);
  EXPECT_EQ(end_of_copy([]() -> std::string { std::abort(); }), JobEnd::kDied);
  EXPECT_EQ(end_of_copy([] { return std::string(2 << 20, 'x'); }), JobEnd::kTooMuch);
}

}  // namespace
}  // namespace bartizan::sandbox
