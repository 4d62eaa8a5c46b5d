// The outside of the sandbox: one hostile file, one process that judges it, one answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/enter.h"

namespace bartizan::sandbox {

struct Job {
  std::string program;                 // absolute path
  std::vector<std::string> arguments;  // without the program's name
  int input = -1;                      // becomes standard input; still the caller's
  std::chrono::milliseconds deadline{90'000};
  std::size_t max_output_bytes = 16 << 20;
  std::stop_token stop = {};  // ends the process within a fraction of a second
};

enum class JobEnd {
  kAnswered,   // exit status 0
  kRefused,    // another exit status: the program says that it cannot judge this
  kDied,       // by a signal: a crash, or memory ran out
  kForbidden,  // by the system call filter
  kOutOfTime,  // by its processor time or the deadline
  kTooMuch,    // it wrote more than max_output_bytes
  kStopped,    // the caller wanted no answer any more
};
std::string_view to_string(JobEnd value);  // "answered", "refused", "died", "forbidden_call",
                                           // "out_of_time", "too_much_output", "stopped"

struct JobResult {
  JobEnd end = JobEnd::kDied;
  int status = 0;      // exit status, or the signal's number
  std::string output;  // written by a process that had a hostile file: check it like one
};

// Starts the program with an empty environment and standard input, output and nothing else open
// (standard error goes nowhere), waits and collects. kUnavailable: it could not be started. Blocks
// up to the deadline; the process never outlives the call.
Result<JobResult> run(const Job& job);

struct ForkedJob {
  std::function<std::string()> work;  // its answer; runs locked in
  Limits limits;
  std::chrono::milliseconds deadline{90'000};
  std::size_t max_output_bytes = 64 << 20;
};

// The same with a copy of this process in the place of a program, for those that hold no secret and
// have many files: it starts in a millisecond and has what was loaded before. Only while there is
// one thread. An exception in `work` ends as kRefused, as does a kernel that cannot lock it in.
Result<JobResult> run_forked(const ForkedJob& job);

}  // namespace bartizan::sandbox
