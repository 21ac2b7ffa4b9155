#include "admin/discovery.h"

#include <gtest/gtest.h>

namespace gapura::admin {
namespace {

using balancer::Origin;
using balancer::Phase;

balancer::TargetView target_of(const std::string& url, Phase phase = Phase::serving,
                               Origin origin = Origin::file) {
  balancer::TargetView target;
  target.id = url;
  target.url = url;
  target.phase = phase;
  target.origin = origin;
  return target;
}

std::vector<balancer::ServiceView> service_with(std::vector<balancer::TargetView> targets) {
  balancer::ServiceView service;
  service.name = "calculate";
  service.targets = std::move(targets);
  return {service};
}

TEST(Discovery, NamesEachMachineOnce) {
  const auto services =
      service_with({target_of("http://10.0.0.1:3000"), target_of("http://10.0.0.1:3001"),
                    target_of("http://[2001:db8::1]:3000")});

  EXPECT_EQ(discovery_text(services, {}), R"([{"targets":["10.0.0.1:9100","[2001:db8::1]:9100"],)"
                                          R"("labels":{"service":"calculate"}}])"
                                          "\n");
}

TEST(Discovery, LeavesOutWhoIsOnTheWayOut) {
  const auto services = service_with(
      {target_of("http://a:1", Phase::joining), target_of("http://b:1", Phase::warming),
       target_of("http://c:1", Phase::suspended), target_of("http://d:1", Phase::draining),
       target_of("http://e:1", Phase::gone)});

  EXPECT_EQ(discovery_text(services, {}),
            R"([{"targets":["a:9100","b:9100","c:9100"],"labels":{"service":"calculate"}}])"
            "\n");
}

TEST(Discovery, LeavesOutWhatNobodyScaledWhereThatIsAskedFor) {
  const auto services = service_with(
      {target_of("http://seed:1"), target_of("http://made:1", Phase::serving, Origin::autoscale)});
  conf::TargetsFile wanted;
  wanted.is_autoscaled_only = true;
  wanted.labels = {{"job", "calculate_service_clone"}, {"service", "mine"}};

  EXPECT_EQ(discovery_text(services, wanted),
            R"([{"targets":["made:9100"],)"
            R"("labels":{"service":"mine","job":"calculate_service_clone"}}])"
            "\n");
}

TEST(Discovery, IsAnEmptyListWithoutTargets) {
  EXPECT_EQ(discovery_text(service_with({}), {}), "[]\n");
  conf::TargetsFile wanted;
  wanted.service = "shop";
  EXPECT_EQ(discovery_text(service_with({target_of("http://a:1")}), wanted), "[]\n");
}

}  // namespace
}  // namespace gapura::admin
