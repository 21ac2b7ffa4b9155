#include "app/demo/demo_story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/demo/calculation.h"
#include "app/demo/demo_files.h"
#include "conf/static_config.h"

namespace gapura::app {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(DemoUsers, RiseAndFallAgain) {
  EXPECT_EQ(demo_users(0), 1U);
  EXPECT_EQ(demo_users(0.3), DemoLoad::kUsersMax);
  EXPECT_EQ(demo_users(0.6), 1U);
  EXPECT_EQ(demo_users(2), 1U);
  EXPECT_GT(demo_users(0.08), 1U);
  EXPECT_LT(demo_users(0.08), DemoLoad::kUsersMax);
}

TEST(DemoStory, TellsEachStepOfATargetOnce) {
  DemoStory story;
  DemoView view;
  view.phases["demo-a"] = "boots";

  EXPECT_THAT(story.news(view), ElementsAre(EndsWith("#1 boots (demo-a)")));
  EXPECT_THAT(story.news(view), IsEmpty());
  view.phases["demo-a"] = "serves";
  view.phases["demo-b"] = "boots";
  EXPECT_THAT(story.news(view), ElementsAre(EndsWith("#1 serves"), EndsWith("#2 boots (demo-b)")));
  view.phases.erase("demo-a");
  EXPECT_THAT(story.news(view), ElementsAre(EndsWith("#1 is gone")));
}

TEST(DemoStory, CountsChangesByTheirDirection) {
  DemoStory story;
  DemoView view;
  view.changes = {{.from = 1, .to = 3, .reason = "from 1 to 3"}};
  EXPECT_THAT(story.news(view), ElementsAre(HasSubstr("UP    from 1 to 3")));
  view.changes.push_back({.from = 3, .to = 2, .reason = "from 3 to 2"});

  EXPECT_THAT(story.news(view), ElementsAre(HasSubstr("DOWN  from 3 to 2")));

  EXPECT_EQ(story.ups(), 1U);
  EXPECT_EQ(story.downs(), 1U);
  story.begin();
  EXPECT_EQ(story.ups(), 0U);
  EXPECT_EQ(story.downs(), 0U);
}

TEST(DemoStory, SaysHowItStands) {
  DemoStory story;
  DemoView view;
  view.wanted = 3;
  view.phases = {{"demo-a", "serves"}, {"demo-b", "serves"}, {"demo-c", "warms up"}};
  story.news(view);

  const std::string line = story.line(Milliseconds(84'000), 6,
                                      {.requests = 100, .rate = 37.4, .p95 = Milliseconds(236)});

  EXPECT_THAT(line, HasSubstr(" 1:24  6 users"));
  EXPECT_THAT(line, HasSubstr("37 requests/s   p95   236 ms"));
  EXPECT_THAT(line, EndsWith("3 wanted: 2 serve, 1 warms up"));
}

TEST(DemoStory, ClosesWithWhatWasCounted) {
  DemoStory story;
  DemoView view;
  view.phases = {{"demo-a", "serves"}};
  view.changes = {{.from = 1, .to = 2, .reason = {}}};
  story.news(view);
  story.line(Milliseconds(0), 1, {.requests = 5, .p95 = Milliseconds(400)});
  story.line(Milliseconds(0), 1, {.requests = 9, .p95 = Milliseconds(100)});

  EXPECT_EQ(story.closing(Milliseconds(120'000), {.requests = 10, .failed = 1}),
            "10 requests in 120 s, 1 failed; 1 time up, 0 times down, 1 target at most; "
            "p95 400 ms at worst, 100 ms in the end");
}

TEST(DemoView, IsReadFromWhatTheApiAnswers) {
  const auto view = read_view(
      R"({"size": {"wanted": 3}, "instances": [
           {"name": "a", "phase": "in service", "target": "a"},
           {"name": "b", "phase": "in service", "target": "b"},
           {"name": "c", "phase": "booting", "target": "c"},
           {"name": "d", "phase": "draining", "target": "d"}],
         "changes": [{"from": 2, "to": 3, "reason": "new"},
                     {"from": 1, "to": 2, "reason": "old"}]})",
      R"({"targets": [{"id": "a", "state": "serving"}, {"id": "b", "state": "warming"},
                      {"id": "c", "state": "joining"}, {"id": "d", "state": "draining"}]})");

  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->wanted, 3U);
  EXPECT_EQ(view->phases.at("a"), "serves");
  EXPECT_EQ(view->phases.at("b"), "warms up");
  EXPECT_EQ(view->phases.at("c"), "boots");
  EXPECT_EQ(view->phases.at("d"), "drains");
  ASSERT_EQ(view->changes.size(), 2U);
  EXPECT_EQ(view->changes[0].reason, "old");
}

TEST(DemoView, IsNothingWhenTheApiDidNotAnswer) {
  EXPECT_FALSE(read_view("", "").has_value());
  EXPECT_FALSE(read_view("{}", "{}").has_value());
}

TEST(DemoFiles, HaveAStaticFileWithoutFault) {
  DemoPlaces places;
  places.folder = "/tmp/gapura-demo-x";
  places.web_port = 8000;
  places.internal_port = 8080;
  places.admin_port = 8081;

  const conf::StaticResult result =
      conf::parse_static(demo_static_yaml(places), places.static_file());

  EXPECT_TRUE(result.problems.empty()) << result.problems.front().to_string();
  EXPECT_EQ(result.config.state_dir, "/tmp/gapura-demo-x/state");
  EXPECT_EQ(result.config.admin.address.port, 8081);
}

TEST(DemoFiles, LeaveNothingToFillIn) {
  DemoPlaces places;
  places.folder = "/tmp/gapura-demo-x";
  places.program = "/usr/bin/gapura";
  for (const std::string& text :
       {demo_services_yaml(places), demo_opening(places), demo_exercises(places)}) {
    EXPECT_THAT(text, HasSubstr("gapura"));
    EXPECT_THAT(text, testing::Not(testing::ContainsRegex("[^{x -]\\{[a-z]+\\}[^}]"))) << text;
  }
}

TEST(Calculation, IsTheSameForTheSameNumberAndRestsInBetween) {
  int rests = 0;

  const std::string paced = calculated(14, [&rests] { ++rests; });

  EXPECT_EQ(paced, calculated(14));
  EXPECT_NE(paced, calculated(15));
  EXPECT_EQ(paced.size(), 64U);
  EXPECT_EQ(rests, 20);
}

}  // namespace
}  // namespace gapura::app
