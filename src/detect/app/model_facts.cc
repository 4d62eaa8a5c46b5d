#include "detect/app/model_facts.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <deque>

namespace bartizan::detect {
namespace {

using intel::AppFact;
using intel::AppFactKind;

constexpr std::size_t kMaxWords = 64;
constexpr std::size_t kMaxWordBytes = 1000;

bool is_of_manifest(AppFactKind kind) {
  return kind == AppFactKind::kPermission || kind == AppFactKind::kAction;
}

// The words of facts of kind kText, as many as a WordMatcher takes, and whose they are.
std::vector<std::string> words_of(const intel::AppModel& model,
                                  std::vector<std::size_t>& word_facts) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < model.facts().size(); ++i) {
    if (model.facts()[i].kind != AppFactKind::kText) continue;
    for (const std::string& word : model.facts()[i].values) {
      words.push_back(word);
      word_facts.push_back(i);
    }
  }
  return words;
}

std::uint64_t size_bit(std::size_t size) {
  return std::uint64_t{1} << std::min<std::size_t>(size, 63);
}

}  // namespace

WordMatcher::WordMatcher(const std::vector<std::string>& words) : next_(1), found_(1) {
  assert(words.size() <= kMaxWords);
  next_[0].fill(0);
  for (std::size_t word = 0; word < words.size(); ++word) {
    std::uint16_t state = 0;
    for (const char c : words[word]) {
      std::uint16_t& next = next_[state][static_cast<unsigned char>(c)];
      if (next == 0) {
        next = static_cast<std::uint16_t>(next_.size());
        state = next;
        next_.emplace_back().fill(0);
        found_.push_back(0);
      } else {
        state = next;
      }
    }
    found_[state] |= std::uint64_t{1} << word;
    shortest_ = word == 0 ? words[word].size() : std::min(shortest_, words[word].size());
  }
  assert(next_.size() <= kMaxWordBytes + 1);
  // Breadth first, so that the state to fall back to is finished before those that need it.
  std::vector<std::uint16_t> fall_back(next_.size(), 0);
  std::deque<std::uint16_t> open;
  for (const std::uint16_t child : next_[0])
    if (child != 0) open.push_back(child);
  while (!open.empty()) {
    const std::uint16_t state = open.front();
    open.pop_front();
    found_[state] |= found_[fall_back[state]];
    for (std::size_t c = 0; c < 256; ++c) {
      std::uint16_t& next = next_[state][c];
      const std::uint16_t otherwise = next_[fall_back[state]][c];
      if (next == 0) {
        next = otherwise;
      } else {
        fall_back[next] = otherwise;
        open.push_back(next);
      }
    }
  }
}

std::uint64_t WordMatcher::find(std::string_view text) const {
  std::uint64_t found = 0;
  std::uint16_t state = 0;
  for (const char c : text) {
    state = next_[state][static_cast<unsigned char>(c)];
    found |= found_[state];
  }
  return found;
}

AppFactReader::AppFactReader(const intel::AppModel& model)
    : model_(model),
      states_(model.facts().size(), FactState::kAbsent),
      words_(words_of(model, word_facts_)) {
  words_left_ = word_facts_.size() == kMaxWords ? ~std::uint64_t{0}
                                                : (std::uint64_t{1} << word_facts_.size()) - 1;
  for (std::size_t i = 0; i < model.facts().size(); ++i) {
    const AppFact& fact = model.facts()[i];
    for (const std::string_view value : fact.values) {
      switch (fact.kind) {
        case AppFactKind::kPermission:
        case AppFactKind::kAction:
          manifest_facts_.emplace(value, i);
          break;
        case AppFactKind::kName:
        case AppFactKind::kClass:
          add_exact(value, i);
          break;
        case AppFactKind::kCall: {
          const std::size_t arrow = value.find("->");
          const std::uint16_t owner = token_of(value.substr(0, arrow));
          calls_.emplace(std::pair(owner, token_of(value.substr(arrow + 2))), i);
          break;
        }
        case AppFactKind::kText:
          break;
      }
    }
  }
}

void AppFactReader::add_exact(std::string_view text, std::size_t fact) {
  token_facts_[token_of(text) - 1].push_back(fact);
}

std::uint16_t AppFactReader::token_of(std::string_view text) {
  const auto [place, added] =
      tokens_.emplace(text, static_cast<std::uint16_t>(token_facts_.size() + 1));
  if (added) {
    token_facts_.emplace_back();
    token_sizes_ |= size_bit(text.size());
  }
  return place->second;
}

void AppFactReader::look_at(const parse::AndroidManifest& manifest) {
  manifest_seen_ = true;
  manifest_complete_ = !manifest.truncated;
  const auto look = [this](const std::string& text, AppFactKind kind) {
    const auto [first, last] = manifest_facts_.equal_range(text);
    for (auto place = first; place != last; ++place) {
      if (model_.facts()[place->second].kind == kind) set(place->second);
    }
  };
  for (const std::string& permission : manifest.permissions)
    look(permission, AppFactKind::kPermission);
  for (const parse::ManifestComponent& component : manifest.components) {
    look(component.permission, AppFactKind::kPermission);
    for (const std::string& action : component.actions) look(action, AppFactKind::kAction);
  }
}

void AppFactReader::look_at(const parse::DexFile& dex) {
  code_seen_ |= !dex.strings.empty();
  code_complete_ &= !dex.truncated;
  std::vector<std::uint16_t> tokens(dex.strings.size(), 0);
  for (std::size_t i = 0; i < dex.strings.size(); ++i)
    tokens[i] = look_at_string(dex.string(static_cast<std::uint32_t>(i)));
  look_at_methods(dex, tokens);
}

// The token the text is, or 0.
std::uint16_t AppFactReader::look_at_string(std::string_view text) {
  if (words_left_ != 0 && text.size() >= words_.shortest()) {
    for (std::uint64_t found = words_.find(text) & words_left_; found != 0; found &= found - 1) {
      const auto word = static_cast<std::size_t>(std::countr_zero(found));
      set(word_facts_[word]);
      words_left_ &= ~(std::uint64_t{1} << word);
    }
  }
  if ((token_sizes_ & size_bit(text.size())) == 0) return 0;
  const auto place = tokens_.find(text);
  if (place == tokens_.end()) return 0;
  for (const std::size_t fact : token_facts_[place->second - 1]) set(fact);
  return place->second;
}

void AppFactReader::look_at_methods(const parse::DexFile& dex,
                                    const std::vector<std::uint16_t>& tokens) {
  const auto token_at = [&](std::uint32_t string) {
    return string < tokens.size() ? tokens[string] : std::uint16_t{0};
  };
  for (std::uint32_t i = 0; i < dex.method_ids.count; ++i) {
    const parse::DexMethodId method = dex.method_id(i);
    const std::uint16_t owner = token_at(dex.type_string(method.class_type));
    if (owner == 0) continue;
    const std::uint16_t name = token_at(method.name);
    if (name == 0) continue;
    const auto call = calls_.find({owner, name});
    if (call != calls_.end()) set(call->second);
  }
}

std::vector<FactState> AppFactReader::take() && {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const bool of_manifest = is_of_manifest(model_.facts()[i].kind);
    const bool complete =
        of_manifest ? manifest_seen_ && manifest_complete_ : code_seen_ && code_complete_;
    if (states_[i] == FactState::kAbsent && !complete) states_[i] = FactState::kUnknown;
  }
  return std::move(states_);
}

}  // namespace bartizan::detect
