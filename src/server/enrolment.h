// One-time enrolment tokens, as the API and the command line make them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/time.h"
#include "model/account.h"
#include "store/store.h"

namespace bartizan::server {

inline constexpr Duration kEnrolmentTokenLife = std::chrono::hours(24);

struct EnrolmentWish {
  std::string device_name;
  std::string person;
  std::string group;                   // empty: the ownership's name
  std::optional<Ownership> ownership;  // nothing: corporate
  std::optional<PrivacyTier> tier;     // nothing: corporate for corporate phones, else byod
};

struct MadeEnrolmentToken {
  EnrolmentToken token;
  std::string secret;  // shown once; the store has its digest
};

Result<MadeEnrolmentToken> make_enrolment_token(store::Store& store, std::string_view tenant,
                                                const EnrolmentWish& wish, std::string_view actor,
                                                Timestamp now, Random& random);

// The secret and the CA's digest stand in the fragment: browsers and proxies never send it on.
std::string enrolment_url(std::string_view enrol_address, std::string_view secret,
                          std::string_view ca_fingerprint);

}  // namespace bartizan::server
