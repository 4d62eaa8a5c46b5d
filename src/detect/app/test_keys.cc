#include "detect/app/test_keys.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace bartizan::detect {
namespace {

struct PublishedKey {
  std::string_view sha256;  // of the certificate
  std::string_view name;
};

// AOSP platform/build, target/product/security/*.x509.pem, whose private keys (*.pk8) lie beside
// them. A firmware that is built without keys of its own signs with these.
constexpr PublishedKey kPublished[] = {
    {"a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc", "testkey"},
    {"c8a2e9bccf597c2fb6dc66bee293fc13f2fc47ec77bc6b2b0d52c11f51192ab8", "platform"},
    {"28bbfe4a7b97e74681dc55c2fbb6ccb8d6c74963733f6af6ae74d8c3a6e879fd", "shared"},
    {"465983f7791f2abeb43ea2cbdc7f21a8260b72bc08a55c839fc1a43bc741a81e", "media"},
    {"e1dbadce60dc080d15b58a014b0dcf9400e24de23fa00b287a5a982bfebda2ee", "networkstack"},
    {"a6ccc500ff0e7421200eb66a7fe174ef1b00e52ca91727070cbedf061ff76c35", "bluetooth"},
    {"fae9122a8721d6e2a196d2224dffcf773c9127e2bb956cbddb40b009192ffdfd", "nfc"},
    {"abf21f9e2af1d881cc673fddcefa6ed9c269a437bd64b279cf45844cfd589126", "sdk_sandbox"},
    {"ce7b2b47ae2b7552c8f92cc29124279883041fb623a5f194a82c9bf15d492aa0", "cts_uicc_2021"},
};

// The subject that Android's build tools give the key they make for debugging.
constexpr std::string_view kDebugSubject = "CN=Android Debug";

}  // namespace

std::string_view test_key_name(const parse::Certificate& signer) {
  const auto* found =
      std::find_if(std::begin(kPublished), std::end(kPublished),
                   [&](const PublishedKey& key) { return key.sha256 == signer.sha256; });
  if (found != std::end(kPublished)) return found->name;
  return signer.subject.find(kDebugSubject) != std::string::npos ? "debug" : "";
}

}  // namespace bartizan::detect
