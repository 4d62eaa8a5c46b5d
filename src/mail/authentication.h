// Authentication-Results (RFC 8601) and Received-SPF (RFC 7208) as the receiving server wrote them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/link/mail_facts.h"

namespace bartizan::mail {

struct Header {
  std::string name;  // lower-case
  std::string value;
};

// One Authentication-Results value. Exchange Online leaves its own name out, which is read too.
detect::MailAuthentication parse_authentication_results(std::string_view value);

// Of a mail's headers in their order: the topmost results. Servers write above what came to them,
// some below their own Received line: results are believed where each such line above them is by
// their own operator, and by nobody but `server` when it is not empty; `untrusted` says that some
// were left out.
detect::MailAuthentication find_authentication(const std::vector<Header>& headers,
                                               const std::string& server, bool& untrusted);

}  // namespace bartizan::mail
