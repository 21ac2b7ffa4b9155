#include "autoscale/signals/node_metrics.h"

#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

const TimePoint kStart{std::chrono::hours(1)};

std::string scrape(double idle_each, double available, double total) {
  return "# HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.\n"
         "# TYPE node_cpu_seconds_total counter\n"
         "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} " +
         std::to_string(idle_each) +
         "\n"
         "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 9999\n"
         "node_cpu_seconds_total{cpu=\"1\",mode=\"idle\"} " +
         std::to_string(idle_each) +
         "\n"
         "node_memory_MemAvailable_bytes " +
         std::to_string(available) + "\nnode_memory_MemTotal_bytes " + std::to_string(total) + "\n";
}

TEST(NodeMetrics, ReadsWhatNodeExporterWrites) {
  const auto reading = read_node_metrics(
      "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 1.5e+02\n"
      "node_memory_MemTotal_bytes 2.086932480e+09\nnode_memory_MemAvailable_bytes 1e9\n",
      kStart);

  ASSERT_TRUE(reading);
  EXPECT_DOUBLE_EQ(reading->idle_s, 150);
  EXPECT_EQ(reading->cpus, 1U);
  EXPECT_DOUBLE_EQ(reading->memory_total, 2.08693248e9);
}

TEST(NodeMetrics, TakesNoTextForANode) {
  for (const char* text :
       {"", "<html>", "node_cpu_seconds_total{mode=\"idle\"} x\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 1\n", "a{\n", "} 1\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} NaN\n"
        "node_memory_MemTotal_bytes 2\nnode_memory_MemAvailable_bytes 1\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 1\n"
        "node_memory_MemTotal_bytes 2\nnode_memory_MemAvailable_bytes NaN\n",
        "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 1\n"
        "node_memory_MemTotal_bytes +Inf\nnode_memory_MemAvailable_bytes inf\n"}) {
    EXPECT_FALSE(read_node_metrics(text, kStart)) << text;
  }
}

TEST(NodeWindow, GivesTheMeanOfAllProcessorsAndMachines) {
  NodeWindow window(Milliseconds(120'000));
  const TimePoint later = kStart + Milliseconds(10'000);
  // One machine of two processors is idle for half of the time, the other one not at all.
  window.add("a", *read_node_metrics(scrape(100, 1e9, 4e9), kStart));
  window.add("a", *read_node_metrics(scrape(105, 3e9, 4e9), later));
  window.add("b", *read_node_metrics(scrape(100, 0, 4e9), kStart));
  window.add("b", *read_node_metrics(scrape(100, 0, 4e9), later));

  EXPECT_DOUBLE_EQ(window.cpu(later).value_or(-1), 75.0);
  EXPECT_DOUBLE_EQ(window.memory(later).value_or(-1), 75.0) << "2 of 8 GB are available";
  EXPECT_EQ(window.machines(later), 2U);
}

TEST(NodeWindow, HasNoFigureWithoutReadings) {
  NodeWindow window(Milliseconds(60'000));
  EXPECT_FALSE(window.cpu(kStart));
  window.add("a", *read_node_metrics(scrape(100, 1e9, 4e9), kStart));
  EXPECT_FALSE(window.cpu(kStart)) << "one reading has no rate";
  EXPECT_TRUE(window.memory(kStart));

  EXPECT_FALSE(window.memory(kStart + Milliseconds(61'000))) << "too long ago";
}

TEST(NodeWindow, BeginsAnewWhenAMachineWasStartedAgain) {
  NodeWindow window(Milliseconds(60'000));
  window.add("a", *read_node_metrics(scrape(100, 1e9, 4e9), kStart));
  window.add("a", *read_node_metrics(scrape(1, 1e9, 4e9), kStart + Milliseconds(5'000)));

  EXPECT_FALSE(window.cpu(kStart + Milliseconds(5'000)));
}

TEST(NodeWindow, ForgetsWhatIsOlderThanTheWindow) {
  NodeWindow window(Milliseconds(10'000));
  for (int i = 0; i <= 4; ++i) {
    // Busy at first, idle for the last two of four steps.
    const double idle = i <= 2 ? 100 : 100 + (i - 2) * 5;
    window.add("a", *read_node_metrics(scrape(idle, 1e9, 4e9), kStart + Milliseconds(5'000) * i));
  }
  const TimePoint end = kStart + Milliseconds(20'000);
  window.trim(end, [](const std::string&) { return true; });

  EXPECT_DOUBLE_EQ(window.cpu(end).value_or(-1), 0.0);
  window.trim(end, [](const std::string&) { return false; });
  EXPECT_EQ(window.machines(end), 0U);
}

}  // namespace
}  // namespace gapura::autoscale
