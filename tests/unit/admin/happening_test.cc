#include "admin/happening.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace gapura::admin {
namespace {

using balancer::Event;

Event target_event(Event::Kind kind) {
  Event event{.kind = kind, .target = {}, .from = {}, .drain = {}};
  event.target.service = "s";
  event.target.id = "t";
  event.target.url = "http://10.0.0.1:1";
  event.target.reason = "why";
  event.target.phase = balancer::Phase::gone;
  return event;
}

TEST(Happening, TellsATargetThatWasDrainedFromOneThatWasRemoved) {
  balancer::Overlay overlay;
  overlay.services["s"].drained = {"t"};

  const Happening gone = happening_of(target_event(Event::Kind::gone), {});
  const Happening listed = happening_of(target_event(Event::Kind::gone), overlay);

  EXPECT_EQ(gone.message, "service s: target t is gone");
  EXPECT_EQ(listed.message, "service s: target t is drained, and stays listed");
  EXPECT_EQ(gone.kind, "targetGone");
  EXPECT_EQ(listed.details.at("isListed"), boost::json::value(true));
}

TEST(Happening, CountsTheRequestsOfADrain) {
  Event event = target_event(Event::Kind::drained);
  event.drain = balancer::DrainResult{
      .service = "s", .id = "t", .took = Milliseconds(7), .finished = 1, .cut = 0};
  Happening told = happening_of(event, {});
  EXPECT_EQ(told.message, "service s: target t drained in 7 ms; 1 request ended, none was cut");
  EXPECT_EQ(told.level, log::Level::info);
  EXPECT_EQ(told.details.at("drain"),
            boost::json::parse(R"({"tookMs":7,"finished":1,"cut":0,"cancelled":false})"));

  event.drain->finished = 2;
  event.drain->cut = 1;
  told = happening_of(event, {});
  EXPECT_EQ(told.message, "service s: target t drained in 7 ms; 2 requests ended, 1 had to be cut");
  EXPECT_EQ(told.level, log::Level::warn);

  event.drain->was_cancelled = true;
  EXPECT_EQ(happening_of(event, {}).message, "service s: target t goes back to serving");
}

TEST(Happening, TellsOfPhases) {
  Event event = target_event(Event::Kind::phase_changed);
  event.target.phase = balancer::Phase::suspended;
  event.from = balancer::Phase::serving;

  const Happening told = happening_of(event, {});

  EXPECT_EQ(told.kind, "targetPhase");
  EXPECT_EQ(told.message, "service s: target t is suspended, was serving: why");
  EXPECT_EQ(told.level, log::Level::warn);
  EXPECT_EQ(told.details.at("from"), boost::json::value("serving"));
  EXPECT_EQ(told.details.at("to"), boost::json::value("suspended"));
  EXPECT_EQ(told.details.at("reason"), boost::json::value("why"));
}

TEST(Happening, SpeaksOfAPanicAsTheServices) {
  const Happening begun = happening_of(target_event(Event::Kind::panic_begun), {});
  const Happening ended = happening_of(target_event(Event::Kind::panic_ended), {});

  EXPECT_EQ(begun.kind, "panicBegun");
  EXPECT_EQ(ended.kind, "panicEnded");
  EXPECT_FALSE(begun.details.contains("target"));
  EXPECT_EQ(begun.details.at("service"), boost::json::value("s"));
}

TEST(Happening, TellsOfScaling) {
  using Kind = autoscale::ScalingEvent::Kind;
  autoscale::ScalingEvent event{.kind = Kind::decided, .service = "s", .message = "more load"};
  event.decision.emplace();
  event.decision->from = 1;
  event.decision->to = 3;
  event.decision->reason = "more load";

  const Happening decided = happening_of(event);
  const Happening step = happening_of(
      {.kind = Kind::instance_up, .service = "s", .instance = "s-1", .message = "is up"});
  const Happening failed =
      happening_of({.kind = Kind::provider_failed, .service = "s", .message = "timed out"});

  EXPECT_EQ(decided.kind, "scaleDecision");
  EXPECT_EQ(decided.message, "scaling of service s: more load");
  EXPECT_EQ(decided.details.at("decision"),
            boost::json::parse(R"({"from":1,"to":3,"reason":"more load"})"));
  EXPECT_EQ(step.kind, "scaleStep");
  EXPECT_EQ(step.message, "scaling of service s: instance s-1: is up");
  EXPECT_EQ(failed.kind, "providerFailure");
  EXPECT_EQ(failed.level, log::Level::warn);
}

TEST(Happening, NamesBrokenFilesAndAFewOfTheirMistakes) {
  const conf::Problem mistake{.file = "a.yaml", .line = 3, .path = {}, .message = "wrong"};

  const Happening told = config_broken({"a.yaml"}, conf::Problems(50, mistake));

  EXPECT_EQ(told.kind, "configBroken");
  EXPECT_EQ(told.message, mistake.to_string() + "; and 49 further mistakes");
  EXPECT_EQ(told.details.at("files"), boost::json::parse(R"(["a.yaml"])"));
  EXPECT_EQ(told.details.at("problems").as_array().size(), 20u);
  EXPECT_EQ(config_broken({"a.yaml"}, {}).message, "a.yaml cannot be used");
}

}  // namespace
}  // namespace gapura::admin
