#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store::sqlite {
namespace {

constexpr Listing kScannedApps{.name = "scanned_apps", .columns = "scanned_at, sha256"};
// The columns of fields(ScannedApp&), the report left empty: a page of them would be megabytes; and
// so what lies behind it in a row.
constexpr std::string_view kSummaryColumns =
    "sha256, package, label, version_name, verdict, size, scanned_at, scanned_by, '', '', '', '', "
    "''";

}  // namespace

Status SqliteRows::put_scanned_app(const ScannedApp& app) {
  static const std::string kPut = insert_or_replace("scanned_apps", "sha256", kScannedAppColumns);
  return database_.run(kPut, tenant_, fields(app));
}

Result<std::optional<ScannedApp>> SqliteRows::scanned_app(std::string_view sha256) {
  static const std::string kGet = select(kScannedAppColumns, "scanned_apps", " AND sha256 = ?");
  return first<ScannedApp>(database_.query(kGet, tenant_, sha256));
}

Result<bool> SqliteRows::has_scanned_app(std::string_view sha256) {
  static const std::string kHas = select("1", "scanned_apps", " AND sha256 = ?");
  return database_.query(kHas, tenant_, sha256).step();
}

Result<Page<ScannedApp>> SqliteRows::scanned_apps(const ScannedAppFilter& filter,
                                                  const PageRequest& page) {
  Query query{.text = select(kSummaryColumns, "scanned_apps", ""), .values = {tenant_}};
  query.where_any("verdict", filter.verdicts);
  if (!filter.text.empty()) {
    query.where(R"((label LIKE ? ESCAPE '\' OR package LIKE ? ESCAPE '\')"
                R"( OR sha256 LIKE ? ESCAPE '\'))");
    query.values.insert(query.values.end(), 2, containing(filter.text));
    query.values.emplace_back(beginning_with(filter.text));
  }
  return page_of<ScannedApp>(kScannedApps, std::move(query), page, ReadFields(),
                             [](const ScannedApp& app) {
                               return std::vector<Value>{to_millis(app.scanned_at), app.sha256};
                             });
}

Result<std::vector<ComparedApp>> SqliteRows::compared_apps(int limit) {
  // All of it lies in the index scanned_apps_compared.
  static const std::string kList =
      select("sha256, package, label, verdict, signer, signers_past, tlsh, icon_hash",
             "scanned_apps", " AND (tlsh <> '' OR icon_hash <> '') ORDER BY sha256 LIMIT ?");
  return all<ComparedApp>(
      database_.query(kList, tenant_, limit), [](Statement& statement, ComparedApp& app) {
        statement.read(app.sha256, app.package, app.label, app.verdict, app.signer.signer,
                       app.signer.past, app.tlsh, app.icon_hash);
        return statement.readable();
      });
}

}  // namespace bartizan::store::sqlite
