#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/terminal.h"
#include "app/cli/text.h"
#include "app/cli/top_model.h"
#include "app/cli/top_view.h"

namespace gapura::app::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kServices = R"({"services": [
  {"name": "calc", "status": "enabled", "targets": [
    {"id": "a:1", "state": "serving", "inFlight": 1, "sinceSeconds": 5, "lastProbe": null},
    {"id": "b:1", "state": "draining", "inFlight": 3, "sinceSeconds": 70, "lastProbe": null}]},
  {"name": "empty", "status": "disabled", "targets": []}]})";
constexpr const char* kStats = R"({"services": [{"name": "calc", "requestsPerSecond": 12.5,
  "p50Ms": 2, "p95Ms": 30.2, "queued": 4, "targets": [{"id": "b:1", "requestsPerSecond": 7}]}]})";

TopModel model_of(const char* services = kServices) {
  TopModel model;
  model.take_services(boost::json::parse(services));
  return model;
}

std::vector<std::string> names_of(const TopModel& model) {
  std::vector<std::string> names;
  for (const TopRow& row : model.rows()) names.push_back(row.is_service ? row.service : row.target);
  return names;
}

Screen screen_of(std::size_t rows, std::size_t columns) {
  return {.is_terminal = true, .has_colours = false, .columns = columns, .rows = rows};
}

TEST(TopModel, ListsEachServiceWithItsTargets) {
  EXPECT_THAT(names_of(model_of()), ElementsAre("calc", "a:1", "b:1", "empty"));
  EXPECT_EQ(model_of().rows()[0].in_flight, 4);
}

TEST(TopModel, HasNoRatesBeforeThereAreStats) {
  TopModel model = model_of();
  EXPECT_EQ(model.rows()[0].requests_per_s, std::nullopt);

  model.take_stats(boost::json::parse(kStats));

  EXPECT_EQ(model.rows()[0].requests_per_s, 12.5);
  EXPECT_EQ(model.rows()[0].queued, 4);
  EXPECT_EQ(model.rows()[1].requests_per_s, std::nullopt);
  EXPECT_EQ(model.rows()[2].requests_per_s, 7);
}

TEST(TopModel, SortsTargetsWithinTheirService) {
  TopModel model = model_of();

  model.press(Key::sort, 5);

  EXPECT_STREQ(model.order(), "in flight");
  EXPECT_THAT(names_of(model), ElementsAre("calc", "b:1", "a:1", "empty"));
}

TEST(TopModel, KeepsTheSelectionOnItsTargetWhileOthersCome) {
  TopModel model = model_of();
  model.press(Key::down, 5);
  model.press(Key::down, 5);
  EXPECT_EQ(model.selected(), 2u);

  model.take_services(boost::json::parse(
      R"({"services": [{"name": "calc", "targets": [{"id": "b:1"}, {"id": "c:1"}]}]})"));

  EXPECT_EQ(model.selected(), 1u);
}

TEST(TopModel, StaysWithinTheRows) {
  TopModel model = model_of();
  model.press(Key::up, 5);
  EXPECT_EQ(model.selected(), 0u);
  model.press(Key::page_down, 50);
  EXPECT_EQ(model.selected(), 3u);
  model.press(Key::home, 5);
  EXPECT_EQ(model.selected(), 0u);
}

TEST(TopModel, DrainsOnlyAfterAYes) {
  TopModel model = model_of();
  model.press(Key::down, 5);

  EXPECT_FALSE(model.press(Key::drain, 5));
  EXPECT_THAT(model.message(), HasSubstr("drain a:1 of calc?"));
  const auto wish = model.press(Key::yes, 5);

  ASSERT_TRUE(wish);
  EXPECT_TRUE(wish->is_drain);
  EXPECT_EQ(wish->service, "calc");
  EXPECT_EQ(wish->target, "a:1");
}

TEST(TopModel, DoesNothingAfterAnyOtherKey) {
  TopModel model = model_of();
  model.press(Key::down, 5);
  model.press(Key::undrain, 5);

  EXPECT_FALSE(model.press(Key::other, 5));
  EXPECT_EQ(model.message(), "not done");
  EXPECT_FALSE(model.press(Key::yes, 5));
}

TEST(TopModel, DoesNotDrainAWholeService) {
  TopModel model = model_of();

  EXPECT_FALSE(model.press(Key::drain, 5));
  EXPECT_THAT(model.message(), HasSubstr("select a target"));
  EXPECT_FALSE(model.press(Key::yes, 5));
}

TEST(TopView, FillsTheScreenAndNoMore) {
  TopModel model = model_of();
  for (int i = 0; i < 20; ++i) {
    model.take_event(boost::json::parse(R"({"at": "2026-01-01T00:00:00Z", "kind": "targetJoined",
                                            "message": "a target joined, with a long sentence"})"));
  }
  for (std::size_t rows = 1; rows < 40; rows += 3) {
    for (std::size_t columns = 1; columns < 120; columns += 7) {
      const auto lines = top_lines(model, "http://127.0.0.1:8081", screen_of(rows, columns));
      EXPECT_EQ(lines.size(), rows) << columns;
      for (const auto& line : lines) EXPECT_LE(columns_of(line), columns) << line;
    }
  }
}

TEST(TopView, KeepsTheSelectedRowOnASmallScreen) {
  TopModel model = model_of();
  model.press(Key::end, 5);

  const auto lines = top_lines(model, "here", screen_of(5, 80));

  EXPECT_THAT(lines, testing::Contains(HasSubstr("> empty")));
}

TEST(TopView, SaysADashForWhatIsNotKnown) {
  const auto lines = top_lines(model_of(), "here", {});

  EXPECT_THAT(lines[2], HasSubstr("calc"));
  EXPECT_THAT(lines[2], testing::ContainsRegex("4 +- +- +- +-$"));
}

TEST(TopView, SaysWhenTheServerDoesNotAnswer) {
  TopModel model = model_of();
  model.set_fault("connection refused");
  EXPECT_THAT(top_lines(model, "here", screen_of(10, 80)).front(), HasSubstr("refused"));

  model.take_services(boost::json::parse(kServices));
  EXPECT_THAT(top_lines(model, "here", screen_of(10, 80)).front(), HasSubstr("2 services"));
}

TEST(TerminalKeys, AreTakenOffOneByOne) {
  std::string_view bytes = "jk\x1b[A\x1b[6~\x1bOBq\x1b[99~";
  std::vector<Key> keys;
  while (const auto key = take_key(bytes)) keys.push_back(*key);

  EXPECT_THAT(keys, ElementsAre(Key::down, Key::up, Key::up, Key::page_down, Key::down, Key::quit,
                                Key::other));
}

}  // namespace
}  // namespace gapura::app::cli
