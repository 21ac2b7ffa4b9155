#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

DrainKind drain_of(const std::string& settings) {
  const DynamicResult result = with_balancer(settings);
  EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
  return result.config.services.at("s").drain;
}

TEST(DrainOption, IsStrictUnlessSaidOtherwise) {
  EXPECT_EQ(drain_of("sticky: {cookie: {}}"), DrainKind::strict);
  EXPECT_EQ(drain_of("drain: strict"), DrainKind::strict);
  EXPECT_EQ(drain_of("sticky: {cookie: {}}, drain: sticky"), DrainKind::sticky);
  EXPECT_EQ(drain_of("Drain: Sticky, sticky: {cookie: {}}"), DrainKind::sticky);
}

TEST(DrainOption, MistakesAreNamedWithTheirPlace) {
  const auto problems = [](const std::string& settings) {
    return lines(with_balancer(settings).problems);
  };
  const std::string at = "http.services.s.loadBalancer.drain: ";
  EXPECT_EQ(problems("drain: stick"),
            "E 3:44: " + at + "must be sticky or strict, not 'stick' (did you mean 'sticky'?)\n");
  EXPECT_EQ(problems("drain: now"), "E 3:44: " + at + "must be sticky or strict, not 'now'\n");
  EXPECT_EQ(
      problems("drain: sticky"),
      "W 3:44: " + at + "changes nothing: without sticky.cookie no client is kept on a target\n");
}

}  // namespace
}  // namespace gapura::conf
