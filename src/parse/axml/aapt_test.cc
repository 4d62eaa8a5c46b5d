// Our reading of real manifests against that of an independent reader, Debian's aapt.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "parse/axml/parser.h"
#include "parse/zip/parser.h"

namespace bartizan::parse {
namespace {

struct Close {
  void operator()(std::FILE* stream) const { pclose(stream); }
};

// Standard output of `aapt dump xmltree` without indentation, prefixes, raw texts and line numbers;
// nothing: aapt is not installed.
std::optional<std::vector<std::string>> aapt_lines(const std::filesystem::path& apk) {
  const std::string command =
      "aapt dump xmltree '" + apk.string() + "' AndroidManifest.xml 2>/dev/null";
  const std::unique_ptr<std::FILE, Close> stream(popen(command.c_str(), "r"));
  if (!stream) return std::nullopt;
  std::string text;
  std::array<char, 4096> buffer;
  for (std::size_t got; (got = std::fread(buffer.data(), 1, buffer.size(), stream.get())) > 0;)
    text.append(buffer.data(), got);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    if (!line.starts_with("E: ") && !line.starts_with("A: ")) continue;
    for (const char* tail : {" (Raw: ", " (line="}) {
      const std::size_t cut = line.rfind(tail);
      if (cut != std::string::npos) line.resize(cut);
    }
    const std::size_t colon = line.find(':', 3);
    if (line.starts_with("A: ") && colon < line.find('=')) line.erase(3, colon - 2);
    out.push_back(std::move(line));
  }
  if (out.empty()) return std::nullopt;
  return out;
}

std::string hexadecimal(std::uint32_t value, const char* format) {
  std::array<char, 24> out;
  std::snprintf(out.data(), out.size(), format, value);
  return out.data();
}

std::string value_text(const AxmlAttribute& attribute) {
  switch (attribute.type) {
    case AxmlType::kNull:
      return "(null)";
    case AxmlType::kReference:
      return hexadecimal(attribute.data, "@0x%08x");
    case AxmlType::kThemeAttribute:
      return hexadecimal(attribute.data, "?0x%08x");
    case AxmlType::kString:
      return '"' + attribute.text + '"';
    default:
      return "(type " + hexadecimal(static_cast<std::uint32_t>(attribute.type), "0x%x") + ")" +
             hexadecimal(attribute.data, "0x%x");
  }
}

void append_lines(const AxmlElement& element, std::vector<std::string>& out) {
  out.push_back("E: " + element.name);
  for (const AxmlAttribute& attribute : element.attributes) {
    std::string line = "A: " + attribute.name;
    if (attribute.resource_id != 0) line += hexadecimal(attribute.resource_id, "(0x%08x)");
    out.push_back(line + "=" + value_text(attribute));
  }
  for (const AxmlElement& child : element.children) append_lines(child, out);
}

TEST(ManifestCorpus, RealManifestsAreReadAsAaptReadsThem) {
  const char* corpus = std::getenv("BARTIZAN_CORPUS");
  if (corpus == nullptr) GTEST_SKIP() << "corpus not present";
  std::size_t lines = 0, apps = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(corpus) / "apk/real")) {
    const auto expected = aapt_lines(file.path());
    if (!expected) GTEST_SKIP() << "aapt is not installed";
    const Result<MappedFile> mapped = MappedFile::open(file.path());
    const Result<ZipArchive> archive = parse_zip(mapped->bytes());
    const ZipEntry* entry = archive->find("AndroidManifest.xml");
    ASSERT_NE(entry, nullptr) << file.path();
    const Result<AxmlDocument> document =
        parse_axml(read_zip_entry(*archive, *entry, kMaxAxmlBytes).bytes);
    ASSERT_TRUE(document.ok()) << file.path();
    std::vector<std::string> got;
    append_lines(document->root, got);
    ASSERT_EQ(got.size(), expected->size()) << file.path();
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], (*expected)[i]) << file.path();
    lines += got.size();
    ++apps;
  }
  std::cout << lines << " elements and attributes of " << apps << " manifests are equal\n";
  EXPECT_EQ(apps, 9u);
}

}  // namespace
}  // namespace bartizan::parse
