// What a behaviour may ask about an app: the facts of its file, whole, and what its code does.
#pragma once

#include "rules/condition.h"

namespace bartizan::intel {

// Every fact with its type. docs/behaviors.md says what each holds;
// src/detect/app/behavior_facts.cc fills them in.
const rules::FactSchema& app_fact_schema();

// Facts that stand at a place in the code, so that a behaviour may want them in one method or
// class.
bool is_code_fact(std::string_view field);

}  // namespace bartizan::intel
