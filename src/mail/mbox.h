// Several mails in one file (RFC 4155): each begins with a line "From ".
#pragma once

#include <cstddef>
#include <vector>

#include "base/byte_reader.h"

namespace bartizan::mail {

inline constexpr std::size_t kMaxMboxMails = 100'000;

struct MboxMails {
  std::vector<Bytes> mails;  // without their "From " lines
  bool truncated = false;    // there are more than kMaxMboxMails
};

bool looks_like_mbox(Bytes bytes);
MboxMails split_mbox(Bytes bytes);

}  // namespace bartizan::mail
