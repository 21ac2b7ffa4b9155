#include "app/event_log.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "base/log.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

using balancer::Event;
using testing::HasSubstr;

/// What the log says of an event.
std::string logged(const Event& event, const balancer::Overlay& overlay = {}) {
  const test::TempDir folder;
  const auto file = folder / "gapura.log";
  log::start({.file_path = file.string()});
  log_event(event, overlay);
  log::stop();
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

Event event_of(Event::Kind kind) {
  Event event{.kind = kind, .target = {}, .from = {}, .drain = {}};
  event.target.service = "s";
  event.target.id = "t";
  event.target.phase = balancer::Phase::gone;
  return event;
}

TEST(EventLog, TellsATargetThatWasDrainedFromOneThatWasRemoved) {
  balancer::Overlay overlay;
  overlay.services["s"].drained = {"t"};

  EXPECT_THAT(logged(event_of(Event::Kind::gone)), HasSubstr("service s: target t is gone\n"));
  EXPECT_THAT(logged(event_of(Event::Kind::gone), overlay),
              HasSubstr("service s: target t is drained, and stays listed\n"));
}

TEST(EventLog, CountsTheRequestsOfADrain) {
  Event event = event_of(Event::Kind::drained);
  event.drain = balancer::DrainResult{
      .service = "s", .id = "t", .took = Milliseconds(7), .finished = 1, .cut = 0};
  EXPECT_THAT(logged(event), HasSubstr("drained in 7 ms; 1 request ended, none was cut"));

  event.drain->finished = 2;
  event.drain->cut = 1;
  EXPECT_THAT(logged(event), HasSubstr("drained in 7 ms; 2 requests ended, 1 had to be cut"));
}

}  // namespace
}  // namespace gapura::app
