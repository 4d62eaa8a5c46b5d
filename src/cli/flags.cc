#include "cli/flags.h"

#include <algorithm>

namespace bartizan::cli {
namespace {

bool is_among(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Result<Flags> Flags::parse(std::span<const std::string> args,
                           std::initializer_list<std::string_view> options,
                           std::initializer_list<std::string_view> switches) {
  Flags out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    std::string name = args[i];
    if (name == "-h") name = "--help";
    if (!name.starts_with("--")) {
      out.words_.push_back(name);
      continue;
    }
    const std::size_t equals = name.find('=');
    const std::string written = name.substr(0, equals);
    if (equals == std::string::npos && (written == "--help" || is_among(switches, written))) {
      out.switches_.insert(written);
      continue;
    }
    if (!is_among(options, written)) return Error{ErrorCode::kInvalid, "unknown option " + written};
    std::string value;
    if (equals != std::string::npos) {
      value = name.substr(equals + 1);
    } else if (i + 1 < args.size()) {
      value = args[++i];
    } else {
      return Error{ErrorCode::kInvalid, written + " wants a value"};
    }
    if (!out.values_.emplace(written, value).second)
      return Error{ErrorCode::kInvalid, written + " is given twice"};
  }
  return out;
}

std::string Flags::value(std::string_view name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string(fallback) : found->second;
}

Result<std::string> Flags::required(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty())
    return Error{ErrorCode::kInvalid, std::string(name) + " is missing"};
  return found->second;
}

}  // namespace bartizan::cli
