#include "balancer/lifecycle.h"

#include <array>
#include <gtest/gtest.h>
#include <map>
#include <utility>

namespace gapura::balancer {
namespace {

constexpr std::array kPhases = {Phase::joining,   Phase::warming,  Phase::serving,
                                Phase::suspended, Phase::draining, Phase::gone};
constexpr std::array kEvents = {LifeEvent::ready, LifeEvent::warm_up, LifeEvent::doubt,
                                LifeEvent::drain, LifeEvent::undrain, LifeEvent::drained};

TEST(Lifecycle, FollowsTheTableAndNothingElse) {
  const std::map<std::pair<Phase, LifeEvent>, Phase> table = {
      {{Phase::joining, LifeEvent::ready}, Phase::serving},
      {{Phase::joining, LifeEvent::warm_up}, Phase::warming},
      {{Phase::joining, LifeEvent::drain}, Phase::draining},
      {{Phase::warming, LifeEvent::ready}, Phase::serving},
      {{Phase::warming, LifeEvent::doubt}, Phase::suspended},
      {{Phase::warming, LifeEvent::drain}, Phase::draining},
      {{Phase::serving, LifeEvent::doubt}, Phase::suspended},
      {{Phase::serving, LifeEvent::drain}, Phase::draining},
      {{Phase::suspended, LifeEvent::ready}, Phase::serving},
      {{Phase::suspended, LifeEvent::warm_up}, Phase::warming},
      {{Phase::suspended, LifeEvent::drain}, Phase::draining},
      {{Phase::draining, LifeEvent::undrain}, Phase::joining},
      {{Phase::draining, LifeEvent::drained}, Phase::gone},
  };
  for (const Phase phase : kPhases) {
    for (const LifeEvent event : kEvents) {
      const auto expected = table.find({phase, event});
      const auto next = next_phase(phase, event);
      ASSERT_EQ(next.has_value(), expected != table.end())
          << to_string(phase) << " " << static_cast<int>(event);
      if (next) {
        EXPECT_EQ(*next, expected->second) << to_string(phase) << static_cast<int>(event);
      }
    }
  }
}

TEST(Lifecycle, PhasesAndOriginsHaveTheDocumentedWords) {
  const std::array words = {"joining", "warming", "serving", "suspended", "draining", "gone"};
  for (std::size_t i = 0; i < words.size(); ++i) EXPECT_STREQ(to_string(kPhases[i]), words[i]);
  EXPECT_STREQ(to_string(Origin::file), "file");
  EXPECT_STREQ(to_string(Origin::admin), "admin");
  EXPECT_STREQ(to_string(Origin::autoscale), "autoscale");
}

}  // namespace
}  // namespace gapura::balancer
