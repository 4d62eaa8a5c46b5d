// Times as HTTP headers carry them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace bartizan::net {

// IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7): the one form that may be
// sent. kInvalid: anything else; the name of the day is not checked against the date.
Result<Timestamp> parse_http_date(std::string_view text);

}  // namespace bartizan::net
