// Servers listed by name: each address of the name is a target of its own.
#include <gmock/gmock.h>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/balancer/registry_fixture.h"

namespace gapura::balancer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kName = "app.internal:80";
constexpr const char* kAt1 = "app.internal:80@10.1.1.1";
constexpr const char* kAt2 = "app.internal:80@10.1.1.2";

class RegistryNames : public RegistryFixture {
 protected:
  void resolve(std::initializer_list<const char*> addresses, const std::string& name = kName) {
    std::vector<Endpoint> endpoints;
    for (const char* address : addresses) endpoints.push_back(*Endpoint::parse(address, 80));
    registry.resolved(name, endpoints, now);
  }
};

TEST_F(RegistryNames, WithoutAnAddressItIsShownAndServesNobody) {
  set_files({server(kName), server(kA)});

  EXPECT_EQ(phase(kName), Phase::joining);
  EXPECT_EQ(view(kName)->reason, "its name is not resolved yet");
  EXPECT_THAT(picked(), ElementsAre(kA));
  ASSERT_EQ(registry.named_urls().size(), 1U);
  EXPECT_EQ(registry.named_urls()[0].to_string(), "http://app.internal:80");
}

TEST_F(RegistryNames, EachAddressIsATargetOfItsOwn) {
  set_files({server(kName, 3)});
  resolve({"10.1.1.1", "10.1.1.2"});

  EXPECT_FALSE(view(kName).has_value());
  EXPECT_THAT(picked(), ElementsAre(kAt1, kAt2));
  const std::vector<Target>& targets = snapshots.back()->services[0].targets;
  EXPECT_EQ(targets[0].endpoint.to_string(), "10.1.1.1:80");
  EXPECT_EQ(targets[0].authority, kName);
  EXPECT_EQ(targets[0].weight, 3U);
  EXPECT_NE(targets[0].state, targets[1].state);
  EXPECT_EQ(view(kAt1)->url, "http://app.internal:80");
  EXPECT_EQ(view(kAt1)->address, "10.1.1.1");
  EXPECT_EQ(view(kAt1)->listed_id, kName);
  EXPECT_EQ(registry.named_urls().size(), 1U);
}

// What the metrics see must be what the API shows.
TEST_F(RegistryNames, AGlanceSeesWhatTheViewsShow) {
  set_files({server(kName), server(kA), server("other.internal:80")});
  resolve({"10.1.1.1", "10.1.1.2"});
  apply(registry.propose_drain("s", kAt2));
  state_of(kA)->in_flight = 3;
  for (int look = 0; look < 2; ++look, pass(RequestRate::kEvery)) registry.tick(now);

  std::vector<std::string> seen;
  registry.each_service([&](const ServiceGlance& service) {
    service.each_target([&](const TargetGlance& target) {
      const auto shown = view(std::string(target.id));
      ASSERT_TRUE(shown.has_value()) << target.id;
      seen.push_back(shown->id);
      EXPECT_EQ(target.url, shown->url);
      EXPECT_EQ(target.address, shown->address);
      EXPECT_EQ(target.phase, shown->phase) << target.id;
      EXPECT_EQ(target.in_flight, shown->in_flight);
      EXPECT_EQ(target.rate == nullptr ? std::nullopt : target.rate->per_second(),
                shown->requests_per_s);
    });
  });

  const std::vector<ServiceView> views = registry.services(now);
  std::vector<std::string> shown;
  for (const TargetView& target : views.at(0).targets) shown.push_back(target.id);
  EXPECT_EQ(seen, shown);
  EXPECT_EQ(seen.size(), 4U);
}

TEST_F(RegistryNames, AGlanceAtAServiceSeesItsQueueAndItsPanicOnlyWhereItMayHaveThem) {
  set_files({server(kA)});
  const auto check = [&](bool has_queue, std::optional<bool> is_panic) {
    int services = 0;
    registry.each_service([&](const ServiceGlance& service) {
      ++services;
      EXPECT_EQ(service.name(), "s");
      EXPECT_EQ(service.label(), "s@file");
      EXPECT_EQ(service.queue().has_value(), has_queue);
      EXPECT_EQ(service.is_panic(), is_panic);
    });
    EXPECT_EQ(services, 1);
  };
  check(false, std::nullopt);

  conf::DynamicConfig files = files_with({server(kA)});
  files.services.at("s").in_flight_max = 4;
  files.services.at("s").panic_percent = 50;
  registry.set_files(files, now);

  check(true, false);
}

TEST_F(RegistryNames, TheSameAddressesChangeNothing) {
  set_files({server(kName)});
  resolve({"10.1.1.1", "10.1.1.2"});
  const std::size_t before = snapshots.size();

  resolve({"10.1.1.1", "10.1.1.2"});

  EXPECT_EQ(snapshots.size(), before);
}

TEST_F(RegistryNames, ALostAddressDrainsAndANewOneJoins) {
  set_files({server(kName)});
  resolve({"10.1.1.1", "10.1.1.2"});
  adopt();
  const TargetRef first = state_of(kAt1);
  const TargetRef second = state_of(kAt2);
  first->in_flight = 1;

  resolve({"10.1.1.2", "10.1.1.3"});

  EXPECT_THAT(picked(), ElementsAre(kAt2, "app.internal:80@10.1.1.3"));
  EXPECT_EQ(state_of(kAt2), second) << "who stays is not touched";
  EXPECT_EQ(view(kAt1)->reason, "its name does not stand for this address any more");
  adopt();
  EXPECT_EQ(phase(kAt1), Phase::draining);
  first->in_flight = 0;
  registry.went_idle(first, now);
  EXPECT_FALSE(view(kAt1).has_value());
}

TEST_F(RegistryNames, AnAddressThatComesBackWhileItDrainsGoesOn) {
  set_files({server(kName)});
  resolve({"10.1.1.1", "10.1.1.2"});
  adopt();
  const TargetRef first = state_of(kAt1);
  first->in_flight = 1;
  resolve({"10.1.1.2"});
  adopt();

  resolve({"10.1.1.1", "10.1.1.2"});

  EXPECT_EQ(phase(kAt1), Phase::serving);
  EXPECT_EQ(state_of(kAt1), first);
}

TEST_F(RegistryNames, ANewAddressHasToPassItsHealthCheckFirst) {
  conf::DynamicConfig files = files_with({server(kName), server(kA)});
  files.services.at("s").health_check.emplace();
  registry.set_files(files, now);
  resolve({"10.1.1.1"});

  EXPECT_EQ(phase(kAt1), Phase::joining);
  EXPECT_THAT(picked(), ElementsAre(kA));
  for (const CheckedTarget& one : registry.checked_targets()) {
    if (one.target->id != kAt1) continue;
    EXPECT_EQ(one.endpoint.to_string(), "10.1.1.1:80");
    EXPECT_EQ(one.url->authority(), kName);
    registry.checked(one.target, ProbeResult{}, now);
  }

  EXPECT_EQ(phase(kAt1), Phase::serving);
}

TEST_F(RegistryNames, TwoServicesShareWhatANameStandsFor) {
  conf::DynamicConfig files = files_with({server(kName)});
  files.services["t"] = files.services.at("s");
  files.services["t"].name = "t";
  registry.set_files(files, now);
  EXPECT_EQ(registry.named_urls().size(), 1U);

  resolve({"10.1.1.1"});

  EXPECT_THAT(picked(), ElementsAre(kAt1, kAt1));
}

TEST_F(RegistryNames, WhatIsKnownIsKeptOverAReloadAndForgottenWhenNobodyAsks) {
  set_files({server(kName)});
  resolve({"10.1.1.1"});
  adopt();
  set_files({server(kName), server(kA)});
  EXPECT_THAT(picked(), ElementsAre(kAt1, kA));

  set_files({server(kA)});
  EXPECT_THAT(registry.named_urls(), IsEmpty());
  resolve({});
  adopt();
  set_files({server(kName), server(kA)});

  EXPECT_EQ(phase(kName), Phase::joining);
}

TEST_F(RegistryNames, TheApiAddsDrainsAndRemovesANameAsAWhole) {
  set_files({server(kA)});
  apply(registry.propose_add("s", "", server(kName)));
  resolve({"10.1.1.1", "10.1.1.2"});
  adopt();
  EXPECT_THAT(picked(), ElementsAre(kA, kAt1, kAt2));

  apply(registry.propose_drain("s", kName));
  adopt();
  EXPECT_THAT(picked(), ElementsAre(kA));
  EXPECT_EQ(phase(kAt1), Phase::gone);
  EXPECT_EQ(registry.named_urls().size(), 1U) << "it stays listed";
  apply(registry.propose_undrain("s", kName));
  EXPECT_THAT(picked(), ElementsAre(kA, kAt1, kAt2));

  state_of(kAt1)->in_flight = 1;
  apply(registry.propose_remove("s", kName));
  adopt();
  EXPECT_EQ(view(kAt1)->reason, "removed by the API");
  EXPECT_FALSE(view(kAt2).has_value());
  EXPECT_TRUE(std::holds_alternative<Overlay>(registry.propose_remove("s", kName)))
      << "it is on its way out";
}

TEST_F(RegistryNames, OneAddressCanBeDrainedAndNotBeRemoved) {
  set_files({server(kName)});
  resolve({"10.1.1.1", "10.1.1.2"});
  adopt();

  const Proposal removed = registry.propose_remove("s", kAt1);
  EXPECT_EQ(refusal_of(removed), Refusal::Kind::bad_request);
  EXPECT_THAT(std::get<Refusal>(removed).message, HasSubstr("remove 'app.internal:80'"));
  EXPECT_EQ(refusal_of(registry.propose_drain("s", "app.internal:80@10.1.1.9")),
            Refusal::Kind::no_such_target);

  apply(registry.propose_drain("s", kAt1));
  adopt();
  EXPECT_THAT(picked(), ElementsAre(kAt2));
  EXPECT_EQ(phase(kAt1), Phase::gone);
  resolve({"10.1.1.2"});
  set_files({server(kName), server(kA)});
  resolve({"10.1.1.1", "10.1.1.2"});
  EXPECT_THAT(picked(), ElementsAre(kAt2, kA)) << "it is still meant to be out";

  apply(registry.propose_undrain("s", kAt1));
  EXPECT_EQ(phase(kAt1), Phase::serving);
}

TEST_F(RegistryNames, AnAddressDrainedWithItsNameIsNotLetServeAlone) {
  set_files({server(kName), server(kA)});
  resolve({"10.1.1.1"});
  apply(registry.propose_drain("s", kName));

  EXPECT_EQ(refusal_of(registry.propose_undrain("s", kAt1)), Refusal::Kind::bad_request);
}

TEST_F(RegistryNames, CookiesLeadToEachAddressAndTraefiksToTheFirst) {
  conf::DynamicConfig files = files_with({server(kName)});
  files.services.at("s").sticky.emplace();
  registry.set_files(files, now);
  const auto cookies = [&] {
    const Sticky& sticky = *snapshots.back()->services[0].sticky;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < sticky.values.size(); ++i) out.push_back(sticky.set_cookie(i));
    return out;
  };
  resolve({"10.1.1.1"});
  const std::string alone = cookies().at(0);

  resolve({"10.1.1.1", "10.1.1.2"});

  ASSERT_EQ(cookies().size(), 2U);
  EXPECT_EQ(cookies()[0], alone) << "its clients stay";
  EXPECT_NE(cookies()[1], alone);
  const Sticky& sticky = *snapshots.back()->services[0].sticky;
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(sticky.place_of(sticky.values[i]), i);
  EXPECT_EQ(sticky.place_of(cookie_values("http://app.internal:80", "")[1]), 0U)
      << "as Traefik's file may have had it, with a slash";
}

}  // namespace
}  // namespace gapura::balancer
