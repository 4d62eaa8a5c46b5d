// A signed CMS message: what was signed, and by whom.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "parse/anomaly.h"
#include "parse/x509/types.h"

namespace bartizan::parse {

// Unknown is not "untrusted": nobody gave an anchor that the certificate leads to.
enum class CmsTrust { kUnknown, kAnchored };

struct CmsSigner {
  Certificate certificate;
  bool self_signed = false;
  CmsTrust trust = CmsTrust::kUnknown;
  std::optional<Timestamp> signing_time;  // as the signer claims
};

struct SignedMessage {
  bool detached = false;              // the content lies elsewhere
  std::vector<std::uint8_t> content;  // empty when detached
  // Every signer's signature over the content verifies with that signer's certificate. False: one
  // does not, or there is none. Whether the certificate may be believed is another question.
  bool verified = false;
  std::vector<CmsSigner> signers;         // claimed, not proven, unless verified
  std::vector<Certificate> certificates;  // all that the message carries
  std::vector<Anomaly> anomalies;
  bool truncated = false;
};

}  // namespace bartizan::parse
