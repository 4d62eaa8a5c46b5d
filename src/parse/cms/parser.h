// CMS signed data (RFC 5652), by OpenSSL behind bounds: provisioning profiles, configuration
// profiles and code signatures of iOS.
//
// Anomalies: cms.trailing_data cms.signer_without_certificate cms.no_signer cms.bad_certificate
// cms.limit
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/cms/types.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxCmsBytes = 16 << 20;
inline constexpr int kMaxCmsCertificates = 64;
inline constexpr int kMaxCmsSigners = 16;

struct CmsOptions {
  std::optional<Bytes> detached_content;  // what a detached signature is over
  // SHA-256 (hex) of certificates that are believed. A signer is anchored when its certificate
  // leads, through those the message carries, to one of them. Dates are not looked at: there is no
  // clock here, and Apple's signatures outlive the certificates.
  std::span<const std::string_view> anchors;
};

// Starts like a message of this kind; says nothing about the rest.
bool looks_like_cms(Bytes bytes);

// kInvalid: no CMS signed data. kLimit: larger than kMaxCmsBytes. A signature that does not verify
// is a message with `verified` false.
Result<SignedMessage> parse_signed_message(Bytes bytes, const CmsOptions& options);

}  // namespace bartizan::parse
