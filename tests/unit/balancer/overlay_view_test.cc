#include "balancer/overlay_view.h"

#include <gmock/gmock.h>

#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using ::testing::HasSubstr;
using OverlayViewTest = RegistryFixture;
using Kind = OverlayEffect::Kind;

OverlayEffect only_effect(const Registry& registry) {
  const auto effects = registry.overlay_view().effects;
  EXPECT_EQ(effects.size(), 1u);
  return effects.size() == 1 ? effects.front() : OverlayEffect{};
}

TEST_F(OverlayViewTest, TellsWhatIsAddedRemovedAndDrained) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_add("s", "", server(kC)));
  apply(registry.propose_remove("s", kA));
  apply(registry.propose_drain("s", kB));

  const auto effects = registry.overlay_view().effects;

  ASSERT_EQ(effects.size(), 3u);
  EXPECT_EQ(effects[0].id, kC);
  EXPECT_EQ(effects[0].kind, Kind::adds);
  EXPECT_EQ(effects[1].id, kA);
  EXPECT_EQ(effects[1].kind, Kind::removes);
  EXPECT_EQ(effects[2].id, kB);
  EXPECT_EQ(effects[2].kind, Kind::drains);
}

TEST_F(OverlayViewTest, TellsWhichWeightStands) {
  set_files({server(kA, 2)});
  apply(registry.propose_add("s", "", server(kA, 7)));

  const OverlayEffect effect = only_effect(registry);

  EXPECT_EQ(effect.kind, Kind::changes);
  EXPECT_EQ(effect.reason, "its weight is 7, not the files' 2");
}

TEST_F(OverlayViewTest, TellsThatTheFilesHaveCaughtUp) {
  set_files({server(kA)});
  apply(registry.propose_add("s", "", server(kB)));

  set_files({server(kA), server(kB)});

  const OverlayEffect effect = only_effect(registry);
  EXPECT_EQ(effect.kind, Kind::nothing);
  EXPECT_THAT(effect.reason, HasSubstr("list it now"));
}

TEST_F(OverlayViewTest, TellsThatNoFileHasTheService) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_add("s", "", server(kC)));
  apply(registry.propose_remove("s", kA));

  registry.set_files({}, now);

  const auto effects = registry.overlay_view().effects;
  ASSERT_EQ(effects.size(), 2u);
  for (const OverlayEffect& effect : effects) {
    EXPECT_EQ(effect.kind, Kind::nothing);
    EXPECT_THAT(effect.reason, HasSubstr("no file has this service"));
  }
}

TEST_F(OverlayViewTest, TellsThatTheServiceHasNoTargetsOfItsOwn) {
  set_files({server(kA)});
  apply(registry.propose_add("s", "", server(kB)));
  conf::DynamicConfig files = files_with({});
  files.services.at("s").composite = conf::Failover{};
  files.services.at("s").fault = "its children do not exist";

  registry.set_files(files, now);

  EXPECT_EQ(only_effect(registry).kind, Kind::nothing);
  EXPECT_THAT(only_effect(registry).reason, HasSubstr("consists of other services"));
}

TEST_F(OverlayViewTest, TellsThatADrainedAddressIsNotOneOfTheNamesNow) {
  set_files({server("app.internal:80")});
  const auto one = Endpoint::parse("10.0.0.5", 80).value();
  const auto two = Endpoint::parse("10.0.0.6", 80).value();
  registry.resolved("app.internal:80", {one, two}, now);
  apply(registry.propose_drain("s", "app.internal:80@10.0.0.5"));
  EXPECT_EQ(only_effect(registry).kind, Kind::drains);

  registry.resolved("app.internal:80", {two}, now);

  EXPECT_EQ(only_effect(registry).kind, Kind::nothing);
  EXPECT_THAT(only_effect(registry).reason, HasSubstr("does not stand for this address"));
}

TEST_F(OverlayViewTest, RemembersWhatAnEditEnded) {
  set_files({server(kA), server(kB)});
  apply(registry.propose_remove("s", kA));
  apply(registry.propose_drain("s", kB));

  set_files({server(kA)});

  EXPECT_TRUE(registry.overlay_view().effects.empty());
  const auto ended = registry.overlay_view().ended;
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].id, kA);
  EXPECT_EQ(ended[0].entry, "removed");
  EXPECT_THAT(ended[0].reason, HasSubstr("was edited"));
  EXPECT_EQ(ended[1].id, kB);
  EXPECT_EQ(ended[1].entry, "drained");
}

TEST_F(OverlayViewTest, RemembersABoundedNumber) {
  for (std::size_t i = 0; i <= OverlayView::kEndedMax; ++i) {
    set_files({server(kA, static_cast<std::uint32_t>(i + 1)), server(kB)});
    apply(registry.propose_remove("s", kA));
  }
  set_files({server(kB)});

  EXPECT_EQ(registry.overlay_view().ended.size(), OverlayView::kEndedMax);
}

}  // namespace
}  // namespace gapura::balancer
