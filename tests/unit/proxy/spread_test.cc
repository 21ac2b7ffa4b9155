#include "proxy/spread.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <thread>
#include <vector>

namespace gapura::proxy {
namespace {

TEST(SpreadRule, LeavesSmallDifferencesAlone) {
  EXPECT_FALSE(is_uneven(0, 0));
  EXPECT_FALSE(is_uneven(1, 0));
  EXPECT_TRUE(is_uneven(2, 0));
  EXPECT_FALSE(is_uneven(8, 7));
  EXPECT_TRUE(is_uneven(8, 6));
  EXPECT_FALSE(is_uneven(5, 8));
}

TEST(SpreadRule, LetsADifferenceGrowWithTheNumber) {
  EXPECT_FALSE(is_uneven(1'600, 1'499));
  EXPECT_TRUE(is_uneven(1'600, 1'498));
}

/// The largest share of two workers after `connections` of a hash that is a fair coin, which comes
/// down on the first worker's side in `of_first` of 100 cases.
double largest_share(std::size_t connections, unsigned of_first, unsigned seed) {
  std::mt19937 random(seed);
  Spread spread(2);
  for (std::size_t i = 0; i < connections; ++i) spread.place(random() % 100 < of_first ? 0 : 1);
  EXPECT_EQ(spread.open(0) + spread.open(1), connections);
  return static_cast<double>(std::max(spread.open(0), spread.open(1))) /
         static_cast<double>(connections);
}

TEST(Spread, ReachesItsGoalsWhateverTheHashDoes) {
  for (unsigned seed = 0; seed < 1'000; ++seed) {
    for (const unsigned of_first : {50u, 80u, 100u}) {
      EXPECT_LE(largest_share(16, of_first, seed), 0.60) << "seed " << seed;
      EXPECT_LE(largest_share(64, of_first, seed), 0.55) << "seed " << seed;
      EXPECT_LE(largest_share(1'000, of_first, seed), 0.55) << "seed " << seed;
    }
  }
}

TEST(Spread, KeepsManyWorkersTogether) {
  std::mt19937 random(1);
  Spread spread(8);
  for (int i = 0; i < 128; ++i) spread.place(random() % 8);

  for (unsigned worker = 0; worker < 8; ++worker) {
    EXPECT_GE(spread.open(worker), 13u) << worker;
    EXPECT_LE(spread.open(worker), 19u) << worker;
  }
}

TEST(Spread, HandsFewOverWhileClientsComeAndGo) {
  std::mt19937 random(1);
  Spread spread(2);
  std::vector<unsigned> open;
  for (int i = 0; i < 64; ++i) open.push_back(spread.place(random() % 2));
  int handed_over = 0;
  constexpr int kClients = 100'000;
  for (int i = 0; i < kClients; ++i) {
    unsigned& one = open[random() % open.size()];
    spread.closed(one);
    const auto accepted_by = static_cast<unsigned>(random() % 2);
    one = spread.place(accepted_by);
    if (one != accepted_by) ++handed_over;
  }

  EXPECT_LE(std::max(spread.open(0), spread.open(1)), 37u);
  EXPECT_LT(handed_over, kClients / 5);
  EXPECT_GT(handed_over, 0);
}

TEST(Spread, CountsWhatIsOnItsWayAtOnce) {
  Spread spread(2);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(spread.place(0), 0u);

  EXPECT_EQ(spread.place(0), 1u);

  EXPECT_EQ(spread.open(1), 1u);
  EXPECT_EQ(spread.place(0), 0u);
}

TEST(Spread, NeverChoosesAWorkerThatStops) {
  Spread spread(2);
  spread.stop(1);

  for (int i = 0; i < 10; ++i) EXPECT_EQ(spread.place(0), 0u);

  EXPECT_EQ(spread.open(0), 10u);
  EXPECT_EQ(spread.open(1), 0u);
}

TEST(Spread, AWorkerThatStopsKeepsWhatItAccepts) {
  Spread spread(2);
  spread.stop(1);

  for (int i = 0; i < 10; ++i) EXPECT_EQ(spread.place(1), 1u);

  EXPECT_EQ(spread.open(1), 10u);
}

TEST(Spread, OneWorkerHasNothingToShare) {
  Spread spread(1);

  EXPECT_EQ(spread.place(0), 0u);
  spread.closed(0);
  spread.stop(0);
  EXPECT_EQ(spread.open(0), 0u);
}

// What stop() promises: a count that was 0 after it stays 0, however busy the others are.
TEST(Spread, NothingIsPlacedAfterTheStop) {
  for (int round = 0; round < 50; ++round) {
    Spread spread(2);
    unsigned given = 0;
    std::thread other([&] {
      for (int i = 0; i < 2'000; ++i) given += spread.place(0);
    });
    while (spread.open(0) < 10) std::this_thread::yield();
    spread.stop(1);
    const std::size_t at_stop = spread.open(1);
    other.join();

    EXPECT_EQ(spread.open(1), at_stop);
    EXPECT_EQ(given, at_stop);
  }
}

}  // namespace
}  // namespace gapura::proxy
