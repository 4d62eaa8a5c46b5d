#include "cli/serve_command.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace bartizan::cli {
namespace {

TEST(Serve, APortWithoutTwoAfterItIsRefused) {
  for (const char* port : {"65534", "65535"}) {
    std::ostringstream out;
    std::ostringstream err;
    // Never reached when the port is refused: no such folder can be made.
    const std::vector<std::string> args{"--data",  "/proc/none", "--content",
                                        "content", "--listen",   std::string("127.0.0.1:") + port};
    EXPECT_EQ(run_serve(args, out, err), 2);
    EXPECT_NE(err.str().find("--enrol-listen"), std::string::npos) << err.str();
  }
}

}  // namespace
}  // namespace bartizan::cli
