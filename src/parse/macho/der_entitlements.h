// Entitlements in DER, which iOS 15 and newer believe rather than the XML.
#pragma once

#include "base/byte_reader.h"
#include "base/result.h"
#include "parse/plist/types.h"

namespace bartizan::parse {

// A dictionary. kInvalid: not the structure; kLimit: deeper or larger than the bounds of plist.
Result<PlistValue> parse_der_entitlements(Bytes der);

}  // namespace bartizan::parse
