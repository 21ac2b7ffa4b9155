// panicThreshold: with too few targets that are well, doubtful ones are used too.
#include <gmock/gmock.h>

#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

class RegistryPanic : public RegistryFixture {
 protected:
  void set_service(unsigned percent, bool has_check = true) {
    conf::DynamicConfig files = files_with({server(kA), server(kB), server(kC)});
    conf::ServiceConfig& service = files.services.at("s");
    service.panic_percent = percent;
    if (has_check) service.health_check.emplace();
    registry.set_files(files, now);
    adopt();
  }
  void check(const std::string& id, const std::string& fault) {
    for (const CheckedTarget& one : registry.checked_targets()) {
      if (one.target->id == id) return registry.checked(one.target, {.fault = fault}, now);
    }
    ADD_FAILURE() << id << " is not asked";
  }
  std::optional<bool> is_panic() const { return registry.services(now).at(0).is_panic; }
  bool is_avoided(const std::string& id) const { return state_of(id)->is_suspended; }
};

TEST_F(RegistryPanic, BelowTheThresholdThoseThatFailChecksAreUsedUntilEnoughAreWell) {
  set_service(50);
  check(kA, "it answers 500");
  EXPECT_EQ(is_panic(), false) << "two of three are well";
  EXPECT_TRUE(is_avoided(kA));

  check(kB, "it answers 500");
  EXPECT_EQ(is_panic(), true);
  EXPECT_EQ(phase(kA), Phase::suspended) << "what is known of it stays";
  EXPECT_FALSE(is_avoided(kA));
  EXPECT_FALSE(is_avoided(kB));
  EXPECT_EQ(count(Event::Kind::panic_begun), 1u);
  EXPECT_EQ(last(Event::Kind::panic_begun).target.service, "s");
  EXPECT_EQ(last(Event::Kind::panic_begun).target.reason, "1 of 3 targets are well");

  check(kA, "");
  EXPECT_EQ(is_panic(), false);
  EXPECT_FALSE(is_avoided(kA));
  EXPECT_TRUE(is_avoided(kB));
  EXPECT_EQ(count(Event::Kind::panic_ended), 1u);
}

TEST_F(RegistryPanic, ExactlyTheThresholdIsEnough) {
  conf::DynamicConfig files = files_with({server(kA), server(kB)});
  files.services.at("s").panic_percent = 50;
  files.services.at("s").health_check.emplace();
  registry.set_files(files, now);

  check(kA, "it answers 500");

  EXPECT_EQ(is_panic(), false);
  EXPECT_TRUE(is_avoided(kA));
}

TEST_F(RegistryPanic, WhoCannotBeConnectedToIsNeverUsed) {
  set_service(100, /*has_check=*/false);
  registry.connect_failed(state_of(kA), "refused", now);

  EXPECT_EQ(is_panic(), true);
  EXPECT_TRUE(is_avoided(kA));
}

TEST_F(RegistryPanic, WhoTurnsOutUnreachableInItIsUsedNoMore) {
  set_service(100);
  check(kA, "it answers 500");
  ASSERT_FALSE(is_avoided(kA));

  state_of(kA)->is_suspended = true;  // by the worker
  registry.connect_failed(state_of(kA), "refused", now);
  check(kB, "it answers 500");

  EXPECT_TRUE(is_avoided(kA));
  EXPECT_FALSE(is_avoided(kB));
}

TEST_F(RegistryPanic, IsOffByDefaultAndEndsWhenItIsSwitchedOff) {
  set_service(0);
  check(kA, "it answers 500");
  check(kB, "it answers 500");
  EXPECT_EQ(is_panic(), std::nullopt);
  EXPECT_TRUE(is_avoided(kA));

  set_service(50);
  EXPECT_FALSE(is_avoided(kA));
  set_service(0);
  EXPECT_TRUE(is_avoided(kA));
  EXPECT_EQ(count(Event::Kind::panic_ended), 1u);
}

TEST_F(RegistryPanic, ADoubtOutlastsACancelledDrain) {
  set_service(100);
  check(kA, "it answers 500");

  apply(registry.propose_drain("s", kA));
  state_of(kA)->in_flight = 1;
  apply(registry.propose_undrain("s", kA));

  EXPECT_EQ(phase(kA), Phase::suspended);
}

}  // namespace
}  // namespace gapura::balancer
