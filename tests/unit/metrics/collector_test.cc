#include "metrics/collector.h"

#include <unistd.h>

#include <array>
#include <ctime>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "metrics/names.h"
#include "metrics/process.h"

namespace gapura::metrics {
namespace {

constexpr std::array<std::string_view, 3> kReasons{"none", "no_route", "connect_failed"};

/// An exposition taken apart line by line; every line that is not of the format is a failure.
struct Exposition {
  std::map<std::string, double> series;  ///< by name and labels as written
  std::map<std::string, std::string> types;
  std::set<std::string> helped;

  explicit Exposition(const std::string& text) {
    EXPECT_TRUE(text.ends_with('\n'));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read(line);
  }

  void read(const std::string& line) {
    std::istringstream words(line);
    std::string first, second, name, rest;
    words >> first >> second >> name;
    std::getline(words, rest);
    if (first == "#" && second == "HELP") {
      EXPECT_TRUE(helped.insert(name).second) << "twice: " << line;
      EXPECT_GT(rest.size(), 5u) << line;
    } else if (first == "#" && second == "TYPE") {
      EXPECT_TRUE(helped.contains(name)) << line;
      EXPECT_TRUE(types.emplace(name, rest.substr(1)).second) << "twice: " << line;
    } else {
      read_series(line);
    }
  }

  void read_series(const std::string& line) {
    const auto blank = line.rfind(' ');
    ASSERT_NE(blank, std::string::npos) << line;
    const std::string key = line.substr(0, blank);
    std::string family = key.substr(0, key.find('{'));
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      if (types.contains(family)) break;
      if (family.ends_with(suffix)) family.resize(family.size() - std::string(suffix).size());
    }
    EXPECT_TRUE(types.contains(family)) << "no TYPE before " << line;
    std::size_t used = 0;
    const std::string number = line.substr(blank + 1);
    const double value = std::stod(number, &used);
    EXPECT_EQ(used, number.size()) << line;
    EXPECT_TRUE(series.emplace(key, value).second) << "twice: " << line;
  }

  double at(const std::string& key) const {
    const auto place = series.find(key);
    EXPECT_NE(place, series.end()) << key;
    return place == series.end() ? -1 : place->second;
  }
  bool has_family(const std::string& name) const { return types.contains(name); }
};

struct CollectorTest : testing::Test {
  Shard first{{0.1, 0.3, 1.2, 5.0}, 1};
  Shard second{{0.1, 0.3, 1.2, 5.0}, 1};
  std::map<ServiceSlot, std::string> labels{{ServiceSlot{0}, "calculate@file"}};
  std::vector<TargetGauges> targets;
  ReloadFigures reloads;

  Collector::Sources sources() {
    Collector::Sources made;
    made.shards = {&first, &second};
    made.entry_points = {"web"};
    made.service_label = [this](ServiceSlot slot) {
      const auto place = labels.find(slot);
      return place == labels.end() ? std::string() : place->second;
    };
    made.targets = [this](const Collector::ShowTarget& show) {
      for (const TargetGauges& one : targets) show(one);
    };
    made.reloads = [this] { return reloads; };
    made.reasons = kReasons;
    made.version = "0.1.0";
    return made;
  }
  static SeriesKey key(SeriesKey::Scope scope, std::uint16_t code = 200) {
    SeriesKey made;
    made.scope = scope;
    made.method = Method::post;
    made.code = code;
    return made;
  }
};

TEST_F(CollectorTest, SumsTheWorkersUnderTraefiksNamesAndLabels) {
  first.observe(key(SeriesKey::Scope::entry_point), 50'000, 14, 200);
  second.observe(key(SeriesKey::Scope::entry_point), 400'000, 14, 300);
  second.observe(key(SeriesKey::Scope::service), 400'000, 14, 300);
  second.retries(ServiceSlot{0}).add(3);
  first.retries_refused(ServiceSlot{0}).add(2);

  const Exposition seen(Collector(sources()).expose());

  const std::string web = R"({code="200",method="POST",protocol="http",entrypoint="web"})";
  EXPECT_EQ(seen.at("traefik_entrypoint_requests_total" + web), 2);
  EXPECT_EQ(seen.at("traefik_entrypoint_requests_bytes_total" + web), 28);
  EXPECT_EQ(seen.at("traefik_entrypoint_responses_bytes_total" + web), 500);
  const std::string service =
      R"({code="200",method="POST",protocol="http",service="calculate@file"})";
  EXPECT_EQ(seen.at("traefik_service_requests_total" + service), 1);
  EXPECT_EQ(seen.at(R"(traefik_service_retries_total{service="calculate@file"})"), 3);
  EXPECT_EQ(seen.at(R"(gapura_service_retries_refused_total{service="calculate@file"})"), 2);
  EXPECT_EQ(seen.types.at("traefik_entrypoint_requests_total"), "counter");
}

TEST_F(CollectorTest, ShowsPanicsAndWhichAddressOfANameATargetIs) {
  Collector::Sources made = sources();
  made.panics = [] {
    return std::vector<PanicFigure>{{"calculate@file", true}, {"other@file", false}};
  };
  targets = {{.service = "calculate@file",
              .url = "http://app:80",
              .address = "10.0.0.5",
              .state = "serving",
              .in_flight = 2,
              .is_up = true}};

  const Exposition seen(Collector(std::move(made)).expose());

  EXPECT_EQ(seen.at(R"(gapura_service_panic{service="calculate@file"})"), 1);
  EXPECT_EQ(seen.at(R"(gapura_service_panic{service="other@file"})"), 0);
  const std::string app = R"({service="calculate@file",url="http://app:80",address="10.0.0.5")";
  EXPECT_EQ(seen.at("gapura_server_inflight_requests" + app + "}"), 2);
  EXPECT_EQ(seen.at("gapura_server_state" + app + R"(,state="serving"})"), 1);
}

TEST_F(CollectorTest, WritesHistogramsCumulativeWithTheConfiguredBounds) {
  first.observe(key(SeriesKey::Scope::entry_point), 100'000, 0, 0);
  first.observe(key(SeriesKey::Scope::entry_point), 1'000'000, 0, 0);
  second.observe(key(SeriesKey::Scope::entry_point), 9'000'000, 0, 0);

  const Exposition seen(Collector(sources()).expose());

  const std::string name = "traefik_entrypoint_request_duration_seconds";
  const std::string label = R"({code="200",method="POST",protocol="http",entrypoint="web")";
  EXPECT_EQ(seen.types.at(name), "histogram");
  EXPECT_EQ(seen.at(name + "_bucket" + label + R"(,le="0.1"})"), 1);
  EXPECT_EQ(seen.at(name + "_bucket" + label + R"(,le="0.3"})"), 1);
  EXPECT_EQ(seen.at(name + "_bucket" + label + R"(,le="1.2"})"), 2);
  EXPECT_EQ(seen.at(name + "_bucket" + label + R"(,le="5"})"), 2);
  EXPECT_EQ(seen.at(name + "_bucket" + label + R"(,le="+Inf"})"), 3);
  EXPECT_EQ(seen.at(name + "_count" + label + "}"), 3);
  EXPECT_DOUBLE_EQ(seen.at(name + "_sum" + label + "}"), 10.1);
}

TEST_F(CollectorTest, ShowsAServiceThatIsGoneOnceMore) {
  first.observe(key(SeriesKey::Scope::service), 1'000, 0, 0);
  Collector collector(sources());
  const std::string series =
      R"(traefik_service_requests_total{code="200",method="POST",protocol="http",)"
      R"(service="calculate@file"})";
  EXPECT_EQ(Exposition(collector.expose()).at(series), 1);

  first.observe(key(SeriesKey::Scope::service), 1'000, 0, 0);
  labels.clear();

  EXPECT_EQ(Exposition(collector.expose()).at(series), 2);
  EXPECT_FALSE(Exposition(collector.expose()).series.contains(series));
}

TEST_F(CollectorTest, LeavesOutAServiceThatWasNeverKnown) {
  labels.clear();
  first.observe(key(SeriesKey::Scope::service), 1'000, 0, 0);

  EXPECT_FALSE(
      Exposition(Collector(sources()).expose()).has_family("traefik_service_requests_total"));
}

TEST_F(CollectorTest, LeavesOutTheFamiliesThatTheConfigurationTurnsOff) {
  first.observe(key(SeriesKey::Scope::service), 1'000, 0, 0);
  first.observe(key(SeriesKey::Scope::entry_point), 1'000, 0, 0);
  auto only_services = sources();
  only_services.has_entry_point_families = false;
  auto only_entry_points = sources();
  only_entry_points.has_service_families = false;

  const Exposition services(Collector(std::move(only_services)).expose());
  const Exposition entry_points(Collector(std::move(only_entry_points)).expose());

  EXPECT_FALSE(services.has_family("traefik_entrypoint_requests_total"));
  EXPECT_TRUE(services.has_family("traefik_service_requests_total"));
  EXPECT_TRUE(entry_points.has_family("traefik_entrypoint_requests_total"));
  EXPECT_FALSE(entry_points.has_family("traefik_service_requests_total"));
}

TEST_F(CollectorTest, ShowsEachTargetWithItsStateAndLoad) {
  targets = {{"calculate@file", "http://10.0.0.5:3000", "", "serving", 3, true},
             {"calculate@file", "http://10.0.0.6:3000", "", "draining", 2, false}};

  const Exposition seen(Collector(sources()).expose());

  const std::string first_url = R"({service="calculate@file",url="http://10.0.0.5:3000")";
  const std::string second_url = R"({service="calculate@file",url="http://10.0.0.6:3000")";
  EXPECT_EQ(seen.at("traefik_service_server_up" + first_url + "}"), 1);
  EXPECT_EQ(seen.at("traefik_service_server_up" + second_url + "}"), 0);
  EXPECT_EQ(seen.at("gapura_server_inflight_requests" + first_url + "}"), 3);
  EXPECT_EQ(seen.at("gapura_server_state" + second_url + R"(,state="draining"})"), 1);
  EXPECT_EQ(seen.at(R"(gapura_service_inflight_requests{service="calculate@file"})"), 5);
}

TEST_F(CollectorTest, WritesTheTargetsByteForByteTheSameEachTime) {
  targets = {{"b@file", "http://10.0.0.5:3000", "", "serving", 3, true},
             {"a@file", "http://a\\\"\n:80", "10.0.0.7", "", 12'345, false},
             {"b@file", "http://10.0.0.6:3000", "", "draining", 0, false}};
  const std::string expected =
      R"(# HELP traefik_service_server_up 1 while the target may be picked, else 0.
# TYPE traefik_service_server_up gauge
traefik_service_server_up{service="b@file",url="http://10.0.0.5:3000"} 1
traefik_service_server_up{service="a@file",url="http://a\\\"\n:80",address="10.0.0.7"} 0
traefik_service_server_up{service="b@file",url="http://10.0.0.6:3000"} 0
# HELP gapura_server_inflight_requests Requests in flight, by target.
# TYPE gapura_server_inflight_requests gauge
gapura_server_inflight_requests{service="b@file",url="http://10.0.0.5:3000"} 3
gapura_server_inflight_requests{service="a@file",url="http://a\\\"\n:80",address="10.0.0.7"} 12345
gapura_server_inflight_requests{service="b@file",url="http://10.0.0.6:3000"} 0
# HELP gapura_server_state 1 for the state that the target is in.
# TYPE gapura_server_state gauge
gapura_server_state{service="b@file",url="http://10.0.0.5:3000",state="serving"} 1
gapura_server_state{service="a@file",url="http://a\\\"\n:80",address="10.0.0.7"} 1
gapura_server_state{service="b@file",url="http://10.0.0.6:3000",state="draining"} 1
# HELP gapura_service_inflight_requests Requests in flight, by service.
# TYPE gapura_service_inflight_requests gauge
gapura_service_inflight_requests{service="a@file"} 12345
gapura_service_inflight_requests{service="b@file"} 3
)";
  Collector collector(sources());

  for (int scrape = 0; scrape < 2; ++scrape) {
    const std::string text = collector.expose();
    const auto begin = text.find("# HELP traefik_service_server_up");
    ASSERT_NE(begin, std::string::npos);
    EXPECT_EQ(text.substr(begin), expected);
  }
}

TEST_F(CollectorTest, EscapesLabelValues) {
  targets = {{"a\"b\\c\nd", "http://10.0.0.5:3000", "", "serving", 0, true}};
  reloads.files = {{"/etc/a \"b\".yaml", true}};

  const Exposition seen(Collector(sources()).expose());

  EXPECT_EQ(seen.at(R"(gapura_service_inflight_requests{service="a\"b\\c\nd"})"), 0);
  EXPECT_EQ(seen.at(R"(gapura_config_file_error{file="/etc/a \"b\".yaml"})"), 1);
}

TEST_F(CollectorTest, CountsErrorsByReasonAndConnectionsByEntryPoint) {
  first.errors[1].add(2);
  second.errors[1].add();
  first.open_connections[0].add(5);
  first.open_connections[0].sub();
  second.open_connections[0].add();
  first.links_opened.add(4);
  second.links_reused.add(40);
  second.connections_accepted.add(6);
  first.connections_handed_over.add(3);
  second.access_log_dropped.add(7);
  second.socket_calls.add(8);
  first.heap_allocations.add(9);

  const Exposition seen(Collector(sources()).expose());

  EXPECT_EQ(seen.at(R"(gapura_errors_total{reason="no_route"})"), 3);
  EXPECT_EQ(seen.at(R"(gapura_errors_total{reason="connect_failed"})"), 0);
  EXPECT_FALSE(seen.series.contains(R"(gapura_errors_total{reason="none"})"));
  EXPECT_EQ(seen.at(R"(traefik_open_connections{entrypoint="web",protocol="TCP"})"), 5);
  EXPECT_EQ(seen.at("gapura_links_opened_total"), 4);
  EXPECT_EQ(seen.at("gapura_links_reused_total"), 40);
  EXPECT_EQ(seen.at("gapura_connections_accepted_total"), 6);
  EXPECT_EQ(seen.at("gapura_connections_handed_over_total"), 3);
  EXPECT_EQ(seen.at(R"(gapura_worker_open_connections{worker="0"})"), 4);
  EXPECT_EQ(seen.at(R"(gapura_worker_open_connections{worker="1"})"), 1);
  EXPECT_EQ(seen.at("gapura_access_log_dropped_total"), 7);
  EXPECT_EQ(seen.at(R"(gapura_worker_socket_calls_total{worker="1"})"), 8);
  EXPECT_EQ(seen.at(R"(gapura_worker_heap_allocations_total{worker="0"})"), 9);
}

TEST_F(CollectorTest, ReportsReloadsAndTheBuild) {
  reloads = {4, 1, 1.7e9, {{"services.yaml", false}, {"dynamic.yaml", true}}};

  const Exposition seen(Collector(sources()).expose());

  EXPECT_EQ(seen.at("traefik_config_reloads_total"), 4);
  EXPECT_EQ(seen.at("gapura_config_reload_failures_total"), 1);
  EXPECT_EQ(seen.at("traefik_config_last_reload_success"), 1.7e9);
  EXPECT_EQ(seen.at(R"(gapura_config_file_error{file="services.yaml"})"), 0);
  EXPECT_EQ(seen.at(R"(gapura_config_file_error{file="dynamic.yaml"})"), 1);
  EXPECT_EQ(seen.at(R"(gapura_build_info{version="0.1.0"})"), 1);
}

TEST_F(CollectorTest, ShowsWhatOthersRead) {
  Collector::Sources made = sources();
  made.readings = [] {
    return std::vector<Reading>{
        {.family = Family::autoscale_changes,
         .labels = {{"service", "calculate@file"}, {"direction", "up"}},
         .value = 2},
        {.family = Family::autoscale_changes,
         .labels = {{"service", "calculate@file"}, {"direction", "down"}},
         .value = 1},
        {.family = Family::notify_queue_length, .labels = {{"receiver", "a \"b\""}}, .value = 7}};
  };

  const Exposition seen(Collector(std::move(made)).expose());

  const std::string changes =
      R"(gapura_autoscale_changes_total{service="calculate@file",direction=)";
  EXPECT_EQ(seen.at(changes + R"("up"})"), 2);
  EXPECT_EQ(seen.at(changes + R"("down"})"), 1);
  EXPECT_EQ(seen.types.at("gapura_autoscale_changes_total"), "counter");
  EXPECT_EQ(seen.at(R"(gapura_notify_queue_length{receiver="a \"b\""})"), 7);
  EXPECT_EQ(seen.types.at("gapura_notify_queue_length"), "gauge");
}

TEST_F(CollectorTest, DescribesTheProcess) {
  const Exposition seen(Collector(sources()).expose());

  EXPECT_GT(seen.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(seen.at("process_open_fds"), 3);
  EXPECT_GT(seen.at("process_max_fds"), seen.at("process_open_fds"));
  EXPECT_GE(seen.at("process_cpu_seconds_total"), 0);
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_NEAR(seen.at("process_start_time_seconds"), now, 3'600);
}

TEST(Process, SeesADescriptorThatIsOpened) {
  const auto before = read_process().open_fds;

  const int descriptor = dup(0);
  const auto after = read_process().open_fds;
  close(descriptor);

  EXPECT_EQ(after, before + 1);
}

TEST(Names, AreUniqueAndEndAsTheirKindAsks) {
  std::set<std::string_view> seen;
  for (const Name& name : kNames) {
    EXPECT_TRUE(seen.insert(name.text).second) << name.text;
    EXPECT_EQ(name.kind == Kind::counter, name.text.ends_with("_total")) << name.text;
    EXPECT_TRUE(name.help.ends_with('.')) << name.text;
  }
}

}  // namespace
}  // namespace gapura::metrics
