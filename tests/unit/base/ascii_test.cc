#include "base/ascii.h"

#include <gtest/gtest.h>

namespace gapura {
namespace {

TEST(Ascii, LowersLettersOnly) {
  for (int code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    const bool is_upper = code >= 'A' && code <= 'Z';
    EXPECT_EQ(ascii_lower(c), is_upper ? static_cast<char>(code + 32) : c) << code;
  }
}

TEST(Ascii, LowersWholeStrings) {
  EXPECT_EQ(to_lower("X-Real-Ip: \xC3\x84"), "x-real-ip: \xC3\x84");
  EXPECT_EQ(to_lower(""), "");
}

TEST(Ascii, ComparesWithoutCase) {
  EXPECT_TRUE(iequals("Content-LENGTH", "content-length"));
  EXPECT_TRUE(iequals("", ""));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("[", "{"));  // 32 apart, but no letters
  EXPECT_FALSE(iequals("@", "`"));
}

TEST(Ascii, KnowsDigits) {
  for (int code = 0; code < 256; ++code) {
    EXPECT_EQ(is_ascii_digit(static_cast<char>(code)), code >= '0' && code <= '9') << code;
  }
}

TEST(Ascii, TrimsSpacesAndTabsOnly) {
  EXPECT_EQ(trim_ows(" \t a b \t"), "a b");
  EXPECT_EQ(trim_ows("\r\na\n"), "\r\na\n");
  EXPECT_EQ(trim_ows(" \t "), "");
  EXPECT_EQ(trim_ows(""), "");
}

}  // namespace
}  // namespace gapura
