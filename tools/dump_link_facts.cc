// What the trainer of the model of links learns from: facts and hashed pieces of text, by the very
// code that judges. Built by ./dev train links.
//
//   dump_link_facts CONTENT OUT < ADDRESSES
//
// Writes OUT.facts (int32, kLinkFacts an address), OUT.ends (uint64: where the pieces of each
// channel of each address end) and OUT.grams (uint32 buckets), in the byte order of the machine,
// and one line an address on standard output: its registrable domain, a tab, its host; empty where
// it could not be read.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "detect/link/likeness.h"
#include "detect/link/link_facts.h"
#include "intel/content.h"

namespace {

using namespace bartizan;

template <typename Value>
void write(std::ofstream& out, const Value* values, std::size_t count) {
  out.write(reinterpret_cast<const char*>(values),
            static_cast<std::streamsize>(count * sizeof(Value)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: dump_link_facts CONTENT OUT < ADDRESSES\n", stderr);
    return 2;
  }
  const auto content = intel::Content::load(argv[1]);
  if (!content.ok()) {
    std::fprintf(stderr, "%s\n", content.error().message.c_str());
    return 2;
  }
  const std::string name = argv[2];
  std::ofstream facts_file(name + ".facts", std::ios::binary);
  std::ofstream ends_file(name + ".ends", std::ios::binary);
  std::ofstream grams_file(name + ".grams", std::ios::binary);
  std::uint64_t end = 0;
  std::array<std::vector<std::uint32_t>, intel::kLinkChannels> grams;
  for (std::string line; std::getline(std::cin, line);) {
    for (auto& channel : grams) channel.clear();
    detect::LinkFacts facts{};
    const auto address = detect::read_link(line, (*content)->public_suffixes());
    if (address.ok()) {
      const detect::LinkText text(*address);
      const auto likeness = detect::find_likeness(*address, **content);
      facts =
          detect::find_link_facts(*address, text, likeness ? likeness->confidence : 0, **content);
      detect::visit_grams(text, [&](intel::LinkChannel channel, std::uint32_t bucket) {
        grams[static_cast<std::size_t>(channel)].push_back(bucket);
      });
      std::cout << address->registrable_domain << '\t' << address->url.host;
    }
    std::cout << '\n';
    write(facts_file, facts.data(), facts.size());
    for (const auto& channel : grams) {
      write(grams_file, channel.data(), channel.size());
      end += channel.size();
      write(ends_file, &end, 1);
    }
  }
  facts_file.flush();
  ends_file.flush();
  grams_file.flush();
  return facts_file.good() && ends_file.good() && grams_file.good() ? 0 : 1;
}
