#include "base/plural.h"

#include <gtest/gtest.h>

namespace gapura {
namespace {

TEST(Plural, OnlyOneIsOne) {
  EXPECT_EQ(counted(0, "error"), "0 errors");
  EXPECT_EQ(counted(1, "error"), "1 error");
  EXPECT_EQ(counted(2, "error"), "2 errors");
}

}  // namespace
}  // namespace gapura
