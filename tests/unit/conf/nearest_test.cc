#include "conf/nearest.h"

#include <array>
#include <gtest/gtest.h>

namespace gapura::conf {
namespace {

constexpr std::array<std::string_view, 4> kKeys{"address", "asDefault", "http", "middlewares"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_EQ(nearest("adress", kKeys), "address");
  EXPECT_EQ(nearest("ADDRES", kKeys), "address");
  EXPECT_EQ(nearest("default", kKeys), "asDefault");
  EXPECT_EQ(nearest("htpt", kKeys), "http") << "a swap is one edit";
  EXPECT_EQ(nearest("middleware", kKeys), "middlewares");
}

TEST(Nearest, FindsWhatContainsTheWord) {
  constexpr std::array<std::string_view, 3> kNames{"mathCalculate", "calculate-v2", "calculate"};
  EXPECT_EQ(nearest("calc", kNames), "calculate");
  EXPECT_EQ(nearest("calculate", std::span(kNames).first(1)), "mathCalculate");
  EXPECT_EQ(nearest("cal", kNames), "") << "too short to say";
}

TEST(Nearest, LeavesStrangersAlone) {
  EXPECT_EQ(nearest("timeout", kKeys), "");
  EXPECT_EQ(nearest("", kKeys), "");
  EXPECT_EQ(nearest("ab", kKeys), "");
  EXPECT_EQ(nearest(std::string(65, 'a'), kKeys), "");
  EXPECT_EQ(nearest("x", std::array<std::string_view, 1>{"y"}), "");
}

TEST(Nearest, IsPutIntoWords) {
  EXPECT_EQ(did_you_mean("adress", kKeys), " (did you mean 'address'?)");
  EXPECT_EQ(did_you_mean("zzz", kKeys), "");
}

TEST(Shown, HidesControlBytesAndCutsLongText) {
  EXPECT_EQ(shown("a\nb\x1b[0m"), "a?b?[0m");
  EXPECT_EQ(in_quotes("a"), "'a'");
  EXPECT_EQ(shown(std::string(120, 'a')), std::string(120, 'a'));
  EXPECT_EQ(shown(std::string(121, 'a')), std::string(120, 'a') + "…");
  EXPECT_EQ(shown(std::string(119, 'a') + "ü"), std::string(119, 'a') + "…") << "no half character";
}

TEST(Listed, JoinsWithAnd) {
  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(listed(std::array<std::string_view, 1>{"a"}), "a");
  EXPECT_EQ(listed(std::array<std::string_view, 3>{"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace gapura::conf
