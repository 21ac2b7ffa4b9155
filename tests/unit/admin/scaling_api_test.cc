#include "admin/scaling_api.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin/hand_change.h"

namespace gapura::admin {
namespace {

using testing::HasSubstr;

std::variant<autoscale::HandChange, BodyFault> change_in(std::string_view body) {
  const auto parsed = parse_body(body);
  if (const auto* fault = std::get_if<BodyFault>(&parsed)) return *fault;
  return read_hand_change(std::get<boost::json::value>(parsed));
}

autoscale::HandChange change_of(std::string_view body) {
  auto read = change_in(body);
  if (const auto* fault = std::get_if<BodyFault>(&read)) {
    ADD_FAILURE() << body << ": " << fault->message;
    return {};
  }
  return std::get<autoscale::HandChange>(read);
}

BodyFault fault_of(std::string_view body) {
  auto read = change_in(body);
  auto* fault = std::get_if<BodyFault>(&read);
  if (fault == nullptr) ADD_FAILURE() << body << " was taken";
  return fault == nullptr ? BodyFault{} : *fault;
}

TEST(HandChange, HoldsWhatIsNamedAndNothingElse) {
  const auto size = change_of(R"({"size": 3, "for": "10m"})");
  EXPECT_EQ(size.size, std::optional(std::optional(3U)));
  EXPECT_EQ(size.lasts, Milliseconds(600'000));
  EXPECT_FALSE(size.mode);
  EXPECT_FALSE(size.is_paused);

  const auto cleared = change_of(R"({"size": null})");
  ASSERT_TRUE(cleared.size);
  EXPECT_FALSE(*cleared.size);

  const auto rest = change_of(R"({"mode": "up_only", "paused": true})");
  EXPECT_EQ(rest.mode, conf::ScalingMode::up_only);
  EXPECT_EQ(rest.is_paused, true);
  EXPECT_FALSE(rest.size);
}

TEST(HandChange, SaysWhichMemberIsWrong) {
  EXPECT_EQ(fault_of(R"({"size": -1})").field, "size");
  EXPECT_EQ(fault_of(R"({"size": "3"})").field, "size");
  EXPECT_EQ(fault_of(R"({"size": 1e9})").field, "size");
  EXPECT_EQ(fault_of(R"({"mode": "auto"})").field, "mode");
  EXPECT_EQ(fault_of(R"({"mode": 1})").field, "mode");
  EXPECT_EQ(fault_of(R"({"paused": 1})").field, "paused");
  EXPECT_EQ(fault_of(R"({"size": 1, "for": "soon"})").field, "for");
  EXPECT_EQ(fault_of(R"({"paused": true, "for": "1m"})").field, "for");
  EXPECT_EQ(fault_of(R"({"sice": 1})").field, "sice");
  EXPECT_THAT(fault_of("{}").message, HasSubstr("object like"));
  EXPECT_THAT(fault_of("[1]").message, HasSubstr("object like"));
  EXPECT_THAT(fault_of("{").message, HasSubstr("not valid JSON"));
}

TEST(ScalingShown, SaysWhatIsSeenDecidedAndDone) {
  autoscale::ScalerView view;
  view.service = "calculate";
  view.policy.max = 4;
  view.sample.serving = 2;
  view.sample.in_flight = 3;
  view.sample.queued = 1;
  view.decision.to = 3;
  view.decision.reason = "from 2 to 3: concurrency";
  view.decision.votes.push_back({.signal = "cpu", .value = {}, .reason = "nobody was measured"});
  view.instances.push_back({.instance = {.name = "gapura-calculate-x"}, .phase = "booting"});

  const auto object = to_json(view, WallTime{});

  EXPECT_EQ(object.at("size").at("wanted"), 3);
  EXPECT_EQ(object.at("load").at("concurrency"), 4);
  EXPECT_EQ(object.at("decision").at("votes").at(0).at("value"), nullptr);
  EXPECT_EQ(object.at("instances").at(0).at("phase"), "booting");
  EXPECT_EQ(object.at("bootSeconds"), nullptr);
  EXPECT_EQ(object.at("override"), nullptr);
}

}  // namespace
}  // namespace gapura::admin
