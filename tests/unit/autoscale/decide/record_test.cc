#include "autoscale/decide/record.h"

#include <gtest/gtest.h>

#include "autoscale/decide/policy_text.h"
#include "tests/unit/autoscale/decide/stage.h"

namespace gapura::autoscale {
namespace {

using std::chrono::seconds;

conf::Autoscale full_policy() {
  std::string fault;
  const auto out = read_policy_text(
      "mode: observe\nmin: 0\nmax: 9\nconcurrency: 4.5\nqueueWait: 250ms\n"
      "latency: {percentile: 99, most: 2s}\ncpu: {down: 30}\nmemory: {}\n"
      "queries: [{name: jobs, server: 'http://p', query: 'sum(x{a=\"b\"})', target: 3}]\n"
      "schedule: [{cron: '0 7 * * *', zone: Asia/Jakarta, for: 2h, min: 3}]\n",
      &fault);
  EXPECT_TRUE(out) << fault;
  return out.value_or(conf::Autoscale());
}

TEST(PolicyText, IsReadAgainAsItWas) {
  const conf::Autoscale policy = full_policy();
  std::string fault;

  EXPECT_EQ(read_policy_text(policy_text(policy), &fault), policy) << fault;
}

TEST(PolicyText, SaysWhatIsWrong) {
  std::string fault;
  EXPECT_FALSE(read_policy_text("min: 5\nmax: 3\n", &fault));
  EXPECT_EQ(fault, "min: min (5) must not be above max (3)");
  EXPECT_FALSE(read_policy_text("", &fault));
  EXPECT_FALSE(read_policy_text("{", &fault));
}

/// A live run with all that a sample can hold, as text.
std::string recorded() {
  Stage stage(full_policy());
  stage.policy.mode = conf::ScalingMode::on;
  std::string text = start_line("calculate", stage.policy, stage.now) + "\n";
  stage.sample.bounds_s = {0.1, 1};
  stage.sample.queries["jobs"] = std::nullopt;
  for (int i = 0; i < 300; ++i) {
    stage.load(0.1 * i, 0.21);
    stage.sample.latencies = {1.0 / 3, 0.1 * i, 2};
    stage.sample.memory = 3.7 * (i % 20);
    if (i % 7 == 0) stage.sample.queries["jobs"] = 1.0 / (1 + i);
    if (i == 150) stage.sample.override_size = 2;
    if (i == 160) stage.sample.override_size.reset();
    if (i == 50) {
      stage.history.add_boot(seconds(40));
      text += boot_line(seconds(40)) + "\n";
    }
    const Decision decision = stage.tick();
    text += record_line(stage.history.samples().back(), decision, decision.to) + "\n";
  }
  return text;
}

TEST(Record, EveryDecisionComesOutTheSame) {
  const Redecided again = decide_again(recorded());

  EXPECT_EQ(again.fault, "");
  EXPECT_EQ(again.decisions, 300U);
  EXPECT_GT(again.changes, 2U);
  EXPECT_EQ(again.different, 0U) << again.differences.front();
}

TEST(Record, ADecisionThatDiffersIsNamedByItsLine) {
  std::string text = recorded();
  const auto place = text.find("\"to\":");
  text.replace(place, 6, "\"to\":7");

  const Redecided again = decide_again(text);

  EXPECT_EQ(again.different, 1U);
  EXPECT_TRUE(again.differences.at(0).starts_with("line 2: was 7 (")) << again.differences[0];
}

TEST(Record, ACutEndIsLeftOutAndOtherMistakesAreNot) {
  const std::string text = recorded();
  const Redecided cut = decide_again(text.substr(0, text.size() - 30));
  EXPECT_EQ(cut.fault, "");
  EXPECT_EQ(cut.decisions, 299U);

  EXPECT_TRUE(decide_again("{}\n").fault.starts_with("line 1: a start line"));
  EXPECT_TRUE(decide_again("no\n").fault.starts_with("line 1: "));
  EXPECT_TRUE(decide_again("{\"policy\":{\"max\":0},\"at\":1}\n").fault.find("policy") !=
              std::string::npos);
}

}  // namespace
}  // namespace gapura::autoscale
