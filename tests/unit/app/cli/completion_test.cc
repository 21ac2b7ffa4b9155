#include "app/cli/completion.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/verbs.h"

namespace gapura::app::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Ask = Completion::Ask;

Completion completed(const std::vector<std::string>& words) {
  CLI::App app("", "gapura");
  ClientOptions out;
  add_verbs(app, out);
  return completion_of(app, words);
}

TEST(CompletionTest, KnowsTheVerbs) {
  EXPECT_THAT(completed({"dr"}).words, ElementsAre("drain"));
  EXPECT_THAT(completed({"s"}).words, UnorderedElementsAre("services", "status", "scale", "state"));
  EXPECT_THAT(completed({""}).words, Contains("targets"));
  EXPECT_THAT(completed({"x"}).words, IsEmpty());
}

TEST(CompletionTest, KnowsTheFlagsOfAVerb) {
  EXPECT_THAT(completed({"drain", "--w"}).words, ElementsAre("--wait"));
  EXPECT_THAT(completed({"drain", "--"}).words, Contains("--admin"));
}

TEST(CompletionTest, AsksForServicesAndThenForTargetsOfTheOne) {
  EXPECT_EQ(completed({"drain", "ca"}).ask, Ask::services);
  const Completion second = completed({"drain", "--wait", "calculate", "10"});
  EXPECT_EQ(second.ask, Ask::targets);
  EXPECT_EQ(second.service, "calculate");
  EXPECT_EQ(second.begun, "10");
  EXPECT_EQ(completed({"drain", "a", "b", ""}).ask, Ask::nothing);
}

TEST(CompletionTest, KeepsWhereTheServerIs) {
  const Completion asked = completed({"targets", "--admin", "http://10.0.0.1:8081", ""});

  EXPECT_THAT(asked.place, ElementsAre("--admin", "http://10.0.0.1:8081"));
  EXPECT_EQ(asked.ask, Ask::services);
}

TEST(CompletionTest, LeavesValuesOfFlagsToTheShell) {
  const Completion file = completed({"targets", "--token-file", ""});

  EXPECT_THAT(file.words, IsEmpty());
  EXPECT_EQ(file.ask, Ask::nothing);
}

TEST(CompletionTest, KnowsWordsThatAVerbTakes) {
  EXPECT_THAT(completed({"autoscale", "calculate", "p"}).words, ElementsAre("pause"));
  EXPECT_THAT(completed({"token", ""}).words, ElementsAre("show", "path", "rotate"));
}

TEST(CompletionTest, HasAScriptForThreeShells) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(completion_script(shell), testing::HasSubstr(kCompleteVerb)) << shell;
  }
  EXPECT_EQ(completion_script("csh"), "");
}

}  // namespace
}  // namespace gapura::app::cli
