#include "detect/link/link_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "detect/link/lure_words.h"

namespace bartizan::detect {
namespace {

using intel::LinkModelNode;

constexpr double kSumUnit = 1000;

struct FactWords {
  std::string_view fact;
  std::string_view words;
};

constexpr FactWords kWords[] = {
    {"text_host", "its host is spelt as those of phishing sites are"},
    {"text_host_words", "its host has words that phishing sites use"},
    {"text_label", "its name is made as those of phishing sites are"},
    {"text_subdomain", "what stands before its name is usual for phishing"},
    {"text_path", "its path is spelt as those of phishing pages are"},
    {"text_path_words", "its path has words that phishing pages use"},
    {"text_suffix", "its suffix is one that phishing prefers"},
    {"label_digit_share", "its name is full of digits"},
    {"host_digits", "its host has many digits"},
    {"host_digit_run", "its host has many digits"},
    {"label_vowel_share", "its name is hardly a word"},
    {"label_consonant_run", "its name is hardly a word"},
    {"label_entropy", "its name looks random"},
    {"label_distinct", "its name looks random"},
    {"label_hyphens", "its name is put together with hyphens"},
    {"host_hyphens", "its host is put together with hyphens"},
    {"on_platform", "anybody gets a name on that platform"},
    {"address_host", "its host is a bare number"},
    {"port_given", "it asks for an odd port"},
    {"path_page", "it leads to a kind of page that phishing prefers"},
    {"path_random_word", "its path has words that look random"},
    {"path_entropy", "its path looks random"},
    {"mail_in_url", "somebody's mail address is in it"},
    {"url_in_url", "another address is hidden in it"},
    {"host_lures", "its host has words that lure"},
    {"path_lures", "its path has words that lure"},
    {"brand_in_subdomain", "a well-known name stands before its own"},
    {"brand_in_label", "it bears a well-known name"},
    {"brand_in_path", "a well-known name is in its path"},
    {"likeness", "it imitates a well-known name"},
    {"tricks", "it is written to mislead"},
    {"shortener", "it is a short link that hides where it leads"},
    {"popular", "its site is not among the well-known ones"},
};

std::int64_t leaf_of(std::span<const LinkModelNode> nodes, std::uint32_t at,
                     const LinkInputs& inputs) {
  while (nodes[at].fact >= 0) {
    const LinkModelNode& node = nodes[at];
    at = inputs[static_cast<std::size_t>(node.fact)] <= node.most ? at + 1 : node.above;
  }
  return nodes[at].value;
}

template <typename Visit>
void walk(const intel::LinkModel& model, const LinkInputs& inputs, const Visit& visit) {
  const std::span<const LinkModelNode> nodes = model.nodes();
  for (const std::uint32_t root : model.roots()) {
    std::uint32_t at = root;
    while (nodes[at].fact >= 0) {
      const LinkModelNode& node = nodes[at];
      const std::uint32_t next =
          inputs[static_cast<std::size_t>(node.fact)] <= node.most ? at + 1 : node.above;
      visit(static_cast<std::size_t>(node.fact), nodes[next].value - node.value);
      at = next;
    }
  }
}

}  // namespace

LinkInputs link_inputs(const LinkAddress& address, int likeness, const intel::Content& content) {
  const LinkText text(address);
  const std::span<const std::int8_t> weights = content.link_model().weights();
  std::array<std::int32_t, intel::kLinkChannels> sums{};
  std::array<std::int32_t, intel::kLinkChannels> counts{};
  visit_grams(text, [&](intel::LinkChannel channel, std::uint32_t bucket) {
    const auto at = static_cast<std::size_t>(channel);
    sums[at] += weights[bucket];
    ++counts[at];
  });
  LinkInputs inputs{};
  std::int32_t all = 0;
  for (std::size_t i = 0; i < intel::kLinkChannels; ++i) {
    if (counts[i] == 0) continue;
    inputs[i] =
        static_cast<std::int32_t>(std::floor(kSumUnit * sums[i] / std::sqrt(double(counts[i]))));
    all += inputs[i];
  }
  inputs[intel::kLinkChannels] = all;
  const LinkFacts facts = find_link_facts(address, text, likeness, content);
  std::copy(facts.begin(), facts.end(), inputs.begin() + intel::kLinkSums);
  return inputs;
}

std::int64_t score_link(const intel::LinkModel& model, const LinkInputs& inputs) {
  std::int64_t score = 0;
  for (const std::uint32_t root : model.roots()) score += leaf_of(model.nodes(), root, inputs);
  return score;
}

bool reaches(const intel::LinkModel& model, const LinkInputs& inputs, std::int64_t threshold) {
  std::int64_t score = 0;
  for (std::size_t i = 0; i < model.roots().size(); ++i) {
    if (score + model.most_from()[i] < threshold) return false;
    score += leaf_of(model.nodes(), model.roots()[i], inputs);
  }
  return score >= threshold;
}

LinkScore explain_link(const intel::LinkModel& model, const LinkInputs& inputs) {
  LinkScore out{.score = score_link(model, inputs), .contributions = {}};
  std::array<std::int64_t, intel::kLinkFactNames.size()> moved{};
  walk(model, inputs, [&](std::size_t fact, std::int64_t points) { moved[fact] += points; });
  for (std::size_t i = 0; i < moved.size(); ++i) {
    if (moved[i] != 0) out.contributions.push_back({intel::kLinkFactNames[i], moved[i]});
  }
  std::stable_sort(out.contributions.begin(), out.contributions.end(),
                   [](const LinkContribution& a, const LinkContribution& b) {
                     return std::abs(a.points) > std::abs(b.points);
                   });
  return out;
}

std::string_view words_for(std::string_view fact) {
  for (const FactWords& words : kWords) {
    if (words.fact == fact) return words.words;
  }
  return {};
}

std::vector<std::string> telling_words(const LinkAddress& address, const intel::Content& content) {
  constexpr int kTelling = 12;  // of 39
  constexpr std::size_t kMost = 3;
  const LinkText text(address);
  const std::span<const std::int8_t> weights = content.link_model().weights();
  std::vector<std::pair<int, std::string_view>> words;
  const auto look = [&](intel::LinkChannel channel, std::string_view part, auto may_say) {
    gram::for_each_word(part, [&](std::string_view word) {
      const int weight = weights[gram::bucket_of(gram::hash_of(channel, word))];
      if (weight >= kTelling && word.size() >= 3 && may_say(word))
        words.emplace_back(-weight, word);
    });
  };
  look(intel::LinkChannel::kHostWord, text.host, [](std::string_view) { return true; });
  // A path may hold names and keys: only words known to lure are quoted of it.
  const std::string_view path = std::string_view(text.path).substr(0, text.path.find('?'));
  look(intel::LinkChannel::kPathWord, path,
       [](std::string_view word) { return is_strong_lure(word) || is_weak_lure(word); });
  std::stable_sort(words.begin(), words.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> out;
  for (const auto& [weight, word] : words) {
    if (out.size() < kMost && std::find(out.begin(), out.end(), word) == out.end())
      out.emplace_back(word);
  }
  return out;
}

double shown_score(std::int64_t score) {
  return 1 / (1 + std::exp(-static_cast<double>(score) / static_cast<double>(intel::kScoreUnit)));
}

}  // namespace bartizan::detect
