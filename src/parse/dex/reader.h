// The steps in which parse_dex reads a file, for the sources of this folder alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parse/dex/types.h"

namespace bartizan::parse::dex {

// Keeps the first case of each oddity and counts the rest: a hostile file has millions. Ids are
// string literals, compared by address first.
class OddityLog {
 public:
  // `at` is an offset or index, written after `where`: "string 12".
  void note(std::string_view id, std::string_view where, std::uint64_t at, std::string_view detail);
  // Counts one more of an oddity that is known. False: it is not, and note() wants the text that a
  // caller in a hot loop has not made yet.
  bool again(std::string_view id);
  std::vector<Anomaly> take() &&;

 private:
  struct Oddity {
    std::string_view id;
    Anomaly first;
    std::uint64_t count;
  };
  std::vector<Oddity> oddities_;
};

// What may still be read of the file. Tables of an honest file share nothing, so reading it takes
// its size once; a hostile one can point a million items at the same bytes.
class WorkBudget {
 public:
  explicit WorkBudget(std::size_t file_size) : left_(file_size * 2 + 4096) {}
  bool spend(std::size_t bytes) {
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }

 private:
  std::size_t left_;
};

// Unsigned LEB128 numbers one after the other. After the first that is cut or too long `failed`
// stays true and every number is 0.
class LebReader {
 public:
  explicit LebReader(Bytes bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  std::uint32_t next() {
    std::uint32_t value = 0;
    for (int shift = 0; shift < 35 && at_ != end_; shift += 7) {
      const std::uint8_t byte = *at_++;
      value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    failed = true;
    at_ = end_;
    return 0;
  }
  const std::uint8_t* position() const { return at_; }

  bool failed = false;

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

struct Reading {
  DexFile& dex;
  OddityLog& log;
  WorkBudget& budget;
  std::vector<std::uint32_t> class_data;   // offset for each class; 0: none
  std::vector<std::uint32_t> code_offset;  // for each method; 0: none

  // Data is missing from the result: says so once.
  void over_budget(std::string_view what);
};

// Each returns what of the format's document it is named after. They run in this order.
bool read_header(Reading& reading);
void read_map(Reading& reading);
void read_strings(Reading& reading);
void check_tables(Reading& reading);
void read_classes(Reading& reading);
void read_class_data(Reading& reading);
void read_code(Reading& reading);
void read_fingerprint(Reading& reading);

}  // namespace bartizan::parse::dex
