#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.h"
#include "parse/cms/cms_builder.h"
#include "parse/cms/parser.h"

namespace bartizan::parse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SignedMessage parsed(const std::string& message, const CmsOptions& options = {}) {
  const Result<SignedMessage> out = parse_signed_message(as_bytes(message), options);
  EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.error().message);
  return out.ok() ? *out : SignedMessage{};
}

TEST(Cms, ContentAndSignerOfASignedMessage) {
  const TestIdentity signer = make_identity("Example signer");
  const std::string bytes = sign_message("hello", signer);
  EXPECT_TRUE(looks_like_cms(as_bytes(bytes)));
  const SignedMessage message = parsed(bytes);
  EXPECT_TRUE(message.verified);
  EXPECT_FALSE(message.detached);
  EXPECT_EQ(as_text(message.content), "hello");
  ASSERT_EQ(message.signers.size(), 1u);
  EXPECT_EQ(message.signers[0].certificate.subject, "CN=Example signer");
  EXPECT_EQ(message.signers[0].certificate.sha256, sha256_hex(as_bytes(signer.der())));
  EXPECT_TRUE(message.signers[0].self_signed);
  EXPECT_TRUE(message.signers[0].signing_time.has_value());
  EXPECT_THAT(message.anomalies, IsEmpty());
}

TEST(Cms, ChangedContentDoesNotVerifyAndTheSignerIsAClaim) {
  const TestIdentity signer = make_identity("Example signer");
  std::string bytes = sign_message("remove nothing", signer);
  bytes.replace(bytes.find("nothing"), 7, "it  all");
  const SignedMessage message = parsed(bytes);
  EXPECT_FALSE(message.verified);
  EXPECT_THAT(as_text(message.content), HasSubstr("remove it"));
  EXPECT_EQ(message.signers.size(), 1u);
}

TEST(Cms, ADetachedSignatureNeedsWhatItIsOver) {
  const TestIdentity signer = make_identity("Example signer");
  const std::string bytes = sign_message("code", signer, {}, TestContent::kDetached);
  EXPECT_TRUE(parsed(bytes).detached);
  EXPECT_FALSE(parsed(bytes).verified);
  EXPECT_TRUE(parsed(bytes, {.detached_content = as_bytes("code"), .anchors = {}}).verified);
  EXPECT_FALSE(parsed(bytes, {.detached_content = as_bytes("c0de"), .anchors = {}}).verified);
}

TEST(Cms, TrustIsUnknownWithoutAnAnchor) {
  const TestIdentity root = make_identity("Example root");
  const TestIdentity other_root = make_identity("Example root");  // of the same name
  const TestIdentity signer = make_identity("Example signer", &root);
  const std::string root_digest = sha256_hex(as_bytes(root.der()));
  const std::string other_digest = sha256_hex(as_bytes(other_root.der()));
  const auto trust = [&](const std::string& bytes, std::string_view anchor) {
    const SignedMessage message = parsed(bytes, {.anchors = {&anchor, 1}});
    EXPECT_TRUE(message.verified);
    return message.signers.at(0).trust;
  };
  const std::string with_root = sign_message("x", signer, {&root});
  EXPECT_EQ(trust(with_root, root_digest), CmsTrust::kAnchored);
  EXPECT_EQ(parsed(with_root).signers.at(0).trust, CmsTrust::kUnknown);
  EXPECT_EQ(trust(with_root, other_digest), CmsTrust::kUnknown);
  // An anchor that is there and did not sign the certificate.
  EXPECT_EQ(trust(sign_message("x", signer, {&other_root}), other_digest), CmsTrust::kUnknown);
  EXPECT_EQ(trust(sign_message("x", signer), root_digest), CmsTrust::kUnknown);
}

TEST(Cms, WhatFollowsTheMessageIsReported) {
  const std::string bytes = sign_message("x", make_identity("s")) + "more";
  EXPECT_THAT(anomaly_ids(parsed(bytes).anomalies), ElementsAre("cms.trailing_data"));
}

TEST(Cms, WhatIsNoSignedMessageIsAnError) {
  EXPECT_FALSE(looks_like_cms(as_bytes("0 not one")));
  EXPECT_EQ(parse_signed_message(as_bytes("not one"), {}).error().code, ErrorCode::kInvalid);
  const std::string whole = sign_message("x", make_identity("s"));
  for (std::size_t size = 0; size < whole.size(); size += 7)
    EXPECT_FALSE(parse_signed_message(as_bytes(whole.substr(0, size)), {}).ok()) << size;
}

}  // namespace
}  // namespace bartizan::parse
