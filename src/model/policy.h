// A policy as written: ordered rules of selector -> actions for one group of phones.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/enums.h"

namespace bartizan {

// A policy document and its place in history. `source` is the YAML; src/policy compiles it.
struct PolicyDocument {
  std::string id;   // "corporate", "personal"
  int version = 1;  // 1, 2, 3...; the highest is in force
  std::string source;
  std::string author;
  Timestamp created_at;
};

}  // namespace bartizan
