#include "net/http.h"

#include <gtest/gtest.h>

#include "net/client.h"
#include "net/message_reader.h"

namespace bartizan::net {
namespace {

Request parsed(std::string_view target) {
  Request request;
  const Status status = parse_target(target, request);
  EXPECT_TRUE(status.ok()) << target;
  return request;
}

TEST(Target, DecodesPathAndQuery) {
  const Request request = parsed("/v1/devices/a%20b?name=Ada+L%26&empty&x=%C3%A9#frag");
  EXPECT_EQ(request.path, "/v1/devices/a b");
  EXPECT_EQ(request.query_value("name"), "Ada L&");
  EXPECT_EQ(request.query_value("empty"), "");
  EXPECT_EQ(request.query_value("x"), "\xC3\xA9");
  EXPECT_FALSE(request.query_value("y"));
}

TEST(Target, ResolvesDotSegmentsWithoutLeavingTheRoot) {
  EXPECT_EQ(parsed("/a/./b/../c").path, "/a/c");
  EXPECT_EQ(parsed("/../../etc/passwd").path, "/etc/passwd");
  EXPECT_EQ(parsed("/a/%2e%2e/%2e%2e/b").path, "/b");
  EXPECT_EQ(parsed("/a/..").path, "/");
  EXPECT_EQ(parsed("/a/").path, "/a/");
  EXPECT_EQ(parsed("//a//b").path, "/a/b");
}

TEST(Target, AcceptsAbsoluteForm) {
  EXPECT_EQ(parsed("https://host:1/v1/x?y=1").path, "/v1/x");
  EXPECT_EQ(parsed("HTTP://host").path, "/");
}

TEST(Target, RefusesWhatIsMalformed) {
  Request request;
  for (const char* target : {"", "*", "v1", "/%", "/%4", "/%zz", "/%00", "/a%0ab", "/a%2fb",
                             "/x?y=%z", "https://host?x"}) {
    EXPECT_FALSE(parse_target(target, request).ok()) << target;
  }
  std::string many = "/x?";
  for (std::size_t i = 0; i <= kMaxQueryParameters; ++i) many += "a=1&";
  EXPECT_FALSE(parse_target(many, request).ok());
}

TEST(Request, FindsHeadersAndCookies) {
  Request request;
  request.headers = {{"Cookie", "a=1; __Host-bartizan=xyz=="}, {"cookie", "b=2"}, {"X-A", "first"}};
  EXPECT_EQ(request.cookie("__Host-bartizan"), "xyz==");
  EXPECT_EQ(request.cookie("b"), "2");
  EXPECT_FALSE(request.cookie("c"));
  EXPECT_EQ(request.header("x-a"), "first");
}

TEST(Responder, AnswersOnceAndNeverForgets) {
  std::vector<int> statuses;
  {
    Responder responder([&](Response response) { statuses.push_back(response.status); });
    Responder moved(std::move(responder));
    moved(json_response(200, "{}"));
    moved(json_response(201, "{}"));
  }
  {
    Responder forgotten([&](Response response) { statuses.push_back(response.status); });
  }
  EXPECT_EQ(statuses, (std::vector<int>{200, 500}));
}

TEST(Problem, CarriesItsExtraMembers) {
  const Response response = problem_response(413, "Too large", "At \"most\" 1.", {{"limit", "1"}});
  EXPECT_EQ(response.header("content-type"), "application/problem+json");
  EXPECT_NE(response.body.find(R"("limit":"1")"), std::string::npos);
  EXPECT_NE(response.body.find(R"("status":413)"), std::string::npos);
}

TEST(RequestReader, TakesPiecesAndLeavesTheNextMessage) {
  const std::string first = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
  const std::string both = first + "GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
  RequestReader whole(1024, {.in_memory = 1024});
  EXPECT_EQ(whole.feed(both), first.size());
  EXPECT_EQ(whole.state(), ReadState::kDone);
  EXPECT_EQ(whole.take().body, "body");
  RequestReader pieces(1024, {.in_memory = 1024});
  std::string input;
  for (const char c : first) {
    input += c;
    input.erase(0, pieces.feed(input));
  }
  ASSERT_EQ(pieces.state(), ReadState::kDone);
  EXPECT_EQ(pieces.take().body, "body");
}

int failure_of(const std::string& text) {
  RequestReader reader(512, {.in_memory = 16});
  reader.feed(text);
  return reader.state() == ReadState::kFailed ? reader.failure_status() : 0;
}

TEST(RequestReader, RefusesWhatItShould) {
  EXPECT_EQ(failure_of("rubbish\r\n\r\n"), 400);
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\n\r\n"), 400);                        // no host
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);  // two
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(600, 'x')), 431);
  EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n"), 413);
  EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "11\r\n01234567890123456\r\n0\r\n\r\n"),
            413);
  EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400);  // two lengths: smuggling
  EXPECT_EQ(failure_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                       "Content-Length: 4\r\n\r\nabcd"),
            400);
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nHost: a\r\nExpect: miracle\r\n\r\n"), 417);
}

TEST(Encode, DropsHeadersThatBreakTheFraming) {
  const Response response{200, {{"X", "a\r\nSet-Cookie: evil=1"}, {"Y", "fine"}}, "hi"};
  const std::string text = encode_response(response, false, true);
  EXPECT_EQ(text.find("evil"), std::string::npos);
  EXPECT_NE(text.find("Y: fine\r\n"), std::string::npos);
  EXPECT_NE(text.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\nhi"));
  EXPECT_EQ(encode_response({204, {}, ""}, false, true).find("Content-Length"), std::string::npos);
}

TEST(ServerUrl, ReadsHostsPortsAndPaths) {
  const auto url = parse_server_url("https://example.org:8443/hook?x=1");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "example.org");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/hook?x=1");
  EXPECT_EQ(parse_server_url("http://[::1]:80").value().host, "::1");
  EXPECT_EQ(parse_server_url("http://h").value().port, 80);
  for (const char* bad : {"h", "ftp://h", "https://", "https://h:0", "https://h:x",
                          "https://h:70000", "https://user@h/", "https://[::1"}) {
    EXPECT_FALSE(parse_server_url(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace bartizan::net
