#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

TEST(Queue, IsOffUnlessTargetsAreLimited) {
  EXPECT_EQ(service_of(with_balancer("strategy: wrr")).in_flight_max, 0U);
  const DynamicResult result = with_balancer("maxInFlight: 8");

  EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
  EXPECT_EQ(service_of(result).in_flight_max, 8U);
  EXPECT_EQ(service_of(result).queue_length_max, 1'000U);
  EXPECT_EQ(service_of(result).queue_timeout, std::chrono::seconds(10));
}

TEST(Queue, ReadsItsOptions) {
  const DynamicResult result =
      with_balancer("maxinflight: 8, queue: {maxLength: 0, timeout: 250ms}");

  EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
  EXPECT_EQ(service_of(result).queue_length_max, 0U);
  EXPECT_EQ(service_of(result).queue_timeout, Milliseconds(250));
}

TEST(Queue, MistakesAreNamedWithTheirPlace) {
  const auto problems = [](const std::string& settings) {
    return lines(with_balancer(settings).problems);
  };
  const std::string at = "http.services.s.loadBalancer.";
  EXPECT_EQ(problems("queue: {maxLength: 5}"),
            "W 3:37: " + at +
                "queue: is not used: without maxInFlight, and unless the service scales "
                "from zero (autoscale.min: 0), nothing waits\n");
  EXPECT_EQ(problems("maxInFlight: 1, queue: {timeout: 0}"),
            "E 3:70: " + at + "queue.timeout: must be above 0; with maxLength: 0 nothing waits\n");
  EXPECT_NE(problems("maxInFlight: -1").find("E 3:50: " + at + "maxInFlight: "), std::string::npos);
  EXPECT_NE(problems("maxInFlight: 1, queue: {maxlen: 5}").find("did you mean 'maxLength'"),
            std::string::npos);
  EXPECT_NE(problems("maxInflights: 1").find("did you mean 'maxInFlight'"), std::string::npos);
}

}  // namespace
}  // namespace gapura::conf
