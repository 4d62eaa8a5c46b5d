// The options of a command: "--name value" or "--name=value", switches, and words between them.
#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::cli {

class Flags {
 public:
  // kInvalid names what is unknown, repeated, or lacks its value. "--help" and "-h" are always
  // switches.
  static Result<Flags> parse(std::span<const std::string> args,
                             std::initializer_list<std::string_view> options,
                             std::initializer_list<std::string_view> switches);

  bool has(std::string_view name) const { return switches_.contains(name); }
  bool help() const { return has("--help"); }
  std::string value(std::string_view name, std::string_view fallback = "") const;
  // kInvalid when the option was not given.
  Result<std::string> required(std::string_view name) const;
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::set<std::string, std::less<>> switches_;
  std::vector<std::string> words_;
};

}  // namespace bartizan::cli
