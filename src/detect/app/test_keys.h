// Keys that anybody may sign with.
#pragma once

#include <string_view>

#include "parse/x509/types.h"

namespace bartizan::detect {

// The name of the key ("testkey", "platform", "debug" ...) when its private half is published with
// Android's sources, or is what build tools make for debugging; empty: neither.
std::string_view test_key_name(const parse::Certificate& signer);

}  // namespace bartizan::detect
