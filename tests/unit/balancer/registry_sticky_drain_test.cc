// drain: sticky: who is drained stays, for the clients whose cookie names it, until drainTimeout.
#include <gmock/gmock.h>

#include "balancer/pick_request.h"
#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class StickyDrain : public RegistryFixture {
 protected:
  void set_service(const std::vector<conf::Server>& servers,
                   conf::DrainKind drain = conf::DrainKind::sticky, bool is_sticky = true) {
    conf::DynamicConfig files = files_with(servers);
    conf::ServiceConfig& service = files.services.at("s");
    service.drain = drain;
    if (is_sticky) service.sticky.emplace().name = "home";
    registry.set_files(files, now);
    adopt();
  }
  void tick_for(Milliseconds time) {
    for (const TimePoint end = now + time; now < end;) {
      pass(1s);
      registry.tick(now);
      adopt();
    }
  }
  const Service& service() const { return snapshots.back()->services.at(0); }
  /// The target that a request with B's cookie goes to; empty: none is kept.
  std::string kept_with(const TargetRef& target) const {
    std::string cookie = "home=";
    for (int shift = 60; shift >= 0; shift -= 4) {
      cookie += "0123456789abcdef"[target->cookie_values[0] >> shift & 15];
    }
    const std::vector<HttpField> fields{{"Cookie", cookie}};
    PickRequest request;
    request.request.fields = fields;
    const std::size_t place = kept_place(service(), request);
    return place == kNoPlace ? "" : service().at(place).state->id;
  }
};

TEST_F(StickyDrain, ADrainingTargetStaysForItsClientsUntilTheDrainTimeout) {
  set_service({server(kA), server(kB)});
  const TargetRef b = state_of(kB);

  set_service({server(kA)});
  EXPECT_EQ(view(kB)->phase, Phase::draining);
  EXPECT_THAT(picked(), ElementsAre(kA)) << "nobody else goes there";
  EXPECT_EQ(kept_with(b), kB);
  EXPECT_THAT(draining(), IsEmpty());
  tick_for(29s);
  EXPECT_EQ(kept_with(b), kB);

  tick_for(1s);
  EXPECT_EQ(kept_with(b), "");
  EXPECT_FALSE(view(kB).has_value()) << "it is empty, and every worker leaves it out";
}

TEST_F(StickyDrain, ItsEndWaitsForTheWorkersAndForWhatIsInFlight) {
  set_service({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  set_service({server(kA)});
  tick_for(29s);
  b->in_flight = 1;
  pass(1s);
  registry.tick(now);
  b->in_flight = 0;
  registry.went_idle(b, now);
  EXPECT_EQ(phase(kB), Phase::draining) << "a worker may still send there";
  b->in_flight = 1;
  adopt();
  EXPECT_EQ(phase(kB), Phase::draining);

  tick_for(29s);
  EXPECT_THAT(cuts, IsEmpty()) << "its time limits begin with the first snapshot without it";
  b->in_flight = 0;
  registry.went_idle(b, now);

  EXPECT_FALSE(view(kB).has_value());
}

TEST_F(StickyDrain, WithStrictOrWithoutACookieItLeavesAtOnce) {
  for (const bool is_sticky : {true, false}) {
    const auto drain = is_sticky ? conf::DrainKind::strict : conf::DrainKind::sticky;
    set_service({server(kA), server(kB)}, drain, is_sticky);
    set_service({server(kA)}, drain, is_sticky);
    EXPECT_FALSE(view(kB).has_value()) << is_sticky;
  }
}

TEST_F(StickyDrain, OneThatCannotBeReachedStaysForNobody) {
  set_service({server(kA), server(kB)});
  const TargetRef b = state_of(kB);
  set_service({server(kA)});

  b->is_suspended = true;  // by the worker that saw it
  EXPECT_EQ(kept_with(b), "") << "at once";
  tick_for(1s);

  EXPECT_FALSE(view(kB).has_value());
}

TEST_F(StickyDrain, TheLastTargetIsForEverybodyUntilAnotherComes) {
  set_service({server(kA)});
  const TargetRef a = state_of(kA);
  apply(registry.propose_drain("s", kA));
  adopt();
  EXPECT_THAT(picked(), ElementsAre(kA));

  apply(registry.propose_add("s", "", server(kB)));
  adopt();

  EXPECT_THAT(picked(), ElementsAre(kB));
  EXPECT_EQ(kept_with(a), kA);
}

TEST_F(StickyDrain, WhoIsWantedAgainIsForEverybodyAgain) {
  set_service({server(kA), server(kB)});
  set_service({server(kA)});
  set_service({server(kA), server(kB)});

  EXPECT_EQ(phase(kB), Phase::serving);
  EXPECT_THAT(picked(), ElementsAre(kA, kB));
  EXPECT_THAT(service().staying, IsEmpty());
}

}  // namespace
}  // namespace gapura::balancer
