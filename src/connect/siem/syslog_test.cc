#include "connect/siem/syslog.h"

#include <gtest/gtest.h>

#include "connect/siem/syslog_connector.h"

namespace bartizan::connect {
namespace {

SyslogMessage message() {
  return {.facility = 16,
          .severity = SyslogSeverity::kError,
          .time = from_millis(1'772'357'400'123),
          .host_name = "guard.example",
          .app_name = "bartizan",
          .message_id = "problem.opened",
          .text = "CEF:0|x"};
}

TEST(Syslog, FormatsAsRfc5424) {
  EXPECT_EQ(format_syslog(message()),
            "<131>1 2026-03-01T09:30:00.123Z guard.example bartizan - problem.opened - CEF:0|x");
}

TEST(Syslog, StructuredDataIsEscaped) {
  SyslogMessage with = message();
  with.elements = {{.id = "x@32473", .parameters = {{"a=\"]b", "q\" b\\ c] d\n"}, {"n", ""}}}};
  const std::string line = format_syslog(with);
  EXPECT_NE(line.find(R"( [x@32473 ab="q\" b\\ c\] d " n=""] CEF:0|x)"), std::string::npos) << line;
}

TEST(Syslog, HeaderFieldsKeepPrintableAsciiAndTheirLimits) {
  SyslogMessage odd = message();
  odd.host_name = "gu ard\n\xC3\xA9.example";
  odd.app_name = std::string(60, 'a');
  odd.message_id = " ";
  EXPECT_NE(format_syslog(odd).find(" guard.example " + std::string(48, 'a') + " - - - "),
            std::string::npos);
}

TEST(Syslog, TextIsOneLineWithoutByteOrderMark) {
  SyslogMessage odd = message();
  odd.text = "Zo\xC3\xAB\nx";
  EXPECT_TRUE(format_syslog(odd).ends_with(" - Zo\xC3\xAB x"));
}

TEST(Syslog, AFrameCountsOctets) { EXPECT_EQ(frame_syslog("Zo\xC3\xAB"), "4 Zo\xC3\xAB"); }

// A receiver that breaks on demand.
struct Receiver {
  std::string received;
  int dials = 0;
  bool refuse_dial = false;
  bool fail_write = false;
  int break_after_looks = -1;  // of one connection; negative: never
};

class FakeStream : public net::ByteStream {
 public:
  explicit FakeStream(Receiver& receiver) : receiver_(receiver) {}
  Status write(std::string_view bytes) override {
    if (receiver_.fail_write) return Error{ErrorCode::kUnavailable, "broken pipe"};
    receiver_.received += bytes;
    return {};
  }
  bool broken() override {
    return receiver_.break_after_looks >= 0 && looks_++ >= receiver_.break_after_looks;
  }

 private:
  Receiver& receiver_;
  int looks_ = 0;
};

struct SyslogConnectorTest : testing::Test {
  SyslogConnector connector{
      {.id = "siem", .host_name = "guard", .product_version = "0.1.0"},
      [this]() -> Result<std::unique_ptr<net::ByteStream>> {
        ++receiver.dials;
        if (receiver.refuse_dial) return Error{ErrorCode::kUnavailable, "connection refused"};
        return std::unique_ptr<net::ByteStream>(std::make_unique<FakeStream>(receiver));
      },
      [](std::chrono::milliseconds) {}};
  std::vector<OutboxItem> items = {{.id = "1", .kind = "problem.opened", .event = "{}"},
                                   {.id = "2", .kind = "problem.resolved", .event = "broken"}};
  Receiver receiver;

  void expect_none_delivered(const SendReport& report, std::string_view error) {
    ASSERT_EQ(report.results.size(), 2u);
    EXPECT_EQ(report.results[0].outcome, Outcome::kFailed);
    EXPECT_EQ(report.results[0].error, error);
    EXPECT_EQ(report.results[1].outcome, Outcome::kPassedOver);
  }
};

TEST_F(SyslogConnectorTest, WritesFramesOnOneConnectionThatIsKept) {
  for (int i = 0; i < 2; ++i) {
    const SendReport report = connector.send(items, {});
    ASSERT_EQ(report.results.size(), 2u);
    for (const SendResult& result : report.results) EXPECT_EQ(result.outcome, Outcome::kDelivered);
  }
  EXPECT_EQ(receiver.dials, 1);
  const std::string once = receiver.received.substr(0, receiver.received.size() / 2);
  EXPECT_EQ(receiver.received, once + once);
  const std::size_t space = once.find(' ');
  const std::size_t length = std::stoul(once.substr(0, space));
  const std::string first = once.substr(space + 1, length);
  EXPECT_TRUE(
      first.starts_with("<134>1 1970-01-01T00:00:00.000Z guard bartizan - problem.opened "
                        R"([origin software="Bartizan" swVersion="0.1.0"] CEF:0|)"))
      << first;
  const std::string second = once.substr(space + 1 + length);
  EXPECT_EQ(second.size(), std::stoul(second) + second.find(' ') + 1);
  EXPECT_NE(second.find("Event that cannot be read"), std::string::npos);
}

TEST_F(SyslogConnectorTest, ARefusedConnectionDeliversNothing) {
  receiver.refuse_dial = true;
  expect_none_delivered(connector.send(items, {}), "connection refused");
}

TEST_F(SyslogConnectorTest, AFailedWriteDeliversNothingAndDialsAnew) {
  receiver.fail_write = true;
  expect_none_delivered(connector.send(items, {}), "broken pipe");
  receiver.fail_write = false;
  EXPECT_EQ(connector.send(items, {}).results[1].outcome, Outcome::kDelivered);
  EXPECT_EQ(receiver.dials, 2);
}

TEST_F(SyslogConnectorTest, AConnectionThatEndsWithinTheGraceDeliversNothing) {
  for (const int looks : {0, 3, 25}) {
    receiver.break_after_looks = looks;
    expect_none_delivered(connector.send(items, {}),
                          "the receiver ended the connection, or refused our certificate");
  }
  EXPECT_EQ(receiver.dials, 3);
}

}  // namespace
}  // namespace bartizan::connect
