// Enters the sandbox and then does what a worker taken over by its file would try. For the tests.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/enter.h"

namespace {

void say(std::string_view text) { (void)!::write(STDOUT_FILENO, text.data(), text.size()); }

// The exit status tells which attempt it was that came back.
int attempt(std::string_view what) {
  if (what == "echo") {
    char buffer[256];
    const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
    say({buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
    return 0;
  }
  if (what == "file") return ::open("/etc/passwd", O_RDONLY) >= 0 ? 10 : (errno == EACCES ? 0 : 11);
  if (what == "descriptors") {
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
      if (::close(descriptor) == 0) return 12;
    }
    return ::getenv("PATH") == nullptr ? 0 : 13;
  }
  if (what == "socket") return ::socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 14 : 15;
  if (what == "process") return ::fork() >= 0 ? 16 : 17;
  if (what == "program") return ::execl("/bin/true", "true", nullptr);
  if (what == "code") {
    return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                   MAP_FAILED
               ? 18
               : 19;
  }
  if (what == "loop") {
    volatile bool for_ever = true;
    while (for_ever) {
    }
  }
  if (what == "memory") {
    std::vector<std::string> kept;
    while (true) kept.emplace_back(1 << 20, 'x');
  }
  if (what == "talk") {
    const std::string line(1 << 16, 'x');
    while (true) say(line);
  }
  if (what == "crash") ::abort();
  if (what == "wait") ::read(STDIN_FILENO, nullptr, 0);
  return 20;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const bartizan::Status entered =
      bartizan::sandbox::enter({.memory_bytes = 256 << 20, .cpu = std::chrono::seconds(1)});
  if (!entered.ok()) return 3;
  try {
    return attempt(argv[1]);
  } catch (const std::bad_alloc&) {
    return 4;
  }
}
