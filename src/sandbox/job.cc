#include "sandbox/job.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace bartizan::sandbox {
namespace {

using SteadyClock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return value_; }
  void close() {
    if (value_ >= 0) ::close(value_);
    value_ = -1;
  }

 private:
  int value_;
};

Error unavailable(std::string_view what, int error) {
  return {ErrorCode::kUnavailable,
          std::string(what) + ": " + std::generic_category().message(error)};
}

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  // Standard input, output and /dev/null for errors; every other descriptor is closed, those of
  // sockets that were opened without close-on-exec too.
  int prepare(int input, int output) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    int failed = posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    if (failed == 0)
      failed = posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (failed == 0) failed = posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    if (failed == 0) failed = posix_spawn_file_actions_addchdir_np(&actions_, "/");
    if (failed == 0) failed = posix_spawnattr_setsigmask(&attributes_, &none);
    if (failed == 0) failed = posix_spawnattr_setsigdefault(&attributes_, &all);
    if (failed == 0)
      failed = posix_spawnattr_setflags(
          &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    return failed;
  }

  posix_spawn_file_actions_t* actions() { return &actions_; }
  posix_spawnattr_t* attributes() { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

Result<pid_t> start(const Job& job, int output) {
  SpawnSettings settings;
  int failed = settings.prepare(job.input, output);
  std::vector<char*> arguments{const_cast<char*>(job.program.c_str())};
  for (const std::string& argument : job.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  char* environment[] = {nullptr};
  pid_t process = -1;
  if (failed == 0) {
    failed = posix_spawn(&process, job.program.c_str(), settings.actions(), settings.attributes(),
                         arguments.data(), environment);
  }
  if (failed != 0) return unavailable("cannot start " + job.program, failed);
  return process;
}

enum class Collected { kAll, kOutOfTime, kTooMuch, kStopped };
constexpr long long kLookForStopEvery = 200;  // milliseconds

// Until the other end is closed.
Collected collect(int pipe, const Job& job, SteadyClock::time_point end, std::string& output) {
  char buffer[64 * 1024];
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    if (left <= 0) return Collected::kOutOfTime;
    if (job.stop.stop_requested()) return Collected::kStopped;
    pollfd waiting{.fd = pipe, .events = POLLIN, .revents = 0};
    const int ready =
        ::poll(&waiting, 1, static_cast<int>(std::min<long long>(left, kLookForStopEvery)));
    if (ready <= 0) continue;
    const ssize_t received = ::read(pipe, buffer, sizeof buffer);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return Collected::kAll;
    if (output.size() + static_cast<std::size_t>(received) > job.max_output_bytes)
      return Collected::kTooMuch;
    output.append(buffer, static_cast<std::size_t>(received));
  }
}

// The process has closed its output and has until `end` to follow.
int wait_for(pid_t process, SteadyClock::time_point end) {
  int status = 0;
  while (::waitpid(process, &status, WNOHANG) == 0) {
    if (SteadyClock::now() > end) ::kill(process, SIGKILL);
    ::usleep(500);
  }
  return status;
}

JobEnd end_of(int status, Collected collected) {
  if (collected == Collected::kOutOfTime) return JobEnd::kOutOfTime;
  if (collected == Collected::kTooMuch) return JobEnd::kTooMuch;
  if (collected == Collected::kStopped) return JobEnd::kStopped;
  if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? JobEnd::kAnswered : JobEnd::kRefused;
  if (WTERMSIG(status) == SIGSYS) return JobEnd::kForbidden;
  if (WTERMSIG(status) == SIGXCPU) return JobEnd::kOutOfTime;
  return JobEnd::kDied;
}

}  // namespace

std::string_view to_string(JobEnd value) {
  switch (value) {
    case JobEnd::kAnswered:
      return "answered";
    case JobEnd::kRefused:
      return "refused";
    case JobEnd::kDied:
      return "died";
    case JobEnd::kForbidden:
      return "forbidden_call";
    case JobEnd::kOutOfTime:
      return "out_of_time";
    case JobEnd::kTooMuch:
      return "too_much_output";
    case JobEnd::kStopped:
      break;
  }
  return "stopped";
}

namespace {

// What a started process writes, and how it ends.
JobResult await(pid_t process, int pipe, const Job& job) {
  JobResult out;
  const SteadyClock::time_point end = SteadyClock::now() + job.deadline;
  const Collected collected = collect(pipe, job, end, out.output);
  if (collected != Collected::kAll) ::kill(process, SIGKILL);
  const int status = wait_for(process, end);
  out.end = end_of(status, collected);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  if (out.end != JobEnd::kAnswered && out.end != JobEnd::kRefused) out.output.clear();
  return out;
}

constexpr int kNotLockedIn = 3;
constexpr int kWorkFailed = 4;

// The copy's life: nothing but its pipe, locked in, one answer.
[[noreturn]] void work_in_copy(const ForkedJob& job, int pipe) {
  const int nothing = ::open("/dev/null", O_RDWR);
  if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(nothing, STDERR_FILENO) < 0 ||
      ::dup2(pipe, STDOUT_FILENO) < 0)
    ::_exit(kNotLockedIn);
  ::closefrom(STDERR_FILENO + 1);
  const Status entered = enter(job.limits);
  if (!entered.ok() && entered.error().code != ErrorCode::kUnsupported) ::_exit(kNotLockedIn);
  try {
    const std::string answer = job.work();
    std::string_view left = answer;
    while (!left.empty()) {
      const ssize_t written = ::write(STDOUT_FILENO, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) ::_exit(kWorkFailed);
      left.remove_prefix(static_cast<std::size_t>(written));
    }
  } catch (...) {
    ::_exit(kWorkFailed);
  }
  ::_exit(0);  // not exit(): what the other process has buffered is not this one's to write
}

}  // namespace

Result<JobResult> run(const Job& job) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return unavailable("cannot make a pipe", errno);
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  BARTIZAN_ASSIGN(const pid_t process, start(job, writing.get()));
  writing.close();
  return await(process, reading.get(), job);
}

Result<JobResult> run_forked(const ForkedJob& job) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return unavailable("cannot make a pipe", errno);
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const pid_t process = ::fork();
  if (process < 0) return unavailable("cannot start a process", errno);
  if (process == 0) work_in_copy(job, writing.get());
  writing.close();
  const Job bounds{.deadline = job.deadline, .max_output_bytes = job.max_output_bytes};
  return await(process, reading.get(), bounds);
}

}  // namespace bartizan::sandbox
