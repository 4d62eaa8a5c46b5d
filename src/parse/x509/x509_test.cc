#include <gtest/gtest.h>

#include "base/file.h"
#include "parse/x509/parser.h"

namespace bartizan::parse {
namespace {

// Made by tools/build_apps --fuzz-corpus.
std::string sample() {
  return read_file("fuzz/corpus/x509/debug.der", kMaxCertificateBytes).value_or("");
}

TEST(X509, FactsOfACertificate) {
  const std::string der = sample();
  const Result<Certificate> certificate = parse_certificate(as_bytes(der));
  ASSERT_TRUE(certificate.ok()) << certificate.error().message;
  EXPECT_EQ(certificate->subject, "CN=Android Debug,O=Android,C=US");
  EXPECT_EQ(certificate->issuer, certificate->subject);
  EXPECT_EQ(certificate->key_type, "EC");
  EXPECT_EQ(certificate->key_bits, 256);
  EXPECT_EQ(certificate->sha256.size(), 64u);
  EXPECT_EQ(certificate->sha1.size(), 40u);
  EXPECT_EQ(certificate->not_after - certificate->not_before, std::chrono::days(3650));
  EXPECT_FALSE(certificate->public_key.empty());
}

TEST(X509, WhatIsNotOneIsAnError) {
  std::string der = sample();
  EXPECT_FALSE(parse_certificate(as_bytes("")).ok());
  EXPECT_FALSE(parse_certificate(as_bytes("not DER")).ok());
  EXPECT_FALSE(parse_certificate(as_bytes(der + "x")).ok());
  EXPECT_FALSE(parse_certificate(as_bytes(std::string_view(der).substr(0, der.size() - 1))).ok());
  const std::string large(kMaxCertificateBytes + 1, '0');
  EXPECT_EQ(parse_certificate(as_bytes(large)).error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace bartizan::parse
