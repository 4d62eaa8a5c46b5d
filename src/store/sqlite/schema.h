// The tables, and how an older file becomes one of today.
#pragma once

#include "base/result.h"
#include "store/sqlite/database.h"

namespace bartizan::store::sqlite {

// Brings the writer's database up to the newest schema, each step in a transaction of its own.
// kUnsupported when the file was written by a newer program.
Status migrate(Database& database);

}  // namespace bartizan::store::sqlite
