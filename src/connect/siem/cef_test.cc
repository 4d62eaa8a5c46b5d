#include "connect/siem/cef.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "connect/siem/event_cef.h"

namespace bartizan::connect {
namespace {

TEST(Cef, HeaderEscapesPipeAndBackslashAlone) {
  EXPECT_EQ(escape_cef_header(R"(a|b\c=d)"), R"(a\|b\\c=d)");
  EXPECT_EQ(escape_cef_header("two\nlines\tand\x7f"), "two lines and ");
}

TEST(Cef, ValuesEscapeEqualsBackslashAndLineBreaksAlone) {
  EXPECT_EQ(escape_cef_value(R"(a|b\c=d)"), R"(a|b\\c\=d)");
  EXPECT_EQ(escape_cef_value("one\r\ntwo\tthree"), R"(one\r\ntwo three)");
}

TEST(Cef, FormatsOneLine) {
  EXPECT_EQ(format_cef({.version = "1|0",
                        .event_class = "app.spyware",
                        .name = "Spy = bad",
                        .severity = 99,
                        .extension = {{"msg", "a=b"}, {"suser", ""}, {"cs1", "x | y"}}}),
            R"(CEF:0|Bartizan|Bartizan|1\|0|app.spyware|Spy = bad|10|msg=a\=b cs1=x | y)");
}

TEST(Cef, LongValuesAreCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "é";
  const std::string line = format_cef({.extension = {{"dvchost", name}}});
  EXPECT_EQ(line.substr(line.find("dvchost=") + 8), name.substr(0, 200));  // 100 of two bytes
}

// Undoes the escaping, as a receiver does: keys end at an unescaped '='.
std::map<std::string, std::string> parse_extension(std::string_view text) {
  std::map<std::string, std::string> out;
  std::string key;
  std::string word;
  std::string value;
  const auto end_word = [&] {
    if (!value.empty()) value += ' ';
    value += word;
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      const char next = text[++i];
      word += next == 'n' ? '\n' : next == 'r' ? '\r' : next;
    } else if (text[i] == '=') {
      if (!key.empty()) out[key] = value;
      key = word;
      word.clear();
      value.clear();
    } else if (text[i] == ' ') {
      end_word();
    } else {
      word += text[i];
    }
  }
  end_word();
  out[key] = value;
  return out;
}

OutboxItem item_of(const json::object& event) {
  return {.id = "0190a8f0-0000-7000-8000-000000000001",
          .device_id = "0190a8f0-0000-7000-8000-0000000000d1",
          .kind = "problem.opened",
          .event = json::serialize(event),
          .created_at = from_millis(1'772'357'400'123)};
}

TEST(SiemEvent, MapsTheFieldsASiemKnows) {
  const json::object event{
      {"severity", "high"},
      {"device", {{"name", "Ada's | Pixel"}, {"person", "Ada = L."}, {"group", "sales"}}},
      {"threat", {{"id", "app.spyware"}, {"title", "Spyware"}}},
      {"subject", {{"kind", "app"}, {"key", "org.spy"}, {"label", "Sync\nService"}}},
      {"finding", {{"summary", "Package \\ signer = known"}, {"rule", "indicator/package"}}},
      {"techniques", {"T1430", "T1636"}},
      {"actions", {{{"kind", "notify_user"}}, {{"kind", "ask_remove_app"}}}},
      {"confidence", 95}};
  const auto mapped = siem_event(item_of(event), "0.1.0");
  ASSERT_TRUE(mapped.ok());
  EXPECT_EQ(mapped->severity, Severity::kHigh);
  const std::string line = format_cef(mapped->cef);
  const std::string header = "CEF:0|Bartizan|Bartizan|0.1.0|app.spyware|Spyware|8|";
  ASSERT_TRUE(line.starts_with(header)) << line;
  const auto fields = parse_extension(std::string_view(line).substr(header.size()));
  const std::map<std::string, std::string> expected{
      {"rt", "1772357400123"},
      {"externalId", "0190a8f0-0000-7000-8000-000000000001"},
      {"cat", "problem.opened"},
      {"deviceExternalId", "0190a8f0-0000-7000-8000-0000000000d1"},
      {"dvchost", "Ada's | Pixel"},
      {"suser", "Ada = L."},
      {"msg", "Package \\ signer = known"},
      {"act", "notify_user, ask_remove_app"},
      {"cs1Label", "attackTechniques"},
      {"cs1", "T1430, T1636"},
      {"cs2Label", "subject"},
      {"cs2", "Sync\nService (org.spy)"},
      {"cs3Label", "rule"},
      {"cs3", "indicator/package"},
      {"cs4Label", "deviceGroup"},
      {"cs4", "sales"},
      {"cn1Label", "confidence"},
      {"cn1", "95"}};
  EXPECT_EQ(fields, expected);
}

TEST(SiemEvent, AFailedActionSaysWhatFailedAndWhy) {
  OutboxItem item = item_of(
      {{"severity", "high"},
       {"threat", {{"id", "link.homograph"}, {"title", "Look-alike"}}},
       {"finding", nullptr},
       {"actions", {{{"kind", "block_domain"}, {"state", "failed"}, {"detail", "No VPN."}}}}});
  item.kind = "action.failed";
  const std::string line = format_cef(siem_event(item, "0.1.0")->cef);
  for (const char* part :
       {"cat=action.failed", "msg=No VPN.", "act=block_domain", "outcome=failure"})
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
}

TEST(SiemEvent, MissingMembersLeaveFieldsOut) {
  const auto mapped = siem_event(item_of({}), "0.1.0");
  ASSERT_TRUE(mapped.ok());
  EXPECT_EQ(format_cef(mapped->cef),
            "CEF:0|Bartizan|Bartizan|0.1.0|problem.opened|problem.opened|1|rt=1772357400123 "
            "externalId=0190a8f0-0000-7000-8000-000000000001 cat=problem.opened "
            "deviceExternalId=0190a8f0-0000-7000-8000-0000000000d1");
}

TEST(SiemEvent, MembersOfTheWrongTypeLeaveFieldsOut) {
  const auto mapped = siem_event(item_of({{"severity", 7},
                                          {"device", "phone"},
                                          {"threat", json::array{1, 2}},
                                          {"actions", "lock"},
                                          {"finding", nullptr}}),
                                 "0.1.0");
  ASSERT_TRUE(mapped.ok());
  EXPECT_EQ(mapped->severity, Severity::kInformational);
  EXPECT_FALSE(siem_event({.event = "[]"}, "0.1.0").ok());
}

TEST(SiemEvent, EverySeverityHasItsPlaceFromNothingToTen) {
  int last = 0;
  for (const Severity severity : {Severity::kInformational, Severity::kLow, Severity::kMedium,
                                  Severity::kHigh, Severity::kCritical}) {
    EXPECT_GT(cef_severity(severity), last);
    last = cef_severity(severity);
  }
  EXPECT_EQ(last, 10);
}

}  // namespace
}  // namespace bartizan::connect
