// The digests of an APK's bytes that APK Signature Scheme v2 and v3 sign.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/byte_reader.h"
#include "parse/apksig/algorithms.h"

namespace bartizan::parse {

// The parts of an APK that the signature covers, in this order.
struct SignedSections {
  Bytes before_block;
  Bytes central_directory;
  std::vector<std::uint8_t> end_record;  // with the directory's offset set to the block's
  std::uint64_t block_size = 0;          // of the signing block, which is not covered
};

// Each digest is computed once, when it is first asked for, however many schemes need it.
class ContentDigests {
 public:
  explicit ContentDigests(SignedSections sections) : sections_(std::move(sections)) {}

  // kVerity of a file whose signing block does not fill whole pages of 4096 bytes is empty: no
  // platform could verify it.
  const std::vector<std::uint8_t>& get(ContentDigest kind);

 private:
  SignedSections sections_;
  std::map<ContentDigest, std::vector<std::uint8_t>> known_;
};

}  // namespace bartizan::parse
