// One address judged by itself, as a person asks about it: on the command line and over the API
// alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "detect/link/address.h"
#include "intel/content.h"
#include "model/finding.h"

namespace bartizan::detect {

// kError: it is no address a browser would open.
enum class LinkVerdict { kAllow, kWarn, kBlock, kError };

struct CheckedLink {
  std::string text;                    // as given
  std::optional<LinkAddress> address;  // absent: kError
  std::string error;                   // one sentence, for kError
  std::vector<Finding> findings;
  LinkVerdict verdict = LinkVerdict::kError;
  // What a model gave the address, 0 to 1, and from which score on it warns; absent where none was
  // asked.
  std::optional<double> score;
  std::optional<double> threshold;
};

// Whether the model of links suspects the address and nothing else speaks against it.
bool only_suspected(const CheckedLink& checked);

// Looks nothing up. The same address gives the same finding ids, whoever asks and whenever.
CheckedLink check_link(const std::string& text, const intel::Content& content, Timestamp now);

// {"url","verdict","score","threshold","reasons","findings"} and either "error" or
// "host","registrable_domain","anomalies". Reasons are sentences: what was found, or why it is no
// address. Malformed bytes are U+FFFD.
json::object to_json(const CheckedLink& checked);

std::string_view to_string(LinkVerdict verdict);

}  // namespace bartizan::detect
