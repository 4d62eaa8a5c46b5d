#include "store/sqlite/sqlite_rows.h"

namespace bartizan::store::sqlite {
namespace {

// The signers of a package, by going from one to the next in the key: thousands of phones have a
// package from the same one. Parameters 1 and 2: tenant and package.
constexpr std::string_view kSigners =
    "WITH RECURSIVE signers (signer) AS ("
    "SELECT min(signer) FROM app_signers WHERE tenant = ?1 AND package = ?2 UNION ALL "
    "SELECT (SELECT min(a.signer) FROM app_signers a WHERE a.tenant = ?1 AND a.package = ?2 "
    "AND a.signer > signers.signer) FROM signers WHERE signers.signer IS NOT NULL) ";

}  // namespace

Result<bool> SqliteRows::put_app_signer(std::string_view device_id, std::string_view package,
                                        const AppSigner& signer, Timestamp now) {
  // A phone that tells again what it told before, which is most, costs this and no more.
  std::optional<std::string> known;
  bool others = false;
  {
    Statement statement = database_.query(
        "SELECT (SELECT past FROM app_signers WHERE tenant = ?1 AND package = ?2 AND signer = ?3 "
        "AND device_id = ?4), EXISTS (SELECT 1 FROM app_signers WHERE tenant = ?1 AND "
        "package = ?2 AND signer > ?3) OR EXISTS (SELECT 1 FROM app_signers WHERE tenant = ?1 AND "
        "package = ?2 AND signer < ?3)",
        tenant_, package, signer.signer, device_id);
    BARTIZAN_TRY(statement.step());
    statement.read(known, others);
  }
  if (known == signer.past) return others;
  BARTIZAN_TRY(database_.run(
      "INSERT INTO app_signers (tenant, package, signer, device_id, past, first_seen) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, package, signer, device_id) "
      "DO UPDATE SET past = excluded.past",
      tenant_, package, signer.signer, device_id, signer.past, now));
  if (!others) return false;
  static const std::string kRemove =
      std::string(kSigners) +
      "DELETE FROM app_signers WHERE tenant = ?1 AND package = ?2 AND device_id = ?3 AND "
      "signer <> ?4 AND signer IN (SELECT signer FROM signers)";
  BARTIZAN_TRY(database_.run(kRemove, tenant_, package, device_id, signer.signer));
  return true;
}

Status SqliteRows::remove_app_signer(std::string_view device_id, std::string_view package) {
  static const std::string kRemove =
      std::string(kSigners) +
      "DELETE FROM app_signers WHERE tenant = ?1 AND package = ?2 AND device_id = ?3 AND "
      "signer IN (SELECT signer FROM signers)";
  return database_.run(kRemove, tenant_, package, device_id);
}

Result<std::vector<FleetSigner>> SqliteRows::app_signers(std::string_view package) {
  // Of each signer the first kMostCountedPhones phones, which are the first enrolled.
  static const std::string kList =
      std::string(kSigners) +
      "SELECT s.signer, max(a.past), count(*), min(a.first_seen) AS first FROM signers s "
      "JOIN app_signers a ON a.tenant = ?1 AND a.package = ?2 AND a.signer = s.signer AND "
      "a.device_id IN (SELECT b.device_id FROM app_signers b JOIN devices d ON d.tenant = ?1 AND "
      "d.id = b.device_id AND d.state = 'enrolled' WHERE b.tenant = ?1 AND b.package = ?2 AND "
      "b.signer = s.signer LIMIT ?3) GROUP BY s.signer ORDER BY first, s.signer";
  return all<FleetSigner>(database_.query(kList, tenant_, package, kMostCountedPhones),
                          [](Statement& statement, FleetSigner& out) {
                            statement.read(out.signer.signer, out.signer.past, out.phones,
                                           out.first_seen);
                            return statement.readable();
                          });
}

}  // namespace bartizan::store::sqlite
