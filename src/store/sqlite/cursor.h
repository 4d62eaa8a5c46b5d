// Where a page ended: the ordering values of its last row, sealed so that callers cannot make one
// up or carry one to another tenant or listing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/sqlite/database.h"

namespace bartizan::store::sqlite {

// `scope` names the tenant and the listing. The text is base64url of a MAC and the values.
std::string seal_cursor(std::string_view key, std::string_view scope,
                        const std::vector<Value>& values);
// kInvalid when the text was not made by seal_cursor with this key and scope.
Result<std::vector<Value>> open_cursor(std::string_view key, std::string_view scope,
                                       std::string_view cursor);

}  // namespace bartizan::store::sqlite
