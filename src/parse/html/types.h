// What a page of HTML says to the person who looks at it, and where it would take them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::parse {

struct HtmlToken {
  enum class Kind { kStartTag, kEndTag, kText };
  Kind kind = Kind::kText;
  std::string name;  // of a tag, lower-case
  // In the order written, names lower-case, character references replaced; a name's first counts.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  // of kText, character references replaced
  bool self_closing = false;

  // Empty when it is not there.
  const std::string& attribute(const char* wanted) const;
  bool has(const char* wanted) const;
};

struct HtmlTokens {
  std::vector<HtmlToken> tokens;
  std::vector<Anomaly> anomalies;
  bool truncated = false;
};

struct HtmlLink {
  std::string url;      // as written, spaces around it removed
  std::string text;     // what stands for it on the page, runs of white space as one space
  bool image = false;   // a picture is part of what stands for it
  bool hidden = false;  // inside what is not shown
};

struct HtmlForm {
  std::string action;               // may be empty
  bool password = false;            // asks for one
  std::vector<std::string> fields;  // names of the fields a person fills in; at most kMaxFormFields
};

struct HtmlImage {
  std::string url;     // as written
  bool pixel = false;  // one pixel wide or high, or hidden: there to be fetched and not seen
};

struct HtmlPage {
  std::string title;
  std::string text;         // shown, one space or line break between blocks
  std::string hidden_text;  // not shown: display:none, size 0 and the like
  std::vector<HtmlLink> links;
  std::vector<HtmlForm> forms;
  std::vector<HtmlImage> images;
  std::vector<std::string> scripts;  // addresses of scripts, frames and objects
  std::string base;                  // of <base href>
  std::string refresh;               // where <meta http-equiv=refresh> goes
  bool has_script = false;
  std::vector<Anomaly> anomalies;
  bool truncated = false;
};

}  // namespace bartizan::parse
