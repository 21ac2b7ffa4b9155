/// What every strategy keeps to, whatever it prefers: random life-cycle steps with manual time.
#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "tests/unit/balancer/pick_fixture.h"

namespace gapura::balancer {
namespace {

/// A service whose targets come, go, are suspended and recover while requests are picked and end.
class Life {
 public:
  Life(unsigned seed, StrategyKind strategy, std::size_t targets)
      : random_(seed),
        first_({.offset = 0, .seed = seed}),
        second_({.offset = 1, .seed = seed + 1}) {
    service_.strategy = strategy;
    service_.hash_key.source = conf::HashKey::Source::path;
    for (std::size_t i = 0; i < targets; ++i) join();
    adopt();
  }

  void step() {
    now_ += Milliseconds(below(50));
    switch (below(40)) {
      case 0:
        join();
        adopt();
        break;
      case 1:
        leave();
        adopt();
        break;
      case 2:
        reweigh();
        adopt();
        break;
      case 3:
        std::ranges::shuffle(service_.targets, random_);
        adopt();
        break;
      case 4:
      case 5: suspend(true); break;
      case 6:
      case 7: suspend(false); break;
      default: below(3) == 0 ? end_one() : pick_one(); break;
    }
  }

  int doubtful() const { return doubtful_; }
  int refused() const { return refused_; }

 private:
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  void adopt() {
    first_.adopt(service_);
    second_.adopt(service_);
  }
  void join() {
    service_.targets.push_back(
        {make_state(joined_++), {}, {}, static_cast<std::uint32_t>(1 + below(4))});
  }
  void leave() {
    if (service_.targets.empty()) return;
    const auto at = static_cast<std::ptrdiff_t>(below(service_.targets.size()));
    service_.targets[static_cast<std::size_t>(at)].state->is_draining = true;
    service_.targets.erase(service_.targets.begin() + at);
  }
  void reweigh() {
    if (service_.targets.empty()) return;
    service_.targets[below(service_.targets.size())].weight =
        static_cast<std::uint32_t>(1 + below(9));
  }
  void suspend(bool is_suspended) {
    // In runs, so that at times nearly all are.
    for (std::size_t n = below(4); n > 0 && !service_.targets.empty(); --n) {
      service_.targets[below(service_.targets.size())].state->is_suspended = is_suspended;
    }
  }
  void end_one() {
    if (leases_.empty()) return;
    const std::size_t at = below(leases_.size());
    TargetState& state = *leases_[at];
    state.in_flight -= 1;
    state.response_time.answered(std::chrono::milliseconds(1 + below(300)), now_);
    leases_.erase(leases_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void pick_one() {
    std::vector<const TargetState*> tried;
    for (const Target& target : service_.targets) {
      if (below(6) == 0 && tried.size() < 8) tried.push_back(target.state.get());
    }
    const std::string path = "/" + std::to_string(below(50));
    Picker& picker = below(2) == 0 ? first_ : second_;
    PickRequest request{.tried = tried, .now = now_};
    request.request.path = path;
    const std::size_t place = picker.pick(service_, request);
    const auto is_open = [&](const Target& target) {
      return std::ranges::find(tried, target.state.get()) == tried.end();
    };
    const auto is_good = [&](const Target& target) {
      return is_open(target) && !target.state->is_suspended;
    };
    if (place == Picker::npos) {
      ++refused_;
      ASSERT_TRUE(std::ranges::none_of(service_.targets, is_open));
      return;
    }
    const Target& target = service_.targets.at(place);
    ASSERT_TRUE(is_open(target)) << "a tried target was picked";
    ASSERT_FALSE(target.state->is_draining) << "a draining target was picked";
    if (target.state->is_suspended) {
      ++doubtful_;
      ASSERT_TRUE(std::ranges::none_of(service_.targets, is_good))
          << "a suspended target was picked though another could serve";
    }
    target.state->in_flight += 1;
    target.state->response_time.asked(now_);
    leases_.push_back(target.state);
  }

  std::mt19937 random_;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  Service service_;
  Picker first_, second_;
  std::vector<TargetRef> leases_;
  std::size_t joined_ = 0;
  int doubtful_ = 0, refused_ = 0;
};

TEST(StrategyRules, HoldThroughThousandsOfRandomLifeCycleSteps) {
  const unsigned first = seed_or(std::random_device{}() % 1'000'000);
  for (const StrategyKind strategy : kAllStrategies) {
    int doubtful = 0, refused = 0;
    for (unsigned seed = first; seed < first + 4; ++seed) {
      SCOPED_TRACE("GAPURA_SEED=" + std::to_string(seed) + " " + std::string(to_string(strategy)));
      // The last one has more targets than leastconn scans.
      Life life(seed, strategy, seed == first + 3 ? 300 : 4);
      for (int i = 0; i < 3'000 && !HasFailure(); ++i) life.step();
      if (HasFailure()) return;
      doubtful += life.doubtful();
      refused += life.refused();
    }
    // It would prove nothing if it never came to that.
    EXPECT_GT(doubtful + refused, 0) << to_string(strategy);
  }
}

TEST(StrategyRules, ASuspendedTargetIsPreferredToNoneAndLeftAgainWhenItIsNotAlone) {
  for (const StrategyKind strategy : kAllStrategies) {
    for (const std::size_t size : {3U, 400U}) {
      SCOPED_TRACE(std::string(to_string(strategy)) + " of " + std::to_string(size));
      const Service service = make_service(std::vector<std::uint32_t>(size, 1), strategy);
      Picker picker({});
      picker.adopt(service);
      for (const Target& target : service.targets) target.state->is_suspended = true;
      const auto doubtful = counts(picks(picker, service, 30 * size), size);
      EXPECT_GT(*std::ranges::min_element(doubtful), 0U) << "one of them is never tried";

      service.targets[size - 1].state->is_suspended = false;

      EXPECT_EQ(picks(picker, service, 20), std::vector<std::size_t>(20, size - 1));
    }
  }
}

TEST(StrategyRules, RecoveredTargetsAreAllUsedAgain) {
  for (const StrategyKind strategy : kAllStrategies) {
    for (const std::size_t size : {10U, 1'000U}) {
      SCOPED_TRACE(std::string(to_string(strategy)) + " of " + std::to_string(size));
      const Service service = make_service(std::vector<std::uint32_t>(size, 2), strategy);
      Picker picker({});
      picker.adopt(service);
      for (std::size_t i = 1; i < size; ++i) service.targets[i].state->is_suspended = true;
      picks(picker, service, 3 * size);
      for (const Target& target : service.targets) target.state->is_suspended = false;
      picks(picker, service, size);  // a few are looked at with each pick

      const auto picked = counts(picks(picker, service, 20 * size), size);

      EXPECT_GT(*std::ranges::min_element(picked), 0U);
    }
  }
}

TEST(StrategyRules, AChangedStrategyTakesEffectAtOnce) {
  Service service = make_service({1, 1});
  Picker picker({});
  picker.adopt(service);
  service.targets[0].state->in_flight = 5;
  ASSERT_EQ(counts(picks(picker, service, 10), 2)[0], 5U);

  service.strategy = StrategyKind::leastconn;
  picker.adopt(service);

  EXPECT_EQ(counts(picks(picker, service, 10), 2)[0], 0U);
}

}  // namespace
}  // namespace gapura::balancer
