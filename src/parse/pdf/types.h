// Where the links of a PDF lead.
#pragma once

#include <string>
#include <vector>

#include "parse/anomaly.h"

namespace bartizan::parse {

struct PdfLinks {
  std::vector<std::string> urls;  // as written, each once
  std::vector<Anomaly> anomalies;
  bool truncated = false;
};

}  // namespace bartizan::parse
