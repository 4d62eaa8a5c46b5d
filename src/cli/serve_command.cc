#include "cli/serve_command.h"

#include <pthread.h>
#include <signal.h>

#include <filesystem>
#include <string_view>

#include "base/log.h"
#include "cli/content_location.h"
#include "cli/flags.h"
#include "server/serve.h"

namespace bartizan::cli {
namespace {

constexpr std::string_view kHelp =
    "bartizan serve --data DIR [--listen ADDR:PORT] [OPTIONS]\n"
    "\n"
    "Runs the server until it is told to end (SIGINT, SIGTERM). When ready it prints one JSON "
    "line\n"
    "with its addresses; at an installation's first start the line also holds the first password.\n"
    "\n"
    "  --data DIR                 everything of the installation; made when it is not there\n"
    "  --listen ADDR:PORT         console and API for people (default 127.0.0.1:8443)\n"
    "  --device-listen ADDR:PORT  phones, by mutual TLS (default: the port after)\n"
    "  --enrol-listen ADDR:PORT   phones that have no certificate yet (default: the one after "
    "that)\n"
    "  --name HOST                the name by which people and phones reach this server\n"
    "  --content DIR              the content pack (default: BARTIZAN_CONTENT, or content beside\n"
    "                             the program)\n"
    "  --console DIR              the built console (default: console beside the program)\n"
    "  --no-tls                   no TLS for people, behind a proxy; loopback addresses only\n"
    "  --json                     accepted for uniformity; the ready line is JSON anyway\n"
    "\n"
    "Examples:\n"
    "  bartizan serve --data /var/lib/bartizan --listen 127.0.0.1:8443\n"
    "  bartizan serve --data ./data --listen 0.0.0.0:8443 --name mtd.example.org\n"
    "\n"
    "Exit status: 0 it ended when told to, 2 it could not start.\n";

// What `option` says, or else the port `distance` after the one for people.
Result<server::Endpoint> endpoint_of(const Flags& flags, std::string_view option,
                                     const server::Endpoint& people, int distance) {
  if (const std::string text = flags.value(option); !text.empty())
    return server::parse_endpoint(text);
  server::Endpoint out = people;
  out.derived = true;
  if (people.port == 0) return out;
  if (people.port + distance > 65535)
    return Error{ErrorCode::kInvalid,
                 "no port is left after --listen's " + std::to_string(people.port) +
                     " for phones: give --device-listen and --enrol-listen, or a lower --listen"};
  out.port = static_cast<std::uint16_t>(people.port + distance);
  return out;
}

std::filesystem::path default_console() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path("console") : program.parent_path() / "console";
}

Result<server::ServeOptions> options_of(const Flags& flags) {
  if (!flags.words().empty())
    return Error{ErrorCode::kInvalid, "unexpected word '" + flags.words().front() + "'"};
  server::ServeOptions out;
  BARTIZAN_ASSIGN(out.data, flags.required("--data"));
  BARTIZAN_ASSIGN(out.people, server::parse_endpoint(flags.value("--listen", "127.0.0.1:8443")));
  BARTIZAN_ASSIGN(out.devices, endpoint_of(flags, "--device-listen", out.people, 1));
  BARTIZAN_ASSIGN(out.enrolment, endpoint_of(flags, "--enrol-listen", out.people, 2));
  BARTIZAN_ASSIGN(out.content, find_content(flags.value("--content")));
  const std::string console = flags.value("--console");
  out.console = console.empty() ? default_console() : std::filesystem::path(console);
  out.plain_people = flags.has("--no-tls");
  out.name = flags.value("--name");
  return out;
}

int fail(std::ostream& err, const Error& error) {
  err << "bartizan serve: " << error.message << "\n";
  return 2;
}

}  // namespace

int run_serve(std::span<const std::string> args, std::ostream& out, std::ostream& err) {
  const auto flags = Flags::parse(args,
                                  {"--data", "--listen", "--device-listen", "--enrol-listen",
                                   "--name", "--content", "--console"},
                                  {"--no-tls", "--json"});
  if (!flags) return fail(err, flags.error());
  if (flags->help()) {
    out << kHelp;
    return 0;
  }
  const auto options = options_of(*flags);
  if (!options) return fail(err, options.error());
  // Before any thread is made, so that all of them leave the signals to this one.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  {
    const auto running = server::RunningServer::start(*options);
    if (!running) return fail(err, running.error());
    out << json::serialize((*running)->ready_line()) << std::endl;
    int signal_number = 0;
    sigwait(&signals, &signal_number);
    log::info("stopping", {{"signal", std::to_string(signal_number)}});
  }
  log::info("stopped");
  return 0;
}

}  // namespace bartizan::cli
