#include "parse/apksig/content_digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

namespace bartizan::parse {
namespace {

using Digest = std::vector<std::uint8_t>;

constexpr std::size_t kChunkSize = 1 << 20;
constexpr std::size_t kVerityBlock = 4096;
constexpr std::array<std::uint8_t, 8> kVeritySalt{};  // zeros, as apksig and fs-verity of APKs use

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// One context for many digests.
class Hasher {
 public:
  explicit Hasher(const EVP_MD* hash) : hash_(hash), context_(EVP_MD_CTX_new()) {}

  // Appends the digest of the two pieces to `out`.
  void append(Bytes first, Bytes second, Digest& out) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> value;
    unsigned size = 0;
    EVP_DigestInit_ex(context_.get(), hash_, nullptr);
    EVP_DigestUpdate(context_.get(), first.data(), first.size());
    EVP_DigestUpdate(context_.get(), second.data(), second.size());
    EVP_DigestFinal_ex(context_.get(), value.data(), &size);
    out.insert(out.end(), value.begin(), value.begin() + size);
  }

 private:
  const EVP_MD* hash_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

std::array<std::uint8_t, 5> prefix(std::uint8_t mark, std::size_t value) {
  return {mark, static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}

// Digest of the digests of 1 MiB chunks; each chunk is prefixed with 0xa5 and its length, the
// whole with 0x5a and the number of chunks.
Digest chunked(const SignedSections& sections, const EVP_MD* hash) {
  Hasher hasher(hash);
  Digest digests;
  std::size_t count = 0;
  for (Bytes section :
       {sections.before_block, sections.central_directory, Bytes(sections.end_record)}) {
    while (!section.empty()) {
      const Bytes chunk = section.first(std::min(section.size(), kChunkSize));
      hasher.append(prefix(0xa5, chunk.size()), chunk, digests);
      section = section.subspan(chunk.size());
      ++count;
    }
  }
  Digest out;
  hasher.append(prefix(0x5a, count), digests, out);
  return out;
}

// The salted digests of `data` in blocks, the last one filled up with zeros.
void append_level(Hasher& hasher, Bytes data, Digest& out) {
  while (data.size() >= kVerityBlock) {
    hasher.append(kVeritySalt, data.first(kVerityBlock), out);
    data = data.subspan(kVerityBlock);
  }
  if (data.empty()) return;
  Digest last(data.begin(), data.end());
  last.resize(kVerityBlock);
  hasher.append(kVeritySalt, last, out);
}

// Root of the tree over the three sections, then the size of what it covers (u64): AOSP
// VerityTreeBuilder and the kernel's fs-verity.
Digest verity(const SignedSections& sections) {
  if (sections.before_block.size() % kVerityBlock != 0 || sections.block_size % kVerityBlock != 0)
    return {};
  Hasher hasher(EVP_sha256());
  Digest tail(sections.central_directory.begin(), sections.central_directory.end());
  tail.insert(tail.end(), sections.end_record.begin(), sections.end_record.end());
  const std::uint64_t size = sections.before_block.size() + tail.size();
  Digest level;
  append_level(hasher, sections.before_block, level);
  append_level(hasher, tail, level);
  while (level.size() > kVerityBlock) {
    Digest above;
    append_level(hasher, level, above);
    level = std::move(above);
  }
  level.resize(kVerityBlock);
  Digest out;
  hasher.append(kVeritySalt, level, out);
  for (int shift = 0; shift < 64; shift += 8)
    out.push_back(static_cast<std::uint8_t>(size >> shift));
  return out;
}

}  // namespace

const Digest& ContentDigests::get(ContentDigest kind) {
  const auto [found, is_new] = known_.try_emplace(kind);
  if (!is_new) return found->second;
  switch (kind) {
    case ContentDigest::kChunkedSha256:
      found->second = chunked(sections_, EVP_sha256());
      break;
    case ContentDigest::kChunkedSha512:
      found->second = chunked(sections_, EVP_sha512());
      break;
    case ContentDigest::kVerity:
      found->second = verity(sections_);
      break;
  }
  return found->second;
}

}  // namespace bartizan::parse
