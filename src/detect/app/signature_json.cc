#include "detect/app/signature_json.h"

#include <string>
#include <vector>

#include "detect/app/report_parts.h"

namespace bartizan::detect {
namespace {

json::array strings_json(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

}  // namespace

json::object signature_json(const AppReport& report) {
  const parse::ApkSignature& signature = report.signature;
  json::array signers;
  for (const parse::Certificate& signer : signature.signers) signers.emplace_back(signer.sha256);
  json::object out{{"verdict", to_string(signature.verdict)},
                   {"schemes", strings_json(signature.schemes)},
                   {"signers", std::move(signers)},
                   {"errors", strings_json(signature.errors)},
                   {"warnings", strings_json(signature.warnings)},
                   {"present", strings_json(signature.present)},
                   {"verified_by", signature.verified_by},
                   {"certificates", certificates_json(signature.signers)},
                   {"claimed_certificates", certificates_json(signature.claimed_signers)},
                   {"lineage", strings_json(signature.lineage)},
                   {"test_key", report.test_key},
                   {"source_stamp", nullptr}};
  if (signature.source_stamp)
    out["source_stamp"] =
        json::object{{"certificate_sha256", signature.source_stamp->certificate_sha256},
                     {"has_block", signature.source_stamp->has_block}};
  return out;
}

}  // namespace bartizan::detect
