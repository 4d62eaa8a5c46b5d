#include "detect/app/apple_signature.h"

#include <algorithm>
#include <string_view>

#include "parse/cms/parser.h"

namespace bartizan::detect {
namespace {

constexpr std::string_view kAppleRoots[] = {
    "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",  // Apple Root CA
    "c2b9b042dd57830e7d117dac55ac8ae19407d38e41d88f3215bc3a890444a050",  // Apple Root CA - G2
    "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179",  // Apple Root CA - G3
};

}  // namespace

Result<parse::SignedMessage> read_apple_signature(Bytes message, std::optional<Bytes> content) {
  return parse::parse_signed_message(message,
                                     {.detached_content = content, .anchors = kAppleRoots});
}

bool is_apple_anchored(const parse::SignedMessage& message) {
  return std::any_of(
      message.signers.begin(), message.signers.end(),
      [](const parse::CmsSigner& signer) { return signer.trust == parse::CmsTrust::kAnchored; });
}

}  // namespace bartizan::detect
