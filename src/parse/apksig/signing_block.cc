#include "parse/apksig/signing_block.h"

#include <algorithm>
#include <string>

namespace bartizan::parse {
namespace {

constexpr std::string_view kMagic = "APK Sig Block 42";
constexpr std::size_t kFooterSize = 24;  // size and magic
constexpr std::size_t kMaxPairs = 1024;
constexpr std::size_t kMaxItems = 256;  // digests, signatures, certificates, attributes of a signer

Result<SigningBlock::Pair> take_pair(ByteReader& reader) {
  BARTIZAN_ASSIGN(const std::uint64_t size, reader.u64());
  if (size < 4 || size > reader.remaining())
    return Error{ErrorCode::kInvalid, "signing block pair of " + std::to_string(size) + " bytes"};
  BARTIZAN_ASSIGN(const std::uint32_t id, reader.u32());
  BARTIZAN_ASSIGN(const Bytes value, reader.take(static_cast<std::size_t>(size) - 4));
  return SigningBlock::Pair{id, value};
}

void read_pairs(Bytes bytes, SigningBlock& block) {
  ByteReader reader(bytes);
  while (!reader.at_end()) {
    const Result<SigningBlock::Pair> pair = take_pair(reader);
    if (!pair.ok() || block.pairs.size() == kMaxPairs) {
      block.malformed = true;
      return;
    }
    block.pairs.push_back(*pair);
  }
}

Result<std::vector<Bytes>> take_sequence(ByteReader& reader) {
  BARTIZAN_ASSIGN(const Bytes whole, take_length_prefixed(reader));
  ByteReader items(whole);
  std::vector<Bytes> out;
  while (!items.at_end()) {
    if (out.size() == kMaxItems) return Error{ErrorCode::kLimit, "too many items in a signer"};
    BARTIZAN_ASSIGN(const Bytes item, take_length_prefixed(items));
    out.push_back(item);
  }
  return out;
}

Result<std::vector<AlgorithmValue>> take_algorithm_values(ByteReader& reader) {
  BARTIZAN_ASSIGN(const std::vector<Bytes> items, take_sequence(reader));
  std::vector<AlgorithmValue> out;
  for (const Bytes item : items) {
    ByteReader fields(item);
    BARTIZAN_ASSIGN(const std::uint32_t algorithm, fields.u32());
    BARTIZAN_ASSIGN(const Bytes value, take_length_prefixed(fields));
    out.push_back({algorithm, value});
  }
  return out;
}

Status read_signed_data(SchemeSigner& signer, SignerLayout layout) {
  ByteReader reader(signer.signed_data);
  BARTIZAN_ASSIGN(signer.digests, take_algorithm_values(reader));
  BARTIZAN_ASSIGN(signer.certificates, take_sequence(reader));
  if (layout == SignerLayout::kV3) {
    BARTIZAN_ASSIGN(signer.signed_min_sdk, reader.u32());
    BARTIZAN_ASSIGN(signer.signed_max_sdk, reader.u32());
  }
  BARTIZAN_ASSIGN(const std::vector<Bytes> attributes, take_sequence(reader));
  for (const Bytes attribute : attributes) {
    ByteReader fields(attribute);
    BARTIZAN_ASSIGN(const std::uint32_t id, fields.u32());
    signer.attributes.push_back({id, attribute.subspan(4)});
  }
  return {};
}

Result<SchemeSigner> read_signer(Bytes bytes, SignerLayout layout) {
  SchemeSigner signer;
  ByteReader reader(bytes);
  BARTIZAN_ASSIGN(signer.signed_data, take_length_prefixed(reader));
  if (layout == SignerLayout::kV3) {
    BARTIZAN_ASSIGN(signer.min_sdk, reader.u32());
    BARTIZAN_ASSIGN(signer.max_sdk, reader.u32());
  }
  BARTIZAN_ASSIGN(signer.signatures, take_algorithm_values(reader));
  BARTIZAN_ASSIGN(signer.public_key, take_length_prefixed(reader));
  BARTIZAN_TRY(read_signed_data(signer, layout));
  return signer;
}

}  // namespace

std::optional<Bytes> SigningBlock::find(std::uint32_t id) const {
  for (const Pair& pair : pairs) {
    if (pair.id == id) return pair.value;
  }
  return std::nullopt;
}

const SignerAttribute* SchemeSigner::attribute(std::uint32_t id) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [&](const SignerAttribute& attribute) { return attribute.id == id; });
  return found == attributes.end() ? nullptr : &*found;
}

Result<Bytes> take_length_prefixed(ByteReader& reader) {
  BARTIZAN_ASSIGN(const std::uint32_t size, reader.u32());
  return reader.take(size);
}

Result<std::optional<SigningBlock>> find_signing_block(const ZipArchive& archive) {
  const std::uint64_t end = archive.central_directory_offset;
  // The platform does not see a block unless the directory reaches exactly to the end record.
  if (!archive.has_end_record || end < kFooterSize + 8 ||
      end + archive.central_directory_size != archive.end_record_offset)
    return std::optional<SigningBlock>();
  ByteReader footer(archive.bytes.subspan(end - kFooterSize, kFooterSize));
  BARTIZAN_ASSIGN(const std::uint64_t size, footer.u64());
  BARTIZAN_ASSIGN(const Bytes magic, footer.take(kMagic.size()));
  if (as_text(magic) != kMagic) return std::optional<SigningBlock>();
  if (size < kFooterSize || size > end - 8)
    return Error{ErrorCode::kInvalid, "signing block of " + std::to_string(size) + " bytes"};
  SigningBlock block{.offset = end - size - 8};
  ByteReader reader(archive.bytes.subspan(block.offset, size + 8));
  BARTIZAN_ASSIGN(const std::uint64_t size_again, reader.u64());
  if (size_again != size) return Error{ErrorCode::kInvalid, "signing block whose two sizes differ"};
  BARTIZAN_ASSIGN(const Bytes pairs, reader.take(static_cast<std::size_t>(size) - kFooterSize));
  read_pairs(pairs, block);
  return std::optional<SigningBlock>(std::move(block));
}

Result<std::vector<SchemeSigner>> parse_signers(Bytes block, SignerLayout layout) {
  ByteReader reader(block);
  BARTIZAN_ASSIGN(const Bytes whole, take_length_prefixed(reader));
  ByteReader items(whole);
  std::vector<SchemeSigner> signers;
  while (!items.at_end()) {
    if (signers.size() == kMaxSigners) return Error{ErrorCode::kLimit, "too many signers"};
    BARTIZAN_ASSIGN(const Bytes item, take_length_prefixed(items));
    BARTIZAN_ASSIGN(SchemeSigner signer, read_signer(item, layout));
    signers.push_back(std::move(signer));
  }
  return signers;
}

}  // namespace bartizan::parse
