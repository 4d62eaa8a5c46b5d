#include "mail/mbox.h"

#include <algorithm>
#include <string_view>

namespace bartizan::mail {
namespace {

constexpr std::string_view kMarker = "From ";

// Where the next mail's "From " line begins, at or after `from`: at the start of the file or after
// an empty line.
std::size_t next_marker(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    at = text.find("\nFrom ", at);
    if (at == std::string_view::npos) break;
    const bool after_empty_line =
        at == 0 || text[at - 1] == '\n' || (at > 1 && text[at - 1] == '\r' && text[at - 2] == '\n');
    if (after_empty_line) return at + 1;
  }
  return text.size();
}

}  // namespace

bool looks_like_mbox(Bytes bytes) { return as_text(bytes).starts_with(kMarker); }

MboxMails split_mbox(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  MboxMails out;
  std::size_t at = text.starts_with(kMarker) ? 0 : next_marker(text, 0);
  while (at < text.size()) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    const std::size_t begin = std::min(line_end + 1, text.size());
    const std::size_t end = next_marker(text, line_end);
    if (out.mails.size() == kMaxMboxMails) {
      out.truncated = true;
      break;
    }
    out.mails.push_back(bytes.subspan(begin, end - begin));
    at = end;
  }
  return out;
}

}  // namespace bartizan::mail
