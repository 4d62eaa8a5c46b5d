// Whose signature it is on Apple's platforms.
#pragma once

#include <optional>

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/cms/types.h"

namespace bartizan::detect {

// A CMS message whose signers are looked up among Apple's root certificates, known by their
// digests (apple.com/certificateauthority). `content` is what a detached signature is over.
Result<parse::SignedMessage> read_apple_signature(Bytes message, std::optional<Bytes> content = {});

// True when a signer leads to one of Apple's roots.
bool is_apple_anchored(const parse::SignedMessage& message);

}  // namespace bartizan::detect
