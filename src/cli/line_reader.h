// Lines of a stream that somebody else writes, in bounded memory.
#pragma once

#include <cstddef>
#include <istream>
#include <string>

namespace bartizan::cli {

class LineReader {
 public:
  // What a line has beyond `max_bytes` is read and dropped.
  LineReader(std::istream& in, std::size_t max_bytes) : in_(in), max_bytes_(max_bytes) {}

  // The next line without its end ("\n" or "\r\n"), whatever its bytes; false at the end.
  bool next(std::string& line);
  // Nothing more is there at the moment: who waits for answers should get them now.
  bool would_wait() const { return in_.rdbuf()->in_avail() <= 0; }

 private:
  std::istream& in_;
  std::size_t max_bytes_;
};

}  // namespace bartizan::cli
