#include "connect/notify/webhook.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/crypto.h"

namespace bartizan::connect {
namespace {

struct Posted {
  std::string method, target, body;
  std::vector<net::Header> headers;

  std::string header(std::string_view name) const {
    for (const net::Header& header : headers) {
      if (header.name == name) return header.value;
    }
    return "";
  }
};

class FakeClient : public net::HttpClient {
 public:
  using Answer = std::function<Result<net::Response>(const Posted&)>;
  FakeClient(std::vector<Posted>& posted, Answer answer)
      : posted_(posted), answer_(std::move(answer)) {}
  Result<net::Response> request(std::string_view method, std::string_view target, std::string body,
                                std::vector<net::Header> headers) override {
    posted_.push_back(
        {std::string(method), std::string(target), std::move(body), std::move(headers)});
    return answer_(posted_.back());
  }

  void cancel() override {}

 private:
  std::vector<Posted>& posted_;
  Answer answer_;
};

struct WebhookTest : testing::Test {
  SendReport send(FakeClient::Answer answer) {
    WebhookConnector connector(
        {.id = "hook", .path = "/in?x=1", .secret = "the secret", .product_version = "0.1.0"},
        std::make_unique<FakeClient>(posted, std::move(answer)), clock);
    return connector.send(items, {});
  }
  ManualClock clock{from_millis(1'772'357'400'999)};
  std::vector<OutboxItem> items = {
      {.id = "1", .device_id = "a", .kind = "problem.opened", .event = R"({"n":1})"},
      {.id = "2", .device_id = "a", .kind = "problem.resolved", .event = R"({"n":2})"},
      {.id = "3", .device_id = "b", .kind = "problem.opened", .event = R"({"n":3})"}};
  std::vector<Posted> posted;
};

std::vector<Outcome> outcomes(const SendReport& report) {
  std::vector<Outcome> out;
  for (const SendResult& result : report.results) out.push_back(result.outcome);
  return out;
}

using enum Outcome;
using Outcomes = std::vector<Outcome>;

Result<net::Response> answered(int status) { return net::Response{.status = status}; }

TEST_F(WebhookTest, PostsTheEventSigned) {
  const SendReport report = send([](const Posted&) { return answered(204); });
  EXPECT_EQ(outcomes(report), (Outcomes{kDelivered, kDelivered, kDelivered}));
  ASSERT_EQ(posted.size(), 3u);
  const Posted& first = posted[0];
  EXPECT_EQ(first.method, "POST");
  EXPECT_EQ(first.target, "/in?x=1");
  EXPECT_EQ(first.body, R"({"n":1})");
  EXPECT_EQ(first.header("Content-Type"), "application/json");
  EXPECT_EQ(first.header("X-Bartizan-Delivery"), "1");
  EXPECT_EQ(first.header("X-Bartizan-Event"), "problem.opened");
  // printf '1772357400.{"n":1}' | openssl dgst -sha256 -hmac 'the secret'
  EXPECT_EQ(first.header("X-Bartizan-Signature"),
            "t=1772357400,v1=9fb37a8a7c72825f28000a8f8baa82dbcf975a6ed10a7efe94f3fa3dd9bed28f");
}

TEST_F(WebhookTest, ARefusedEventHoldsItsDeviceBackAlone) {
  const SendReport report =
      send([](const Posted& post) { return answered(post.body == R"({"n":1})" ? 400 : 200); });
  EXPECT_EQ(outcomes(report), (Outcomes{kFailed, kPassedOver, kDelivered}));
  EXPECT_EQ(report.results[0].error, "the receiver answered 400");
  EXPECT_FALSE(report.receiver_gone);
}

TEST_F(WebhookTest, AReceiverInTroubleIsLeftAloneForNow) {
  for (const int status : {429, 500, 503}) {
    posted.clear();
    const SendReport report = send([&](const Posted&) { return answered(status); });
    EXPECT_EQ(outcomes(report), (Outcomes{kFailed, kPassedOver, kPassedOver}));
    EXPECT_EQ(posted.size(), 1u);
  }
}

TEST_F(WebhookTest, ARedirectIsNotFollowedAndNotDelivered) {
  const SendReport report = send([](const Posted&) { return answered(302); });
  EXPECT_EQ(outcomes(report), (Outcomes{kFailed, kPassedOver, kFailed}));
}

TEST_F(WebhookTest, NoConnectionIsAFailure) {
  const SendReport report = send([](const Posted&) -> Result<net::Response> {
    return Error{ErrorCode::kUnavailable, "connection refused"};
  });
  EXPECT_EQ(outcomes(report), (Outcomes{kFailed, kPassedOver, kPassedOver}));
  EXPECT_EQ(report.results[0].error, "connection refused");
}

TEST_F(WebhookTest, GoneMeansNeverAgain) {
  const SendReport report = send([](const Posted&) { return answered(410); });
  EXPECT_TRUE(report.receiver_gone);
  EXPECT_EQ(posted.size(), 1u);
}

TEST(WebhookSignature, DependsOnTimeSecretAndBody) {
  const Timestamp now = from_millis(5000);
  const std::string signature = webhook_signature("secret", now, "body");
  EXPECT_NE(signature, webhook_signature("secret2", now, "body"));
  EXPECT_NE(signature, webhook_signature("secret", now, "body2"));
  EXPECT_NE(signature, webhook_signature("secret", from_millis(6000), "body"));
  EXPECT_EQ(signature, webhook_signature("secret", from_millis(5999), "body"));
}

}  // namespace
}  // namespace bartizan::connect
