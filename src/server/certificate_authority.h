// The installation's own CA: a P-256 key in the data folder that signs the server's certificate and
// every phone's.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"
#include "base/time.h"

namespace bartizan::server {

inline constexpr Duration kDeviceCertificateLife = std::chrono::hours(24 * 90);
inline constexpr Duration kServerCertificateLife = std::chrono::hours(24 * 90);
inline constexpr Duration kRenewServerBefore = std::chrono::hours(24 * 30);

struct IssuedCertificate {
  std::string pem;
  std::string serial;  // lower-case hex, no leading zeros
  Timestamp not_after;
};

struct ServerIdentity {
  std::string certificate_chain_pem;  // the server's certificate, then the CA's
  std::string private_key_pem;
  Timestamp not_after;
};

class CertificateAuthority {
 public:
  static constexpr std::string_view kKeyFile = "ca.key";          // mode 0600
  static constexpr std::string_view kCertificateFile = "ca.pem";  // anyone may read it
  static constexpr std::string_view kServerKeyFile = "server.key";
  static constexpr std::string_view kServerCertificateFile = "server.pem";

  // Reads the CA in `folder`, or makes one there when neither file exists. kInvalid when only one
  // of them does or they do not belong together: a new CA would lock every phone out.
  static Result<std::unique_ptr<CertificateAuthority>> open(const std::filesystem::path& folder,
                                                            Timestamp now, Random& random);
  ~CertificateAuthority();

  const std::string& certificate_pem() const { return certificate_pem_; }
  // SHA-256 of the CA's certificate in DER, hex: what an enrolment address pins.
  const std::string& fingerprint() const { return fingerprint_; }

  // A client certificate for the key of `csr_pem`, whose other content is ignored. kInvalid unless
  // it is one P-256 key and the CSR is signed by it.
  Result<IssuedCertificate> issue_device(std::string_view csr_pem, std::string_view device_id,
                                         std::string_view tenant, Timestamp now, Random& random);

  // A new key and server certificate for these names; IP addresses are recognised as such.
  Result<ServerIdentity> issue_server(std::span<const std::string> names, Timestamp now,
                                      Random& random);

  // The server's certificate kept in `folder`, or a new one (kept there, the key with mode 0600)
  // when there is none for all of these names that lasts beyond kRenewServerBefore. A browser that
  // was told to trust it needs not be told again after a restart.
  Result<ServerIdentity> server_identity(const std::filesystem::path& folder,
                                         std::span<const std::string> names, Timestamp now,
                                         Random& random);

 private:
  struct Keys;
  std::optional<ServerIdentity> read_server(const std::filesystem::path& folder,
                                            std::span<const std::string> names,
                                            Timestamp now) const;
  explicit CertificateAuthority(std::unique_ptr<Keys> keys);

  std::unique_ptr<Keys> keys_;
  std::string certificate_pem_;
  std::string fingerprint_;
};

// A P-256 key and a CSR for it, as an agent makes them. Tests and tools use it too.
struct KeyAndRequest {
  std::string private_key_pem;
  std::string csr_pem;
};
enum class KeyKind { kP256, kP384 };
Result<KeyAndRequest> make_key_and_request(KeyKind kind = KeyKind::kP256);

}  // namespace bartizan::server
