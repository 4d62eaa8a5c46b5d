#include "store/sqlite/sqlite_rows.h"

#include <algorithm>

#include "store/sqlite/cursor.h"

namespace bartizan::store::sqlite {
namespace {

constexpr int kMaxPage = 200;

std::string insert(std::string_view table, std::string_view columns) {
  std::string text =
      "INSERT INTO " + std::string(table) + " (tenant, " + std::string(columns) + ") VALUES (?";
  const auto others = 1 + std::count(columns.begin(), columns.end(), ',');
  for (auto i = others; i > 0; --i) text += ", ?";
  return text + ")";
}

std::vector<std::string> split(std::string_view columns) {
  std::vector<std::string> names;
  while (!columns.empty()) {
    const std::size_t comma = std::min(columns.find(", "), columns.size());
    names.emplace_back(columns.substr(0, comma));
    columns.remove_prefix(std::min(comma + 2, columns.size()));
  }
  return names;
}

}  // namespace

std::string insert_or_replace(std::string_view table, std::string_view key,
                              std::string_view columns) {
  std::string text =
      insert(table, columns) + " ON CONFLICT (tenant, " + std::string(key) + ") DO UPDATE SET ";
  bool comma = false;
  for (const std::string& name : split(columns)) {
    if (name == key) continue;
    text.append(comma ? ", " : "").append(name).append(" = excluded.").append(name);
    comma = true;
  }
  return text;
}

std::string insert_or_keep(std::string_view table, std::string_view key, std::string_view columns) {
  return insert(table, columns) + " ON CONFLICT (tenant, " + std::string(key) + ") DO NOTHING";
}

std::string select(std::string_view columns, std::string_view table, std::string_view rest) {
  return "SELECT " + std::string(columns) + " FROM " + std::string(table) + " WHERE tenant = ?" +
         std::string(rest);
}

std::string containing(std::string_view text) { return "%" + beginning_with(text); }

std::string beginning_with(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

Status SqliteRows::turn_to(const Listing& listing, const PageRequest& page, Query& query) const {
  if (page.limit < 1 || page.limit > kMaxPage)
    return Error{ErrorCode::kInvalid, "limit must be 1 to " + std::to_string(kMaxPage)};
  const std::vector<std::string> columns = split(listing.columns);
  if (!page.cursor.empty()) {
    BARTIZAN_ASSIGN(
        const std::vector<Value> values,
        open_cursor(cursor_key_, tenant_ + '\0' + std::string(listing.name), page.cursor));
    if (values.size() != columns.size())
      return Error{ErrorCode::kInvalid, "cursor is of another listing"};
    std::string condition = "(" + std::string(listing.columns) + ")";
    condition += listing.ascending ? " > (" : " < (";
    for (std::size_t i = 0; i < values.size(); ++i) condition += i == 0 ? "?" : ", ?";
    query.where(condition + ")");
    query.values.insert(query.values.end(), values.begin(), values.end());
  }
  query.text += " ORDER BY ";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    query.text.append(i == 0 ? "" : ", ").append(columns[i]);
    if (!listing.ascending) query.text += " DESC";
  }
  // One row more than wanted tells whether there is a next page.
  query.text += " LIMIT ?";
  query.values.emplace_back(std::int64_t{page.limit} + 1);
  return {};
}

std::string SqliteRows::end_of(const Listing& listing, const std::vector<Value>& values) const {
  return seal_cursor(cursor_key_, tenant_ + '\0' + std::string(listing.name), values);
}

}  // namespace bartizan::store::sqlite
