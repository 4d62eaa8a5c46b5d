#include "connect/siem/event_cef.h"

#include "base/json.h"

namespace bartizan::connect {
namespace {

// The value at "alert.subject.key", or nothing.
const json::value* at(const json::object& event, std::string_view path) {
  const json::object* object = &event;
  while (true) {
    const std::size_t dot = path.find('.');
    const json::value* value = object->if_contains(path.substr(0, dot));
    if (value == nullptr || dot == std::string_view::npos) return value;
    if (!value->is_object()) return nullptr;
    object = &value->get_object();
    path.remove_prefix(dot + 1);
  }
}

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  return "";
}

// The first of the paths that holds a text or an integer.
std::string text_at(const json::object& event, std::initializer_list<std::string_view> paths) {
  for (const std::string_view path : paths) {
    if (const json::value* value = at(event, path)) {
      if (std::string text = text_of(*value); !text.empty()) return text;
    }
  }
  return "";
}

// A list as "a, b"; of objects, the named member of each.
std::string list_at(const json::object& event, std::string_view path, std::string_view member) {
  const json::value* value = at(event, path);
  if (value == nullptr || !value->is_array()) return "";
  std::string out;
  for (const json::value& item : value->get_array()) {
    const std::string text = item.is_object()
                                 ? std::string(get_string(item.get_object(), member).value_or(""))
                                 : text_of(item);
    if (!text.empty()) out.append(out.empty() ? "" : ", ").append(text);
  }
  return out;
}

std::string millis_at(const json::object& event, std::initializer_list<std::string_view> paths) {
  const Result<Timestamp> time = parse_rfc3339(text_at(event, paths));
  return time ? std::to_string(to_millis(*time)) : "";
}

void add_custom(CefEvent& cef, int number, std::string label, std::string value) {
  if (value.empty()) return;
  const std::string key = "cs" + std::to_string(number);
  cef.extension.emplace_back(key + "Label", std::move(label));
  cef.extension.emplace_back(key, std::move(value));
}

}  // namespace

Result<SiemEvent> siem_event(const OutboxItem& item, std::string_view product_version) {
  BARTIZAN_ASSIGN(const json::object event, parse_json_object(item.event));
  SiemEvent out;
  out.severity = parse_enum<Severity>(text_at(event, {"severity", "alert.severity",
                                                      "problem.severity", "threat.severity"}))
                     .value_or(Severity::kInformational);
  CefEvent& cef = out.cef;
  cef.version = product_version;
  cef.severity = cef_severity(out.severity);
  cef.event_class = text_at(event, {"threat.id", "threat", "alert.threat", "problem.threat"});
  if (cef.event_class.empty()) cef.event_class = item.kind;
  cef.name = text_at(event, {"threat.title", "title"});
  if (cef.name.empty()) cef.name = cef.event_class;

  auto& extension = cef.extension;
  const std::string happened = millis_at(event, {"occurred_at", "created_at", "at", "time"});
  extension.emplace_back("rt",
                         happened.empty() ? std::to_string(to_millis(item.created_at)) : happened);
  extension.emplace_back("externalId", item.id);
  extension.emplace_back("cat", item.kind);
  extension.emplace_back("deviceExternalId", item.device_id);
  extension.emplace_back("dvchost", text_at(event, {"device.name", "device_name"}));
  extension.emplace_back("suser", text_at(event, {"device.person", "person"}));
  // Of the end of a problem, why it ended says more than the finding that once began it.
  const bool resolved = item.kind == "problem.resolved";
  const std::string ended = resolved ? text_at(event, {"problem.resolved_by"}) : "";
  const bool failed = item.kind == "action.failed";
  const std::string because = failed ? list_at(event, "actions", "detail") : ended;
  extension.emplace_back(
      "msg", because.empty() ? text_at(event, {"finding.summary", "summary"}) : because);
  extension.emplace_back("act", list_at(event, "actions", "kind"));
  if (failed) extension.emplace_back("outcome", "failure");
  extension.emplace_back("cnt", text_at(event, {"alert.count", "problem.count", "count"}));
  extension.emplace_back("start", millis_at(event, {"alert.first_seen", "problem.first_seen"}));
  extension.emplace_back("end", millis_at(event, {"alert.last_seen", "problem.last_seen"}));
  std::string techniques = list_at(event, "techniques", "id");
  if (techniques.empty()) techniques = list_at(event, "threat.techniques", "id");
  if (techniques.empty()) techniques = list_at(event, "finding.techniques", "id");
  add_custom(cef, 1, "attackTechniques", techniques);
  std::string subject = text_at(event, {"subject.label", "alert.subject.label"});
  const std::string key = text_at(
      event, {"subject.key", "alert.subject.key", "problem.subject.key", "finding.subject.key"});
  if (subject.empty()) {
    subject = key;
  } else if (!key.empty() && key != subject) {
    subject += " (" + key + ")";
  }
  add_custom(cef, 2, "subject", subject);
  add_custom(cef, 3, "rule", text_at(event, {"finding.rule", "rule"}));
  add_custom(cef, 4, "deviceGroup", text_at(event, {"device.group", "group"}));
  add_custom(cef, 5, "alertId", text_at(event, {"alert.id", "alert_id"}));
  add_custom(cef, 6, "deviceRisk", text_at(event, {"device.risk", "risk"}));
  const std::string confidence =
      text_at(event, {"confidence", "alert.confidence", "finding.confidence"});
  if (!confidence.empty()) {
    extension.emplace_back("cn1Label", "confidence");
    extension.emplace_back("cn1", confidence);
  }
  return out;
}

}  // namespace bartizan::connect
