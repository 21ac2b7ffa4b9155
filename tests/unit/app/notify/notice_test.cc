#include "app/notify/notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapura::app {
namespace {

using balancer::Event;
using balancer::Phase;
using conf::NotifyEvent;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::system_clock::time_point kTime{std::chrono::seconds(1'738'311'300)};

Event some_event(Event::Kind kind, Phase phase = Phase::serving) {
  Event event{};
  event.kind = kind;
  event.target.service = "calculate";
  event.target.id = "10.0.0.1:3000";
  event.target.url = "http://10.0.0.1:3000";
  event.target.phase = phase;
  event.target.reason = "it says \"hello\"";
  return event;
}

std::vector<NotifyEvent> kinds_of(const Event& event) {
  std::vector<NotifyEvent> kinds;
  for (const Notice& notice : notices_of(event, kTime)) kinds.push_back(notice.event);
  return kinds;
}

TEST(Notice, TellsWhatBecomesOfATarget) {
  using Kind = Event::Kind;
  EXPECT_THAT(kinds_of(some_event(Kind::joined, Phase::joining)), ElementsAre(NotifyEvent::joined));
  EXPECT_THAT(kinds_of(some_event(Kind::joined, Phase::serving)),
              ElementsAre(NotifyEvent::joined, NotifyEvent::ready));
  EXPECT_THAT(kinds_of(some_event(Kind::phase_changed, Phase::serving)),
              ElementsAre(NotifyEvent::ready));
  EXPECT_THAT(kinds_of(some_event(Kind::phase_changed, Phase::suspended)),
              ElementsAre(NotifyEvent::suspended));
  EXPECT_THAT(kinds_of(some_event(Kind::phase_changed, Phase::draining)),
              ElementsAre(NotifyEvent::draining));
  EXPECT_THAT(kinds_of(some_event(Kind::phase_changed, Phase::warming)), IsEmpty());
  EXPECT_THAT(kinds_of(some_event(Kind::gone)), ElementsAre(NotifyEvent::gone));
  EXPECT_THAT(kinds_of(some_event(Kind::panic_begun)), IsEmpty());
}

TEST(Notice, TellsTheFiguresOfADrainUnlessItWasTakenBack) {
  Event event = some_event(Event::Kind::drained, Phase::draining);
  event.drain = balancer::DrainResult{.service = "calculate",
                                      .id = "10.0.0.1:3000",
                                      .took = Milliseconds(1'500),
                                      .finished = 7,
                                      .cut = 1,
                                      .was_cancelled = false};

  const auto notices = notices_of(event, kTime);

  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(message_of(notices[0], {}),
            R"({"event":"drained","time":"2025-01-31T08:15:00Z","service":"calculate",)"
            R"("target":"10.0.0.1:3000","url":"http://10.0.0.1:3000","state":"draining",)"
            R"("reason":"it says \"hello\"","finished":7,"cut":1,"seconds":1.5})"
            "\n");
  event.drain->was_cancelled = true;
  EXPECT_THAT(notices_of(event, kTime), IsEmpty());
}

TEST(Notice, TellsDecisionsThatChangeSomethingAndFailuresOfTheProvider) {
  autoscale::ScalingEvent event{.kind = autoscale::ScalingEvent::Kind::decided,
                                .service = "calculate",
                                .instance = {},
                                .message = "2 are too few",
                                .decision = autoscale::Decision{}};
  event.decision->from = 2;
  event.decision->to = 2;
  EXPECT_THAT(notices_of(event, kTime), IsEmpty());

  event.decision->to = 4;
  const auto scaled = notices_of(event, kTime);
  ASSERT_EQ(scaled.size(), 1u);
  EXPECT_EQ(scaled[0].event, NotifyEvent::scaled);
  EXPECT_THAT(message_of(scaled[0], {}), HasSubstr(R"("from":2,"to":4)"));

  event.kind = autoscale::ScalingEvent::Kind::provider_failed;
  EXPECT_EQ(notices_of(event, kTime).at(0).event, NotifyEvent::provider_failed);
  event.kind = autoscale::ScalingEvent::Kind::instance_up;
  EXPECT_THAT(notices_of(event, kTime), IsEmpty());
}

TEST(Notice, FillsATemplateSafeForJsonUnlessItIsOtherText) {
  const auto notices = notices_of(some_event(Event::Kind::joined), kTime);
  ASSERT_FALSE(notices.empty());
  const Notice& notice = notices.front();
  conf::Notify to;
  to.body = R"({"text": "{{event}} {{ target }}: {{reason}}{{cut}}"})";
  EXPECT_EQ(message_of(notice, to), R"({"text": "joined 10.0.0.1:3000: it says \"hello\""})");

  to.content_type = "text/plain";
  to.body = "{{reason}} }} {{";
  EXPECT_EQ(message_of(notice, to), "it says \"hello\" }} {{");
}

}  // namespace
}  // namespace gapura::app
