// What scaling goes by: the load that Gapura sees, the targets' machines, queries and the calendar.
#include <set>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"

namespace gapura::conf {
namespace {

void read_load(yaml::Section& section, Autoscale& out) {
  read_number(section, "concurrency", 0, 1e6, out.concurrency);
  read_number(section, "requestsPerSecond", 0, 1e7, out.requests_per_second);
  read_number(section, "utilization", 0.05, 1, out.utilization);
  out.safe_utilization = 0.9 * out.utilization;
  read_number(section, "safeUtilization", 0.01, 1, out.safe_utilization);
  if (out.safe_utilization > out.utilization) {
    section.error_at("safeUtilization",
                     "must not be above utilization: what a removal leaves would ask for it back");
  }
  section.read("queueWait", out.queue_wait);
  auto latency = section.section("latency");
  if (!latency) return;
  LatencySignal& signal = out.latency.emplace();
  read_number(*latency, "percentile", 1, 99.99, signal.percentile);
  latency->read("most", signal.most);
  if (signal.most == Milliseconds(0)) latency->error_at("most", "must be above 0");
  latency->finish();
}

void read_resource(yaml::Section& section, std::string_view key, ResourceSignal::Kind kind,
                   Autoscale& out) {
  auto own = section.section(key);
  if (!own) return;
  ResourceSignal signal{.kind = kind, .down = {}};
  read_number(*own, "up", 1, 100, signal.up);
  if (own->find("down")) {
    read_number(*own, "down", 0, 100, signal.down.emplace(0));
    if (*signal.down >= signal.up) own->error_at("down", "must be below up");
    if (*signal.down > signal.up / 2 && *signal.down < signal.up) {
      const auto found = own->find("down");
      section.reader().warn(found->place, found->path,
                            "is above half of up: with two targets, removing one doubles the "
                            "other's load and asks for it back; leave down out to go by the size");
    }
  }
  if (const auto port = own->integer("port", 1, 65'535)) {
    signal.port = static_cast<std::uint16_t>(*port);
  }
  own->read("path", signal.path);
  if (!signal.path.starts_with('/')) own->error_at("path", "must begin with /, as /metrics does");
  own->read("window", signal.window);
  if (signal.window < Milliseconds(5'000)) own->error_at("window", "must be at least 5s");
  own->finish();
  out.resources.push_back(std::move(signal));
}

void read_query(yaml::Section section, std::set<std::string>& names, Autoscale& out) {
  QuerySignal signal;
  section.read("name", signal.name);
  section.read("server", signal.server);
  section.read("query", signal.query);
  for (const auto& [key, text] :
       {std::pair{"name", &signal.name}, std::pair{"query", &signal.query}}) {
    if (text->empty()) section.error_at(key, std::string(key) + " is missing");
  }
  if (!signal.server.starts_with("http://") && !signal.server.starts_with("https://")) {
    section.error_at("server",
                     "server must be the URL of a Prometheus, such as http://127.0.0.1:9090");
  }
  if (!names.insert(signal.name).second) {
    section.error_at("name",
                     in_quotes(signal.name) + " is taken by another query or a signal of ours");
  }
  read_number(section, "target", 0, 1e15, signal.target);
  if (signal.target <= 0) {
    section.error_at("target",
                     "target must be above 0: what one target is to have of the query's value");
  }
  section.read("total", signal.is_total);
  section.read("every", signal.every);
  if (signal.every < Milliseconds(1'000)) section.error_at("every", "must be at least 1s");
  std::string token;
  section.read("tokenFile", token);
  signal.token_file = token;
  section.finish();
  out.queries.push_back(std::move(signal));
}

void read_minimum(yaml::Section section, Autoscale& out) {
  ScheduledMinimum minimum;
  section.read("cron", minimum.cron);
  std::string wrong;
  if (const auto begins = Cron::parse(minimum.cron, &wrong)) {
    minimum.begins = *begins;
  } else {
    section.error_at("cron", wrong);
  }
  section.read("zone", minimum.zone);
  if (auto clock = TimeZone::load(minimum.zone, &wrong)) {
    minimum.clock = *std::move(clock);
  } else {
    section.error_at("zone", wrong);
  }
  section.read("for", minimum.lasts);
  if (minimum.lasts < Milliseconds(60'000) || minimum.lasts > Milliseconds(31LL * 86'400'000)) {
    section.error_at("for", "for must be between 1m and 744h: how long the minimum lasts");
  }
  const auto min = section.integer("min", 1, out.max);
  if (min) minimum.min = static_cast<std::uint32_t>(*min);
  if (!section.find("min")) section.error_at("min", "min is missing: the fewest while it lasts");
  section.finish();
  out.schedule.push_back(std::move(minimum));
}

template <class Read>
void read_items(yaml::Section& section, std::string_view key, const Read& read) {
  const auto found = section.find(key);
  const auto items = found ? yaml::as_items(section.reader(), *found) : std::nullopt;
  if (!items) return;
  for (const yaml::Value& item : *items) {
    if (auto one = yaml::Section::open(section.reader(), item)) read(*std::move(one));
  }
}

}  // namespace

void read_signals(yaml::Section& autoscale, Autoscale& out) {
  using Kind = ResourceSignal::Kind;
  read_load(autoscale, out);
  read_resource(autoscale, "cpu", Kind::cpu, out);
  read_resource(autoscale, "memory", Kind::memory, out);
  read_resource(autoscale, "cpuAndMemory", Kind::cpu_and_memory, out);
  std::set<std::string> names{
      "concurrency", "requestsPerSecond", "queue",  "queueWait", "latency", "cpu",
      "memory",      "cpuAndMemory",      "alerts", "schedule"};
  read_items(autoscale, "queries",
             [&](yaml::Section one) { read_query(std::move(one), names, out); });
  read_items(autoscale, "schedule", [&](yaml::Section one) { read_minimum(std::move(one), out); });
}

}  // namespace gapura::conf
