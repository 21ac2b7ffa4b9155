// Weighted and failover services: which child a request goes to.
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "balancer/failover.h"
#include "balancer/hash.h"
#include "balancer/standing.h"
#include "balancer/ways.h"
#include "tests/unit/balancer/pick_fixture.h"

namespace gapura::balancer {
namespace {

/// Services by their places, made by hand; each leaf has as many targets as told.
class Family {
 public:
  std::size_t leaf(std::size_t targets = 1) {
    Service service = make_service(std::vector<std::uint32_t>(targets, 1));
    for (Target& target : service.targets) target.state = make_state(next_target_++);
    return add(std::move(service));
  }
  std::size_t weighted(const std::vector<std::pair<std::size_t, std::uint32_t>>& children) {
    Weighted kind;
    for (const auto& [place, weight] : children) {
      kind.children.push_back({place, static_cast<ServiceSlot>(place), weight});
    }
    Service service;
    service.composite = std::move(kind);
    return add(std::move(service));
  }
  std::size_t hashed(const std::vector<std::pair<std::size_t, std::uint32_t>>& children) {
    HighestRandomWeight kind;
    for (const auto& [place, weight] : children) {
      kind.children.push_back({place, weight, hash_of("child-" + std::to_string(place))});
    }
    Service service;
    service.composite = std::move(kind);
    return add(std::move(service));
  }
  std::size_t failover(std::size_t first, std::size_t fallback,
                       std::vector<conf::StatusRange> statuses = {}) {
    Service service;
    service.composite = Failover{first, fallback, std::move(statuses), 1'000};
    return add(std::move(service));
  }
  std::size_t mirroring(std::size_t of, std::vector<Mirroring::Mirror> mirrors = {}) {
    Service service;
    service.composite = Mirroring{of, true, 0, std::move(mirrors)};
    return add(std::move(service));
  }

  void suspend(std::size_t leaf, bool is_suspended = true) {
    for (Target& target : snapshot.services[leaf].targets) {
      target.state->is_suspended = is_suspended;
    }
  }
  /// Where a request to `start` goes.
  std::size_t go(std::size_t start, const PickRequest& request = {}) {
    if (!is_adopted_) ways.adopt(snapshot);
    is_adopted_ = true;
    way = {};
    const Service& end = ways.follow(snapshot, snapshot.services[start], request, fallen, way);
    return static_cast<std::size_t>(&end - snapshot.services.data());
  }
  std::map<std::size_t, int> go_often(std::size_t start, int times) {
    std::map<std::size_t, int> out;
    for (int i = 0; i < times; ++i) ++out[go(start)];
    return out;
  }
  void change() { is_adopted_ = false; }

  Snapshot snapshot;
  Ways ways{0};
  Fallen fallen;
  Way way;

 private:
  std::size_t add(Service service) {
    service.slot = static_cast<ServiceSlot>(snapshot.services.size());
    snapshot.services.push_back(std::move(service));
    snapshot.service_slots = snapshot.services.size();
    return snapshot.services.size() - 1;
  }
  std::size_t next_target_ = 0;
  bool is_adopted_ = false;
};

using Counts = std::map<std::size_t, int>;

/// Where each of `count` clients goes.
std::vector<std::size_t> homes(Family& family, std::size_t start, int count) {
  std::vector<std::size_t> out;
  for (int i = 0; i < count; ++i) {
    const std::string address = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    out.push_back(family.go(start, {.client_address = address}));
  }
  return out;
}

TEST(HighestRandomWeight, EachClientHasAChildAndSharesGoByWeight) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf();
  const std::size_t hashed = family.hashed({{a, 3}, {b, 1}});

  const std::vector<std::size_t> first = homes(family, hashed, 4'000);

  EXPECT_NEAR(static_cast<double>(std::ranges::count(first, a)), 3'000, 150);
  EXPECT_EQ(homes(family, hashed, 4'000), first);
}

TEST(HighestRandomWeight, OnlyClientsOfAChildThatCannotServeGoElsewhereAndTheyComeBack) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf(), c = family.leaf();
  const std::size_t hashed = family.hashed({{a, 1}, {b, 1}, {c, 1}});
  const std::vector<std::size_t> first = homes(family, hashed, 1'000);
  family.suspend(b);

  const std::vector<std::size_t> then = homes(family, hashed, 1'000);

  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == b) {
      EXPECT_NE(then[i], b);
    } else {
      EXPECT_EQ(then[i], first[i]);
    }
  }
  EXPECT_GT(std::ranges::count(then, a), std::ranges::count(first, a));
  EXPECT_GT(std::ranges::count(then, c), std::ranges::count(first, c)) << "spread over both";
  family.suspend(b, false);
  EXPECT_EQ(homes(family, hashed, 1'000), first);
}

TEST(HighestRandomWeight, ADoubtfulChildBeatsRefusing) {
  Family family;
  const std::size_t none = family.leaf(0), a = family.leaf();
  const std::size_t hashed = family.hashed({{none, 1'000}, {a, 1}});
  family.suspend(a);

  EXPECT_EQ(family.go(hashed, {.client_address = "10.0.0.1"}), a);
}

TEST(WeightedService, SplitsExactlyOverEveryCycle) {
  Family family;
  const std::size_t stable = family.leaf(3), canary = family.leaf();
  const std::size_t split = family.weighted({{stable, 9}, {canary, 1}});

  for (int cycle = 0; cycle < 20; ++cycle) {
    EXPECT_EQ(family.go_often(split, 10), (Counts{{stable, 9}, {canary, 1}}));
  }
}

TEST(WeightedService, PassesOverAChildThatCannotServe) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf(2), c = family.leaf(), none = family.leaf(0);
  const std::size_t split = family.weighted({{a, 5}, {b, 2}, {c, 1}, {none, 7}});
  family.suspend(a);

  EXPECT_EQ(family.go_often(split, 30), (Counts{{b, 20}, {c, 10}}));
}

TEST(WeightedService, AChildThatComesBackMakesUpForNothing) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf();
  const std::size_t split = family.weighted({{a, 1}, {b, 1}});
  family.suspend(a);
  family.go_often(split, 1'000);
  family.suspend(a, false);

  const Counts counts = family.go_often(split, 10);

  EXPECT_NEAR(counts.at(a), 5, 1);
}

TEST(WeightedService, ADoubtfulChildBeatsRefusing) {
  Family family;
  const std::size_t a = family.leaf(), none = family.leaf(0);
  const std::size_t split = family.weighted({{none, 1}, {a, 1}});
  family.suspend(a);

  EXPECT_EQ(family.go_often(split, 4), (Counts{{a, 4}}));
}

TEST(WeightedService, AFurtherAttemptGoesWhereATargetIsLeft) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf();
  const std::size_t split = family.weighted({{a, 100}, {b, 1}});
  const std::vector<const TargetState*> tried{family.snapshot.services[a].targets[0].state.get()};

  for (int i = 0; i < 5; ++i) EXPECT_EQ(family.go(split, {.tried = tried}), b);
}

TEST(WeightedService, ChangedWeightsKeepTheTurnsOfOthers) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf();
  const std::size_t split = family.weighted({{a, 1}, {b, 1}});
  const std::size_t other = family.weighted({{a, 1}, {b, 1}});
  const std::size_t first = family.go(other);
  family.go(split);
  std::get<Weighted>(family.snapshot.services[split].composite).children[0].weight = 4;
  family.change();

  EXPECT_NE(family.go(other), first);
  EXPECT_EQ(family.go_often(split, 50).at(a), 40);
}

TEST(WeightedService, WorkersDoNotMoveInStep) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf();
  const std::size_t split = family.weighted({{a, 1}, {b, 1}});
  Ways second(1);
  second.adopt(family.snapshot);
  Way way;

  const Service& there =
      second.follow(family.snapshot, family.snapshot.services[split], {}, {}, way);

  EXPECT_NE(&there, &family.snapshot.services[family.go(split)]);
}

TEST(WeightedService, ItsCookieNamesTheChild) {
  Family family;
  const std::size_t stable = family.leaf(), canary = family.leaf();
  const std::size_t split = family.weighted({{stable, 9}, {canary, 1}});
  const std::vector<CookieValues> values{child_cookie_values("stable"),
                                         child_cookie_values("canary")};
  conf::StickyCookie settings;
  settings.name = "lane";
  std::get<Weighted>(family.snapshot.services[split].composite).sticky =
      Sticky::make(settings, "split@file", std::span<const CookieValues>(values));
  while (family.go(split) != canary) {
  }
  // The first half of SHA-256 of "canary".
  ASSERT_EQ(family.way.cookies, "Set-Cookie: lane=e100fbce008c04ec; Path=/\r\n");
  const std::vector<HttpField> fields{{"Cookie", "lane=e100fbce008c04ec"}};
  PickRequest request;
  request.request.fields = fields;

  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(family.go(split, request), canary);
    EXPECT_EQ(family.way.cookies, "") << "it has one already";
  }
  family.suspend(canary);
  EXPECT_EQ(family.go(split, request), stable);
  EXPECT_NE(family.way.cookies, "");
}

TEST(FailoverService, UsesTheFallbackOnlyWhileTheFirstCannotServe) {
  Family family;
  const std::size_t first = family.leaf(2), fallback = family.leaf();
  const std::size_t over = family.failover(first, fallback);

  EXPECT_EQ(family.go(over), first);
  family.snapshot.services[first].targets[0].state->is_suspended = true;
  EXPECT_EQ(family.go(over), first) << "one target is left";
  family.suspend(first);
  EXPECT_EQ(family.go(over), fallback);
  family.suspend(fallback);
  EXPECT_EQ(family.go(over), first) << "both are doubtful";
  family.suspend(first, false);
  EXPECT_EQ(family.go(over), first);
}

TEST(FailoverService, AFullServiceIsWaitedFor) {
  Family family;
  const std::size_t first = family.leaf(), fallback = family.leaf();
  const std::size_t over = family.failover(first, fallback);
  family.snapshot.services[first].in_flight_max = 1;
  family.snapshot.services[first].targets[0].state->in_flight = 1;

  EXPECT_EQ(family.go(over), first);
}

TEST(FailoverService, ARequestThatFellStaysAtTheFallback) {
  Family family;
  const std::size_t first = family.leaf(), fallback = family.leaf();
  const std::size_t over = family.failover(first, fallback, {{500, 503}});
  EXPECT_EQ(family.go(over), first);
  ASSERT_EQ(family.way.failovers().size(), 1U);

  ASSERT_TRUE(family.fallen.add(family.way.failovers()[0]));

  EXPECT_EQ(family.go(over), fallback);
  EXPECT_EQ(family.way.failovers().size(), 0U) << "what the fallback says is the answer";
}

TEST(FailoverService, StatusesAreRangesWithBothEnds) {
  const Failover failover{0, 1, {{500, 503}, {429, 429}}, 0};
  for (const unsigned status : {500U, 503U, 429U}) EXPECT_TRUE(is_unwanted(failover, status));
  for (const unsigned status : {499U, 504U, 428U, 200U}) {
    EXPECT_FALSE(is_unwanted(failover, status));
  }
}

TEST(MirroringService, TakesExactlyItsShareOfRequests) {
  Family family;
  const std::size_t main = family.leaf(), all = family.leaf(), some = family.leaf();
  const auto slot = [](std::size_t place) { return static_cast<ServiceSlot>(place); };
  const std::size_t top =
      family.mirroring(main, {{slot(all), 100}, {slot(some), 30}, {slot(some), 0}});
  std::map<ServiceSlot, int> mirrored;

  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(family.go(top), main);
    for (const MirrorWanted& mirror : family.way.mirrors) ++mirrored[mirror.service];
  }

  EXPECT_EQ(mirrored, (std::map<ServiceSlot, int>{{slot(all), 200}, {slot(some), 60}}));
}

TEST(MirroringService, IsAskedOnceForARequestWithSeveralAttempts) {
  Family family;
  const std::size_t main = family.leaf(), mirror = family.leaf();
  const std::size_t top = family.mirroring(main, {{static_cast<ServiceSlot>(mirror), 100}});
  family.go(top);
  ASSERT_EQ(family.way.mirrors.size(), 1U);

  family.ways.follow(family.snapshot, family.snapshot.services[top], {}, {}, family.way);

  EXPECT_EQ(family.way.mirrors.size(), 1U);
}

TEST(ServicesOverServices, Nest) {
  Family family;
  const std::size_t a = family.leaf(), b = family.leaf(), c = family.leaf();
  const std::size_t safe = family.failover(a, c);
  const std::size_t mirrored = family.mirroring(b);
  const std::size_t top = family.weighted({{safe, 1}, {mirrored, 1}});

  EXPECT_EQ(family.go_often(top, 10), (Counts{{a, 5}, {b, 5}}));
  family.suspend(a);
  EXPECT_EQ(family.go_often(top, 10), (Counts{{b, 5}, {c, 5}}));
  family.suspend(b);
  EXPECT_EQ(family.go_often(top, 10), (Counts{{c, 10}}));
}

}  // namespace
}  // namespace gapura::balancer
