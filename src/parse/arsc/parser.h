// resources.arsc, as far as finding a resource's text needs it (AOSP frameworks/base
// ResourceTypes.h: ResTable_header, ResTable_package, ResTable_type, ResTable_entry).
//
// Anomalies: arsc.wrong_root_type arsc.wrong_file_size arsc.wrong_package_count arsc.bad_chunk
// arsc.second_string_pool arsc.same_package_twice arsc.bad_type, and those of string pools, axml.*
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "parse/anomaly.h"
#include "parse/axml/string_pool.h"

namespace bartizan::parse {

inline constexpr std::size_t kMaxArscBytes = 64 << 20;

inline constexpr std::uint16_t kAnyDensity = 0xfffe;  // of what scales by itself, as XML does
inline constexpr std::uint16_t kNoDensity = 0xffff;   // never scaled

// What a resource is on some screens: a text, the path of a file, or a colour.
struct ResourceVariant {
  std::uint16_t density = 0;  // dots an inch; 0: not stated, which is 160
  std::string text;
  std::optional<std::uint32_t> argb;  // of a colour, which has no text
};

// Refers to the bytes it was parsed from, which must outlive it.
class ResourceTable {
 public:
  // Never fails: what makes no sense is passed over and reported.
  static ResourceTable parse(Bytes bytes);

  const std::vector<Anomaly>& anomalies() const { return anomalies_; }

  // The text of resource 0xPPTTEEEE (a string, or the path of a file such as an icon) in the
  // default configuration, else in the first that has it; references are followed. Nothing: it is
  // not there, or is no text. Time is linear in the table for each reference followed, eight at
  // most.
  std::optional<std::string> text(std::uint32_t resource_id) const;

  // Its different texts in all configurations, references followed as above, `most` at most.
  std::vector<std::string> texts(std::uint32_t resource_id, std::size_t most) const;

  // What it is in each configuration, in the table's order, and then in those of what it refers to,
  // eight references at most; `most` at most. Values that are neither text nor colour are left out.
  std::vector<ResourceVariant> variants(std::uint32_t resource_id, std::size_t most) const;

 private:
  struct Type {  // of one configuration
    std::uint8_t id = 0;
    std::uint8_t flags = 0;
    std::uint32_t entry_count = 0;
    std::size_t entries_start = 0;  // in `body`
    bool any_language = false;
    std::uint16_t density = 0;
    Bytes body;  // behind the header
  };
  struct Package {
    std::uint32_t id = 0;
    std::vector<Type> types;
  };
  struct Value {
    std::uint8_t type;
    std::uint32_t data;
  };
  struct Chunk;
  class Reader;

  std::optional<Value> find(std::uint32_t resource_id) const;
  std::optional<std::string> text_of(Value value) const;
  // Calls `visit(type, value)` for each configuration that has the resource, until it is false.
  template <typename Visit>
  void visit_values(std::uint32_t resource_id, const Visit& visit) const;
  static std::optional<Value> value_in(const Type& type, std::uint32_t index);

  StringPool strings_;
  std::vector<Package> packages_;
  std::map<std::uint32_t, std::uint32_t> staged_;  // provisional ids -> the final ones
  std::vector<Anomaly> anomalies_;
};

// For one question alone.
std::optional<std::string> find_string_resource(Bytes table, std::uint32_t resource_id);

}  // namespace bartizan::parse
