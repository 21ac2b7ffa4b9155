#include "admin/rest/entity_tag.h"

#include <gtest/gtest.h>

namespace gapura::admin {
namespace {

balancer::TargetView target_named(const std::string& id) {
  balancer::TargetView view;
  view.id = view.listed_id = id;
  view.url = "http://" + id;
  view.phase = balancer::Phase::serving;
  return view;
}

std::string tag(const balancer::TargetView& target) {
  return tag_of(std::vector{target});
}

Request with(const std::string& name, const std::string& value) {
  Request request;
  request.method = "GET";
  request.fields.emplace_back(name, value);
  return request;
}

TEST(EntityTag, IsOfWhatIsWantedAndNotOfWhatIsObserved) {
  const balancer::TargetView before = target_named("10.0.0.1:80");
  balancer::TargetView busy = before;
  busy.in_flight = 7;
  busy.phase = balancer::Phase::suspended;
  busy.requests = 99;
  EXPECT_EQ(tag(before), tag(busy));
  EXPECT_EQ(tag(before).size(), 18U);

  balancer::TargetView heavy = before;
  heavy.weight = 2;
  balancer::TargetView drained = before;
  drained.is_drained = true;
  balancer::TargetView timed = before;
  timed.ttl = Milliseconds(1'000);
  for (const auto& other : {heavy, drained, timed}) EXPECT_NE(tag(before), tag(other));
}

TEST(EntityTag, IsEmptyForWhatNobodyLists) {
  balancer::TargetView leaving = target_named("10.0.0.1:80");
  leaving.phase = balancer::Phase::draining;
  EXPECT_EQ(tag(leaving), "");
  leaving.is_drained = true;
  EXPECT_NE(tag(leaving), "");
  EXPECT_EQ(tag_of(std::vector<balancer::TargetView>()), "");
  EXPECT_EQ(tag_of(std::optional<balancer::ServiceView>()), "");
}

TEST(EntityTag, OfAServiceChangesWithItsTargetsAndItsLimit) {
  balancer::ServiceView service;
  service.name = "calculate";
  const std::string empty = tag_of(std::optional(service));
  service.targets.push_back(target_named("10.0.0.1:80"));
  const std::string one = tag_of(std::optional(service));
  service.in_flight_max_set = 4;

  EXPECT_NE(empty, one);
  EXPECT_NE(one, tag_of(std::optional(service)));
}

TEST(Conditions, HoldOrSayWhy) {
  const std::string tag = "\"0123456789abcdef\"";
  EXPECT_FALSE(condition_failure(Request(), tag));
  EXPECT_FALSE(condition_failure(with("If-Match", tag), tag));
  EXPECT_FALSE(condition_failure(with("If-Match", "\"a\" , " + tag), tag));
  EXPECT_FALSE(condition_failure(with("If-Match", "*"), tag));
  EXPECT_FALSE(condition_failure(with("If-None-Match", "*"), ""));
  EXPECT_FALSE(condition_failure(with("If-None-Match", "\"a\""), tag));

  const auto kind = balancer::Refusal::Kind::changed_meanwhile;
  for (const auto& [name, value, now] :
       {std::tuple("If-Match", "\"a\"", tag), std::tuple("If-Match", "*", std::string()),
        std::tuple("If-Match", "W/\"0123456789abcdef\"", tag),
        std::tuple("If-None-Match", "*", tag)}) {
    const auto refusal = condition_failure(with(name, value), now);
    ASSERT_TRUE(refusal) << name << ": " << value;
    EXPECT_EQ(refusal->kind, kind);
  }
}

TEST(SetTag, AnswersAReadOfTheSameWith304) {
  const std::string tag = tag_of("x");
  Response response;
  response.body = "{}";

  set_tag(response, with("If-None-Match", tag), tag);

  EXPECT_EQ(response.status, 304U);
  EXPECT_EQ(response.body, "");
}

}  // namespace
}  // namespace gapura::admin
