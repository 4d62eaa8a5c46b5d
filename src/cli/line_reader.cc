#include "cli/line_reader.h"

namespace bartizan::cli {

bool LineReader::next(std::string& line) {
  using Traits = std::istream::traits_type;
  line.clear();
  std::streambuf& buffer = *in_.rdbuf();
  bool any = false;
  bool cut = false;
  for (;;) {
    const Traits::int_type c = buffer.sbumpc();
    if (Traits::eq_int_type(c, Traits::eof())) break;
    any = true;
    if (Traits::to_char_type(c) == '\n') break;
    cut = line.size() == max_bytes_;
    if (!cut) line.push_back(Traits::to_char_type(c));
  }
  if (!cut && line.ends_with('\r')) line.pop_back();
  return any;
}

}  // namespace bartizan::cli
