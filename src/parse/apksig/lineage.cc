#include "parse/apksig/lineage.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "parse/apksig/algorithms.h"
#include "parse/apksig/signing_block.h"
#include "parse/x509/parser.h"

namespace bartizan::parse {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMaxNodes = 64;

struct Node {
  Bytes signed_data;
  std::uint32_t algorithm;  // with which this certificate signs the next
  Bytes signature;          // by the certificate before
  Bytes certificate;
  std::uint32_t parent_algorithm;
};

Result<Node> read_node(Bytes bytes) {
  Node node{};
  ByteReader reader(bytes);
  BARTIZAN_ASSIGN(node.signed_data, take_length_prefixed(reader));
  BARTIZAN_TRY(reader.skip(4));  // what the old certificate may still do
  BARTIZAN_ASSIGN(node.algorithm, reader.u32());
  BARTIZAN_ASSIGN(node.signature, take_length_prefixed(reader));
  ByteReader data(node.signed_data);
  BARTIZAN_ASSIGN(node.certificate, take_length_prefixed(data));
  BARTIZAN_ASSIGN(node.parent_algorithm, data.u32());
  return node;
}

Error broken(const std::string& what) {
  return {ErrorCode::kInvalid, "proof of rotation: " + what};
}

}  // namespace

Result<std::vector<std::string>> verify_lineage(Bytes lineage, Bytes signer) {
  ByteReader reader(lineage);
  BARTIZAN_ASSIGN(const std::uint32_t version, reader.u32());
  if (version != kVersion) return broken("unknown version");
  std::set<std::string> seen;
  std::vector<std::string> out;
  Certificate previous;
  std::uint32_t previous_algorithm = 0;
  Bytes last;
  while (!reader.at_end()) {
    if (seen.size() == kMaxNodes) return broken("too long");
    BARTIZAN_ASSIGN(const Bytes raw, take_length_prefixed(reader));
    BARTIZAN_ASSIGN(const Node node, read_node(raw));
    if (!seen.empty()) {
      if (node.parent_algorithm != previous_algorithm) return broken("algorithms disagree");
      if (!signature_verifies(previous_algorithm, previous.public_key, node.signed_data,
                              node.signature))
        return broken("a link does not verify");
    }
    BARTIZAN_ASSIGN(previous, parse_certificate(node.certificate));
    if (!seen.insert(previous.sha256).second) return broken("a certificate occurs twice");
    out.push_back(previous.sha256);
    previous_algorithm = node.algorithm;
    last = node.certificate;
  }
  if (!std::equal(last.begin(), last.end(), signer.begin(), signer.end()))
    return broken("it ends with another certificate than the signer's");
  return out;
}

}  // namespace bartizan::parse
