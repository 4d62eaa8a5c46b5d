// The facts the classifier asks for, read from an app in one pass over its manifest and DEX tables.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "detect/app/model.h"
#include "intel/app_model.h"
#include "parse/axml/types.h"
#include "parse/dex/types.h"

namespace bartizan::detect {

// Finds which of a few words a text contains, in one look at each byte (Aho and Corasick, 1975).
class WordMatcher {
 public:
  // At most 64 words, of at most 1,000 bytes together.
  explicit WordMatcher(const std::vector<std::string>& words);
  // Bit i: the text contains word i.
  std::uint64_t find(std::string_view text) const;
  std::size_t shortest() const { return shortest_; }

 private:
  std::vector<std::array<std::uint16_t, 256>> next_;  // by state; 0 is the start
  std::vector<std::uint64_t> found_;                  // by state
  std::size_t shortest_ = 0;
};

// Collects facts for one app. What was looked at and has a fact makes it present; a fact that was
// found nowhere is absent only when all of where it could be was read.
class AppFactReader {
 public:
  // Borrows the model.
  explicit AppFactReader(const intel::AppModel& model);

  void look_at(const parse::AndroidManifest& manifest);
  void look_at(const parse::DexFile& dex);
  // Some code could not be read.
  void miss_code() { code_complete_ = false; }

  // A manifest and code were seen: without either there is nothing to judge.
  bool enough() const { return manifest_seen_ && code_seen_; }
  std::vector<FactState> take() &&;

 private:
  void set(std::size_t fact) { states_[fact] = FactState::kPresent; }
  void add_exact(std::string_view text, std::size_t fact);
  std::uint16_t token_of(std::string_view text);
  std::uint16_t look_at_string(std::string_view text);
  void look_at_methods(const parse::DexFile& dex, const std::vector<std::uint16_t>& tokens);

  const intel::AppModel& model_;
  std::vector<FactState> states_;
  bool manifest_seen_ = false;
  bool manifest_complete_ = false;
  bool code_seen_ = false;
  bool code_complete_ = true;

  std::unordered_multimap<std::string_view, std::size_t> manifest_facts_;
  // Strings of a DEX file that matter: numbered from 1, each with the facts it shows by itself.
  std::unordered_map<std::string_view, std::uint16_t> tokens_;
  std::vector<std::vector<std::size_t>> token_facts_;
  std::uint64_t token_sizes_ = 0;  // bit n: a token of n bytes; bit 63: of 63 or more
  std::map<std::pair<std::uint16_t, std::uint16_t>, std::size_t> calls_;  // class, name
  std::vector<std::size_t> word_facts_;                                   // by word
  std::uint64_t words_left_ = 0;  // bit i: word i was not found yet
  WordMatcher words_;
};

}  // namespace bartizan::detect
