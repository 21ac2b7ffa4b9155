#include "autoscale/simulate/simulation.h"

#include <gtest/gtest.h>

#include "autoscale/simulate/report.h"
#include "autoscale/simulate/shapes.h"

namespace gapura::autoscale {
namespace {

Trace trace_in(std::string_view csv) {
  auto out = read_csv_trace(csv, 0.2);
  EXPECT_TRUE(std::holds_alternative<Trace>(out)) << std::get<TraceFault>(out).message;
  return std::get<Trace>(std::move(out));
}
std::string fault_in(std::string_view csv) {
  const auto out = read_csv_trace(csv, 0.2);
  return std::holds_alternative<Trace>(out) ? "" : std::get<TraceFault>(out).message;
}

TEST(Trace, ReadsCountsOfMinutesAndSeconds) {
  const Trace minutes = trace_in("minute,requests\r\n00:00,60\n00:02,120\n");
  ASSERT_EQ(minutes.rates.size(), 180U);
  EXPECT_EQ(minutes.rates[0], 1);
  EXPECT_EQ(minutes.rates[60], 0);
  EXPECT_EQ(minutes.rates[179], 2);

  EXPECT_EQ(trace_in("second,requests\n5,1\n7,3").rates, (std::vector<double>{1, 0, 3}));
}

TEST(Trace, ReadsArrivalsWithTheirWork) {
  const Trace trace = trace_in("seconds,generated_tokens\n0.0,10\n0.5,30\n2.1,20\n");

  EXPECT_EQ(trace.rates, (std::vector<double>{2, 0, 1}));
  EXPECT_NEAR(trace.work_s[0], 0.2, 1e-9);  // 20 on average, like all
  EXPECT_NEAR(trace.work_s[2], 0.2, 1e-9);
}

TEST(Trace, SaysWhatIsWrong) {
  EXPECT_NE(fault_in("a,b\n1,2\n").find("its first line must be"), std::string::npos);
  EXPECT_EQ(fault_in("second,requests\n"), "it holds no line after its head");
  EXPECT_EQ(fault_in("second,requests\n1,2\nx,3\n"), "line 3 is not a time and a number: \"x,3\"");
  EXPECT_EQ(fault_in("second,requests\n1,-2\n"), "line 2 is not a time and a number: \"1,-2\"");
  EXPECT_EQ(fault_in("second,requests\n2,1\n1,1\n"), "line 3 goes back in time");
  EXPECT_FALSE(fault_in("second,requests\n1e18,1\n").empty());
  EXPECT_FALSE(fault_in("second,requests\n1,inf\n").empty());
  EXPECT_FALSE(fault_in("second,requests\n1,nan\n").empty());
  EXPECT_FALSE(fault_in("minute,requests\ninf:00,1\n").empty());
}

TEST(Fluid, LetsThroughWhatItCanAndKeepsTheRest) {
  Fluid fluid({.concurrency = 4, .service_s = 0.2, .wait_max_s = 10});
  Fluid::Second second = fluid.step(30, 0.2, 1);  // 20 a second fit
  EXPECT_EQ(second.served, 20);
  EXPECT_NEAR(second.latency_s, 0.2 + 10 / 20.0, 1e-9);
  EXPECT_EQ(second.utilization, 1);
  second = fluid.step(500, 0.2, 1);
  EXPECT_NEAR(second.refused, 290, 1e-9);
  EXPECT_NEAR(fluid.waiting(), 200, 1e-9);
  second = fluid.step(0, 0.2, 20);
  EXPECT_EQ(fluid.waiting(), 0);
  EXPECT_EQ(second.refused, 0);
}

/// Never changes anything.
class Still final : public Scaler {
 public:
  Decision tick(const Sample& sample, double /*utilization*/) override {
    Decision out;
    out.from = out.to = sample.serving;
    return out;
  }
};

TEST(Simulation, CountsHoursAndBrokenPromises) {
  Still still;
  SimulationSettings settings{.service = {}, .begins_with = 2, .seed = 0};
  const SimulationOutcome outcome = simulate(shapes::step(10, 100, 1'800, 3'600), still, settings);

  EXPECT_NEAR(outcome.hours, 2, 1e-9);
  EXPECT_NEAR(outcome.violation_min, 30, 0.1);
  EXPECT_NEAR(outcome.bad_percent, 100 * 100.0 / 110, 0.2);
  EXPECT_TRUE(outcome.changes.empty());
}

TEST(Simulation, TheOracleHasJustEnough) {
  const SimulationSettings settings{.service = {}};

  // 10/s of 0.2 s at 85 % of 4 need 0.59; 100/s need 5.9. Five starts of 90 s.
  EXPECT_NEAR(oracle_hours(shapes::step(10, 100, 1'800, 3'600), settings),
              0.5 + 3 + 5 * 90 / 3'600.0, 1e-9);
  EXPECT_NEAR(static_hours(shapes::step(10, 100, 1'800, 3'600), settings), 6, 1e-9);
}

TEST(Simulation, TheSeedsRuleIsSlowAndLosesRequests) {
  const Trace trace = shapes::spikes(10, 18, 1'800, 3'600, 4 * 3'600);
  const SimulationSettings settings{.service = {}};
  const SimulationOutcome seed = simulate(trace, *make_seed_scaler(1, 5), settings);

  ASSERT_GE(seed.changes.size(), 1U);
  EXPECT_GE(seed.changes[0].at_s, 3'600 + 90);
  const SimulationOutcome step =
      simulate(shapes::step(45, 2, 3'600, 4 * 3'600), *make_seed_scaler(1, 5), settings);
  EXPECT_GT(step.lost, 0);
}

TEST(Simulation, OthersFollowTheLoadToo) {
  const SimulationSettings settings{.service = {}};
  const Trace trace = shapes::sine(5, 100, 7'200, 7'200);
  for (auto* make :
       {+[] { return make_hpa_scaler(1, 30); }, +[] { return make_kpa_scaler(1, 30, 4); }}) {
    const SimulationOutcome outcome = simulate(trace, *make(), settings);
    EXPECT_GE(outcome.most, 6U);
    EXPECT_LT(outcome.present.back(), 6U);
  }
}

TEST(Report, SaysWhatCameOfIt) {
  Still still;
  Report report;
  report.outcomes.push_back(simulate(shapes::step(1, 1, 0, 600), still, {.service = {}}));
  report.outcomes[0].name = "this policy";
  report.oracle_hours = report.static_hours = report.trace_hours = 1.0 / 6;
  report.price = 1'000;
  report.currency = "IDR";

  EXPECT_NE(to_text(report).find("No request was too slow, none was refused."), std::string::npos);
  EXPECT_NE(to_text(report).find("IDR"), std::string::npos);
  EXPECT_NE(to_json(report).find("\"name\":\"this policy\""), std::string::npos);
  EXPECT_TRUE(to_svg(report).ends_with("</svg>\n"));
}

}  // namespace
}  // namespace gapura::autoscale
