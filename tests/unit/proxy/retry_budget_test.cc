#include "proxy/retry_budget.h"

#include <gtest/gtest.h>

namespace gapura::proxy {
namespace {

int taken(RetryBudget& budget) {
  int count = 0;
  while (count < 1'000 && budget.take()) ++count;
  return count;
}

TEST(RetryBudget, LetsAQuietServiceRetryAFewTimes) {
  RetryBudget budget;

  EXPECT_EQ(taken(budget), 3);
  EXPECT_FALSE(budget.take());
}

TEST(RetryBudget, GrantsAFifthOfTheRequests) {
  RetryBudget budget;
  taken(budget);

  for (int i = 0; i < 51; ++i) budget.request();

  EXPECT_EQ(taken(budget), 10);
}

TEST(RetryBudget, RemembersAHundredRequestsAtMost) {
  RetryBudget budget;

  for (int i = 0; i < 100'000; ++i) budget.request();

  EXPECT_EQ(taken(budget), 20);
}

TEST(RetryBudget, KeepsRetriesBelowAFifthWhenEverythingFails) {
  RetryBudget budget;
  int retries = 0;

  for (int i = 0; i < 10'000; ++i) {
    budget.request();
    if (budget.take()) ++retries;
  }

  EXPECT_LE(retries, 2'003);
  EXPECT_GE(retries, 1'900);
}

}  // namespace
}  // namespace gapura::proxy
