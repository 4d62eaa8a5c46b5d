// Bodies that go to a file instead of memory.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include "net/client.h"
#include "net/server.h"

namespace bartizan::net {
namespace {

using namespace std::chrono_literals;

std::string content_of(const BodyFile& file) {
  std::string out(file.size(), '\0');
  EXPECT_EQ(::pread(file.descriptor(), out.data(), out.size(), 0),
            static_cast<ssize_t>(out.size()));
  return out;
}

class Upload : public testing::Test {
 protected:
  ServerOptions options() {
    ServerOptions out;
    out.limits.max_body_bytes = 1024;
    out.uploads = Uploads{.folder = std::filesystem::temp_directory_path(),
                          .max_bytes = 4 << 20,
                          .max_concurrent = 1,
                          .wanted = [](const Request& head) { return head.target == "/upload"; },
                          .refuse = [](const Request& head) -> std::optional<Response> {
                            if (head.header("authorization")) return std::nullopt;
                            return problem_response(401, "Unauthorized", "Sign in.");
                          }};
    return out;
  }

  static void answer(const Request& request, Responder respond) {
    if (!request.body_file) return respond(json_response(200, "memory " + request.body));
    const std::string content = content_of(*request.body_file);
    const bool intact = content.find_first_not_of('x') == std::string::npos;
    respond(json_response(200, "file " + std::to_string(content.size()) +
                                   (intact && request.body.empty() ? "" : " damaged")));
  }

  // Kept while a test wants an upload to be under way.
  std::unique_ptr<Server> serve(Handler handler = answer) {
    auto server = Server::start(options(), std::move(handler));
    EXPECT_TRUE(server.ok());
    return std::move(server).value();
  }

  static Result<Response> send(const Server& server, std::size_t size, bool signed_in = true,
                               const char* target = "/upload") {
    std::vector<Header> headers;
    if (signed_in) headers.push_back({"Authorization", "x"});
    return HttpClient::make({.host = "127.0.0.1", .port = server.port()})
        ->request("POST", target, std::string(size, 'x'), std::move(headers));
  }
};

TEST_F(Upload, GoesToAFileWhateverItsSize) {
  const auto server = serve();
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{3} << 20}) {
    const auto response = send(*server, size);
    ASSERT_TRUE(response.ok()) << response.error().message;
    EXPECT_EQ(response->body, "file " + std::to_string(size));
  }
}

TEST_F(Upload, OtherRequestsStayInMemoryWithinTheirLimit) {
  const auto server = serve();
  EXPECT_EQ(send(*server, 3, true, "/other")->body, "memory xxx");
  EXPECT_EQ(send(*server, 2000, true, "/other")->status, 413);
}

TEST_F(Upload, WhoMayNotIsToldBeforeTheBodyIsKept) {
  const auto server = serve([](const Request&, Responder) { FAIL() << "must not be handled"; });
  const auto response = send(*server, 2 << 20, false);
  ASSERT_TRUE(response.ok()) << response.error().message;
  EXPECT_EQ(response->status, 401);
}

TEST_F(Upload, TooLargeIs413) {
  const auto server = serve();
  EXPECT_EQ(send(*server, 5 << 20)->status, 413);
}

TEST_F(Upload, OneTooManyAtATimeIs503AndTheNextIsTaken) {
  std::promise<void> arrived;
  std::promise<void> go_on;
  const auto server = serve([&, first = true](const Request& request, Responder respond) mutable {
    if (std::exchange(first, false)) {
      arrived.set_value();
      go_on.get_future().wait();
    }
    answer(request, std::move(respond));
  });
  std::thread slow([&] { EXPECT_EQ(send(*server, 2 << 20)->status, 200); });
  arrived.get_future().wait();
  EXPECT_EQ(send(*server, 1)->status, 503);
  go_on.set_value();
  slow.join();
  // The file goes with the request, a moment after the answer.
  const auto end = std::chrono::steady_clock::now() + 10s;
  int status = 503;
  while (status == 503 && std::chrono::steady_clock::now() < end) {
    status = send(*server, 1)->status;
    if (status == 503) std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(status, 200);
}

}  // namespace
}  // namespace bartizan::net
