// The inside of the sandbox: what a process gives up before it looks at a hostile file.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/result.h"

namespace bartizan::sandbox {

struct Limits {
  std::size_t memory_bytes = std::size_t{2} << 30;  // address space
  std::chrono::seconds cpu{60};
};

// For the whole process and for good: no new privileges, no core dump, no new files, processes,
// sockets or executable memory; what is open stays open for reading and writing. A system call
// outside the list ends the process by SIGSYS; asking for a file is answered EACCES, because
// libraries look for optional ones. Call it while there is one thread alone, after everything that
// needs a file. kUnavailable: the kernel cannot do it, and nothing may be trusted to this process.
//
// In a build with AddressSanitizer, which needs terabytes of address space and calls of its own,
// this does nothing and returns kUnsupported.
Status enter(const Limits& limits);

}  // namespace bartizan::sandbox
