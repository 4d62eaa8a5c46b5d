#include "server/enrolment.h"

#include "base/id.h"
#include "server/audit.h"

namespace bartizan::server {

Result<MadeEnrolmentToken> make_enrolment_token(store::Store& store, std::string_view tenant,
                                                const EnrolmentWish& wish, std::string_view actor,
                                                Timestamp now, Random& random) {
  const Ownership ownership = wish.ownership.value_or(Ownership::kCorporate);
  const PrivacyTier usual_tier =
      ownership == Ownership::kCorporate ? PrivacyTier::kCorporate : PrivacyTier::kByod;
  const std::string secret = random_token(random);
  MadeEnrolmentToken out{
      .token = {.id = new_uuid(now, random),
                .token_digest = sha256_hex(as_bytes(secret)),
                .device_name = wish.device_name,
                .person = wish.person,
                .group = wish.group.empty() ? std::string(to_string(ownership)) : wish.group,
                .ownership = ownership,
                .tier = wish.tier.value_or(usual_tier),
                .created_at = now,
                .expires_at = now + kEnrolmentTokenLife,
                .used_at = std::nullopt,
                .device_id = {}},
      .secret = secret};
  const Status written = store.write([&](store::Transaction& transaction) -> Status {
    store::Rows& rows = transaction.tenant(tenant);
    BARTIZAN_TRY(rows.put_enrolment_token(out.token));
    return audit(rows, now, random, actor, "enrolment.token_created", out.token.id,
                 {{"device_name", out.token.device_name}, {"group", out.token.group}});
  });
  if (!written.ok()) return written.error();
  return out;
}

std::string enrolment_url(std::string_view enrol_address, std::string_view secret,
                          std::string_view ca_fingerprint) {
  return std::string(enrol_address) + "/enrol#token=" + std::string(secret) +
         "&ca=" + std::string(ca_fingerprint);
}

}  // namespace bartizan::server
