#include "net/http_date.h"

#include <gtest/gtest.h>

namespace bartizan::net {
namespace {

// RFC 9110 section 5.6.7.
TEST(HttpDate, ReadsTheOneFormThatMayBeSent) {
  EXPECT_EQ(to_rfc3339(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").value()),
            "1994-11-06T08:49:37.000Z");
  EXPECT_EQ(to_rfc3339(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT").value()),
            "2024-02-29T23:59:59.000Z");
}

TEST(HttpDate, RefusesEverythingElse) {
  for (const char* text : {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                           "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 31 Feb 2024 08:49:37 GMT",
                           "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
                           "Sun, 06 Nov 1994 08:49:37 CET"})
    EXPECT_FALSE(parse_http_date(text).ok()) << text;
}

}  // namespace
}  // namespace bartizan::net
