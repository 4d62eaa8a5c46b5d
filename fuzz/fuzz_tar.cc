// A backup archive as somebody may hand it over: no input may crash, hang, or give a member more
// bytes than its header said.
#include <cstdlib>
#include <sstream>

#include "base/byte_reader.h"
#include "server/tar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  std::istringstream in{std::string(as_text({data, size}))};
  std::uint64_t given = 0;
  const Status read = server::read_tar(
      in, [&](const std::string& name, std::uint64_t said) -> Result<server::TarSink> {
        if (name.size() >= 100) std::abort();
        given = 0;
        return server::TarSink([&given, said](std::string_view piece) -> Status {
          given += piece.size();
          if (given > said) std::abort();
          return {};
        });
      });
  if (read.ok() && size < 512) std::abort();  // not even the block that ends an archive
  return 0;
}
