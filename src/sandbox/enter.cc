#include "sandbox/enter.h"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <system_error>

namespace bartizan::sandbox {
namespace {

// Memory, time, the descriptors there are, and a way to end.
constexpr int kAllowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// Answered EACCES: libraries look for optional files, and live without.
constexpr int kRefused[] = {
    SCMP_SYS(open),     SCMP_SYS(openat),     SCMP_SYS(stat),   SCMP_SYS(newfstatat),
    SCMP_SYS(lstat),    SCMP_SYS(statx),      SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat),
};

Error system_error(int error, const char* what) {
  return {ErrorCode::kUnavailable,
          std::string("sandbox: ") + what + ": " + std::generic_category().message(error)};
}

Status limit(__rlimit_resource resource, rlim_t soft, rlim_t hard, const char* what) {
  const rlimit value{.rlim_cur = soft, .rlim_max = hard};
  if (::setrlimit(resource, &value) != 0) return system_error(errno, what);
  return {};
}

// The filter as libseccomp builds it: everything else ends the process.
Status install_filter() {
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_KILL_PROCESS),
                                                                seccomp_release);
  if (!filter) return system_error(ENOMEM, "seccomp_init");
  int failed = 0;
  const auto add = [&](int result) {
    if (result != 0 && failed == 0) failed = -result;
  };
  for (const int call : kAllowed) add(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0));
  for (const int call : kRefused)
    add(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 0));
  // Memory that can be executed would be a way to run what a file brought.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
    add(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1,
                         SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
  // How abort() ends: a signal to itself, which is no way out.
  add(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                       SCMP_A2(SCMP_CMP_EQ, SIGABRT)));
  add(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction), 1,
                       SCMP_A0(SCMP_CMP_EQ, SIGABRT)));
  if (failed != 0) return system_error(failed, "seccomp_rule_add");
  const int loaded = seccomp_load(filter.get());
  if (loaded != 0) return system_error(-loaded, "seccomp_load");
  return {};
}

}  // namespace

Status enter(const Limits& limits) {
#if defined(__SANITIZE_ADDRESS__)
  (void)limits;
  (void)install_filter;
  (void)limit;
  return Error{ErrorCode::kUnsupported, "sandbox: not in a build with AddressSanitizer"};
#else
  const auto seconds = static_cast<rlim_t>(limits.cpu.count());
  BARTIZAN_TRY(limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE"));
  BARTIZAN_TRY(limit(RLIMIT_FSIZE, 0, 0, "RLIMIT_FSIZE"));
  BARTIZAN_TRY(limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes, "RLIMIT_AS"));
  BARTIZAN_TRY(limit(RLIMIT_CPU, seconds, seconds + 1, "RLIMIT_CPU"));
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return system_error(errno, "PR_SET_DUMPABLE");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return system_error(errno, "PR_SET_NO_NEW_PRIVS");
  return install_filter();
#endif
}

}  // namespace bartizan::sandbox
