// Who this phone is to its server: what enrolment gave it, its key and its secret.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"
#include "base/time.h"
#include "model/device.h"

namespace bartizan::agent {

struct Identity {
  Device device;  // id, name, group, tier, ownership, platform, model, os_version
  std::string tenant;
  std::string devices_url;      // https://HOST:PORT
  std::string certificate_pem;  // this phone's
  std::string ca_pem;           // the only authority the server's certificate may come from
  std::string private_key_pem;  // P-256
  std::string reference_key;    // 32 random bytes: what subject references are keyed with
};

// Kept in `folder` as identity.json, key.pem and reference.key, each readable by its owner alone.
// kNotFound: never enrolled.
Result<Identity> load_identity(const std::filesystem::path& folder);
Status save_identity(const std::filesystem::path& folder, const Identity& identity);

Result<std::string> new_private_key_pem();
// A PKCS #10 request signed by the key; it names nobody, the server decides whom it certifies.
Result<std::string> make_certificate_request(std::string_view private_key_pem);

struct Validity {
  Timestamp not_before;
  Timestamp not_after;
};
Result<Validity> certificate_validity(std::string_view certificate_pem);
// SHA-256 of the first certificate's DER form, hex: what an enrolment address names a CA by.
Result<std::string> certificate_digest(std::string_view certificate_pem);

// True in the last third of the certificate's life.
bool renewal_is_due(const Validity& validity, Timestamp now);

}  // namespace bartizan::agent
