#include "app/cli/scaling_words.h"

#include <gtest/gtest.h>

#include "app/cli/exit_code.h"
#include "app/cli/words.h"

namespace gapura::app::cli {
namespace {

using Act = ScalingWords::Act;

void expect_words(const std::vector<std::string>& words, const std::string& service, Act act,
                  const std::string& mode = "") {
  const ScalingWords read = scaling_words(words);
  EXPECT_EQ(read.service, service);
  EXPECT_EQ(read.act, act);
  EXPECT_EQ(read.mode, mode);
}

TEST(ScalingWordsTest, ShowsWhenNothingIsAskedFor) {
  expect_words({}, "", Act::show);
  expect_words({"show"}, "", Act::show);
  expect_words({"calculate"}, "calculate", Act::show);
  expect_words({"calculate", "show"}, "calculate", Act::show);
}

TEST(ScalingWordsTest, TakesActsWithAndWithoutAService) {
  expect_words({"pause"}, "", Act::pause);
  expect_words({"calculate", "resume"}, "calculate", Act::resume);
  expect_words({"mode", "on"}, "", Act::mode, "on");
  expect_words({"calculate", "mode", "up_only"}, "calculate", Act::mode, "up_only");
}

TEST(ScalingWordsTest, TakesAServiceThatIsNamedLikeAnActBeforeItsAct) {
  expect_words({"pause", "pause"}, "pause", Act::pause);
}

TEST(ScalingWordsTest, RefusesWhatMakesNoSense) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"calculate", "stop"},
                                                {"mode"},
                                                {"calculate", "mode"},
                                                {"pause", "pause", "pause"}}) {
    try {
      scaling_words(words);
      ADD_FAILURE() << words.front() << " was taken";
    } catch (const Stop& stop) {
      EXPECT_EQ(stop.code, ExitCode::usage);
    }
  }
}

TEST(Words, ReadDurationsAndNameTheOptionThatHasNone) {
  EXPECT_EQ(duration_of("--for", "30m"), Milliseconds(1'800'000));
  EXPECT_EQ(duration_of("--for", "90"), Milliseconds(90'000));
  try {
    duration_of("--for", "soon");
    ADD_FAILURE() << "was taken";
  } catch (const Stop& stop) {
    EXPECT_EQ(stop.code, ExitCode::usage);
    EXPECT_EQ(stop.message.find("--for must be a duration"), 0u);
  }
}

}  // namespace
}  // namespace gapura::app::cli
