// Published indicators of known bad apps, files and addresses, compiled for lookup.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/tlsh.h"

namespace bartizan::intel {

enum class IndicatorKind {
  kPackage,       // Android package or iOS bundle id, as published (case matters)
  kSignerSha256,  // SHA-256 of the signer's certificate, lower-case hex
  kSignerSha1,    // SHA-1 of it: what older sources publish
  kFileSha256,
  kUrl,     // host and path without scheme, query and fragment: "example.com/login"
  kHost,    // this host alone
  kDomain,  // this name and everything below it
  kTlsh,    // TLSH of the code, as published: "T1" and 70 hex digits
};
enum class IndicatorType { kStalkerware, kWatchware, kSpyware, kMalware, kPhishing };

std::string_view to_string(IndicatorKind value);
std::string_view to_string(IndicatorType value);

struct Indicator {
  IndicatorKind kind = IndicatorKind::kPackage;
  std::string value;
  IndicatorType type = IndicatorType::kMalware;
  std::string name;    // of the malware, tool or campaign
  std::string source;  // who published it, as NOTICE names them
  int confidence = 0;  // 0-100
  int distance = 30;   // of kTlsh: how far apart what it means may be

  bool operator==(const Indicator&) const = default;
};

inline constexpr std::size_t kMaxIndicatorFileBytes = 16 << 20;
inline constexpr std::size_t kMaxIndicatorText = 2048;  // characters of a value or name

// One file of indicators. "# key: value" lines come first: `source` (required), `confidence`
// (default 90), `distance` (of TLSH, default 30), and `kind`, `type`, `name` for rows that are a
// value alone. Every other row is kind, value, type and name, separated by tabs. Errors read
// "file:line: message".
Result<std::vector<Indicator>> parse_indicators(std::string_view text, const std::string& file);

// Immutable once built. Of two indicators with the same kind and value the more confident one is
// kept, and of equals the first. The pointers live as long as the set.
class IndicatorSet {
 public:
  explicit IndicatorSet(std::vector<Indicator> indicators = {});

  const Indicator* find_package(std::string_view package) const;
  // Hex of either case.
  const Indicator* find_signer(std::string_view sha256, std::string_view sha1) const;
  const Indicator* find_file(std::string_view sha256) const;
  // `host` is lower-case ASCII, `path` as in the URL, without query. A path indicator matches the
  // path itself, with or without a final slash.
  const Indicator* find_url(std::string_view host, std::string_view path) const;
  // The nearest within its own distance.
  struct Near {
    const Indicator* indicator = nullptr;
    int distance = 0;
  };
  std::optional<Near> find_near(std::string_view tlsh) const;
  // Exactly this host.
  const Indicator* find_host(std::string_view host) const;
  // `host` itself or one of its parents, the longest first, down to two labels at least. The caller
  // sees which from the indicator's value, and decides whether a match on a hosting platform
  // counts.
  const Indicator* find_domain(std::string_view host) const;

  std::size_t size() const { return indicators_.size(); }
  const std::vector<Indicator>& all() const { return indicators_; }  // ordered by kind, value

 private:
  const Indicator* find(IndicatorKind kind, std::string_view value) const;
  std::vector<Indicator> indicators_;
  std::vector<TlshDigest> tlsh_;  // of the indicators from first_tlsh_ on
  std::size_t first_tlsh_ = 0;
};

}  // namespace bartizan::intel
