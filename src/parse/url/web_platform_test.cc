// The web platform tests' vectors for addresses and host names, where the corpus is present.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "parse/url/host.h"
#include "parse/url/url_record.h"

namespace bartizan::parse {
namespace {

// Escapes of half a surrogate pair, which JSON readers refuse, as the replacement character.
std::string without_lone_surrogates(std::string text) {
  const auto surrogate_at = [&](std::size_t at, std::string_view digits) {
    return text.compare(at, 3, "\\ud") == 0 && at + 3 < text.size() &&
           digits.find(text[at + 3]) != std::string_view::npos;
  };
  for (std::size_t at = text.find("\\ud"); at != std::string::npos;
       at = text.find("\\ud", at + 6)) {
    if (surrogate_at(at, "89ab") && surrogate_at(at + 6, "cdef")) {
      at += 6;
    } else if (surrogate_at(at, "89abcdef")) {
      text.replace(at, 6, "\\ufffd");
    }
  }
  return text;
}

// The objects of one of the files; what else it holds are remarks.
std::vector<json::object> cases_of(const char* corpus, const char* file) {
  std::vector<json::object> out;
  const Result<std::string> text = read_file(std::filesystem::path(corpus) / "url" / file, 4 << 20);
  const Result<json::value> cases =
      text.ok() ? parse_json(without_lone_surrogates(*text)) : text.error();
  EXPECT_TRUE(cases.ok()) << file;
  if (!cases.ok()) return out;
  for (const json::value& item : cases->as_array()) {
    if (const json::object* object = item.if_object()) out.push_back(*object);
  }
  return out;
}

std::string text_of(const json::object& object, const char* key) {
  return std::string(get_string(object, key).value_or(""));
}

// As the vectors write it, with what stands before it, or nothing.
std::string with_sign(char sign, const std::optional<std::string>& text) {
  return !text || text->empty() ? "" : sign + *text;
}

void expect_parts(const json::object& wanted, const UrlRecord& url) {
  EXPECT_EQ(serialise(url), text_of(wanted, "href"));
  EXPECT_EQ(url.scheme + ":", text_of(wanted, "protocol"));
  EXPECT_EQ(url.username, text_of(wanted, "username"));
  EXPECT_EQ(url.password, text_of(wanted, "password"));
  EXPECT_EQ(serialise_host(url), text_of(wanted, "host"));
  EXPECT_EQ(url.host ? url.host->text : "", text_of(wanted, "hostname"));
  EXPECT_EQ(url.port ? std::to_string(*url.port) : "", text_of(wanted, "port"));
  EXPECT_EQ(url.path, text_of(wanted, "pathname"));
  EXPECT_EQ(with_sign('?', url.query), text_of(wanted, "search"));
  EXPECT_EQ(with_sign('#', url.fragment), text_of(wanted, "hash"));
  if (wanted.contains("origin")) {
    EXPECT_EQ(serialise_origin(url), text_of(wanted, "origin"));
  }
}

TEST(WebPlatformCorpus, AddressesAreReadAndWritten) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  int total = 0;
  for (const json::object& one : cases_of(corpus, "urltestdata.json")) {
    SCOPED_TRACE(json::serialize(one));
    ++total;
    std::optional<UrlRecord> base;
    if (const auto text = get_string(one, "base")) {
      const Result<UrlRecord> parsed = parse_url_record(*text);
      // A base that is no address fails what is relative to it.
      if (!parsed.ok()) {
        EXPECT_TRUE(get_bool(one, "failure").value_or(false));
        continue;
      }
      base = *parsed;
    }
    const Result<UrlRecord> url = parse_url_record(text_of(one, "input"), base ? &*base : nullptr);
    EXPECT_EQ(!url.ok(), get_bool(one, "failure").value_or(false));
    if (!url.ok()) continue;
    expect_parts(one, *url);
    // What is written is read again as the same.
    EXPECT_EQ(serialise(*parse_url_record(serialise(*url))), serialise(*url));
  }
  std::printf("web platform tests, addresses: %d cases\n", total);
  EXPECT_GE(total, 890);
}

TEST(WebPlatformCorpus, QueriesArePercentEncoded) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  const std::vector<json::object> cases = cases_of(corpus, "percent-encoding.json");
  for (const json::object& one : cases) {
    // The other encodings are those of documents: a link by itself has none.
    const json::object* outputs = one.at("output").if_object();
    ASSERT_NE(outputs, nullptr);
    const Result<UrlRecord> url = parse_url_record("https://example.com/?" + text_of(one, "input"));
    ASSERT_TRUE(url.ok());
    EXPECT_EQ(url->query, text_of(*outputs, "utf-8"));
  }
  EXPECT_GE(cases.size(), 7U);
}

// Inputs, as JSON strings, that Unicode 15 reads otherwise than the vectors' newer one.
std::set<std::string> newer_unicode_inputs() {
  std::set<std::string> out;
  std::ifstream in("tests/links/newer_unicode.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const Result<json::value> input = parse_json(line.substr(0, line.find('\t')));
    EXPECT_TRUE(input.ok() && input->is_string()) << line;
    if (input.ok()) out.insert(std::string(input->as_string()));
  }
  return out;
}

TEST(WebPlatformCorpus, NamesBecomeAscii) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  std::set<std::string> excused = newer_unicode_inputs();
  int total = 0;
  int right = 0;
  for (const char* file : {"toascii.json", "IdnaTestV2.json"}) {
    for (const json::object& one : cases_of(corpus, file)) {
      const std::string input = text_of(one, "input");
      if (input.empty()) continue;  // no host, rather than an empty one
      const auto wanted = get_string(one, "output");
      const Result<Host> got = parse_host(input);
      const bool agrees = wanted ? got.ok() && got->text == *wanted : !got.ok();
      ++total;
      right += agrees;
      if (agrees) continue;
      EXPECT_EQ(excused.erase(input), 1U)
          << json::serialize(one) << " became " << (got.ok() ? got->text : got.error().message);
    }
  }
  for (const std::string& input : excused) ADD_FAILURE() << "listed and not needed: " << input;
  std::printf("web platform tests, names to ASCII: %d of %d\n", right, total);
  EXPECT_GE(total, 2700);
}

}  // namespace
}  // namespace bartizan::parse
