/// A service's `autoscale`: how many targets it should have, and who makes them. Values; if one
/// exists it is valid. All of it is ours; Traefik has nothing like it. Meanings, formulas and
/// defaults with their reasons: docs/autoscaling.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "conf/cron.h"
#include "conf/time_zone.h"

namespace gapura::conf {

/// `observe`: decides and says so, changes nothing. `up_only`: never removes.
enum class ScalingMode { off, observe, up_only, on };
/// As it is written: "up_only".
std::string_view to_string(ScalingMode mode) noexcept;
/// Its reverse, whatever the case; "upOnly", "true" and "false" too, as YAML 1.1 reads on and off.
std::optional<ScalingMode> scaling_mode(std::string_view text) noexcept;

/// `latency`: the share `percentile` (above 0, below 100) of requests is to be answered in `most`.
struct LatencySignal {
  double percentile = 95;
  Milliseconds most{1'000};
  friend bool operator==(const LatencySignal&, const LatencySignal&) = default;
};

/// `cpu`, `memory` or `cpuAndMemory`: what node_exporter says of the targets' machines, in percent,
/// by the formulas of docs/autoscaling.md.
struct ResourceSignal {
  enum class Kind { cpu, memory, cpu_and_memory };
  Kind kind = Kind::cpu;
  double up = 70;              ///< above it more are wanted
  std::optional<double> down;  ///< below it fewer are; unset: up * (n - 1) / n - margin
  std::uint16_t port = 9100;
  std::string path = "/metrics";
  Milliseconds window{120'000};
  friend bool operator==(const ResourceSignal&, const ResourceSignal&) = default;
};

/// One of `queries`: PromQL, asked of a server that speaks Prometheus' API. Its value is one
/// number.
struct QuerySignal {
  std::string name{};    ///< in decisions, metrics and messages
  std::string server{};  ///< "http://127.0.0.1:9090"
  std::string query{};
  /// What one target is to have of it: with `is_total` the value is that of all targets together,
  /// else already an average over them.
  double target = 0;
  bool is_total = false;
  Milliseconds every{15'000};
  std::filesystem::path token_file{};  ///< sent as a bearer token; empty: none
  friend bool operator==(const QuerySignal&, const QuerySignal&) = default;
};

/// One of `schedule`: while it lasts there are at least `min`.
struct ScheduledMinimum {
  std::string cron;  ///< five fields (minute hour day month weekday), valid
  std::string zone;  ///< "Asia/Jakarta"; empty: that of the machine
  Cron begins;       ///< `cron`, read
  TimeZone clock;    ///< `zone`, read: what a decision needs, without a file
  Milliseconds lasts{0};
  std::uint32_t min = 0;
  friend bool operator==(const ScheduledMinimum&, const ScheduledMinimum&) = default;
};

/// `provider.process`: local processes, one a target, each on a port of its own.
struct ProcessProvider {
  std::vector<std::string> command;  ///< "{{port}}" and "{{name}}" are replaced
  std::map<std::string, std::string> environment;
  std::filesystem::path folder;  ///< where it runs; empty: ours
  std::string address = "127.0.0.1";
  std::uint16_t first_port = 0, last_port = 0;  ///< `ports: 9000-9010`
  Milliseconds stop_timeout{10'000};            ///< from SIGTERM to SIGKILL
  friend bool operator==(const ProcessProvider&, const ProcessProvider&) = default;
};

/// `provider.exec`: a command that is given one JSON object and gives one back.
struct ExecProvider {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
  Milliseconds timeout{60'000};
  friend bool operator==(const ExecProvider&, const ExecProvider&) = default;
};

/// Where a secret comes from; exactly one of the two. It never stands in the YAML itself.
struct SecretSource {
  std::filesystem::path file;
  std::string variable;  ///< of the environment
  friend bool operator==(const SecretSource&, const SecretSource&) = default;
};

/// One call of an operation. All texts but `method` are templates ("{{name}}"), paths are those of
/// autoscale/provider/json_path.h.
struct HttpStep {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> form;  ///< a body of such fields
  std::string json;                                       ///< a body; not both
  std::vector<unsigned> expect;                           ///< statuses; empty: any 2xx
  std::string items;                        ///< of list: path of the instances in the answer
  std::string item;                         ///< of create and get: likewise, of the one
  std::string next;                         ///< of list: path of the next page's URL or number
  std::string page;                         ///< of list: query parameter that takes the number
  std::map<std::string, std::string> find;  ///< placeholder for later steps -> path in the answer
  Milliseconds timeout{30'000};
  friend bool operator==(const HttpStep&, const HttpStep&) = default;
};

/// `provider.http`: an API, by templates. A preset is filled in already; every placeholder has a
/// value: built in (name, prefix, id, address), a variable, a secret or found by an earlier step.
struct HttpProvider {
  std::string preset;  ///< for messages; empty: none
  std::map<std::string, std::string> variables;
  std::map<std::string, SecretSource> secrets;
  std::filesystem::path unix_socket;  ///< connected to instead of the URLs' host
  std::filesystem::path trust_file;   ///< certificates, instead of the system's
  std::vector<std::pair<std::string, std::string>> headers;  ///< of every call; templates
  /// list, create and remove; get, start and stop where there are such.
  std::map<std::string, std::vector<HttpStep>> operations;
  std::map<std::string, std::string> fields;  ///< id, name, state, … -> path in an instance
  std::map<std::string, std::string> states;  ///< the API's word -> pending, running, …
  friend bool operator==(const HttpProvider&, const HttpProvider&) = default;
};

struct Provider {
  std::variant<ProcessProvider, ExecProvider, HttpProvider> how;
  /// Begins the name of every instance of ours; letters and digits follow, and nothing else. What
  /// is not named so is never touched.
  std::string name_prefix;
  std::uint16_t port = 0;              ///< of the service on an instance; 0: the provider says
  Milliseconds list_every{30'000};     ///< how often the provider is asked what there is
  Milliseconds boot_timeout{600'000};  ///< from creation until it serves; then it is deleted
  std::uint32_t creates_at_once = 4;   ///< at most
  friend bool operator==(const Provider&, const Provider&) = default;
};

/// Whether an instance of this name belongs to whoever has this prefix. No "-" after the prefix:
/// else those of the service "a-b" would be those of "a" too.
bool is_own_name(std::string_view prefix, std::string_view name) noexcept;

struct Autoscale {
  ScalingMode mode = ScalingMode::on;
  std::uint32_t min = 1;
  std::uint32_t max = 1;   ///< never passed
  std::uint32_t warm = 0;  ///< stopped instances kept ready to be started

  // --- signals: up is the largest vote, down only if all agree ---
  double concurrency = 0;          ///< requests that a target works on at once; 0: not a signal
  double requests_per_second = 0;  ///< that a target takes; 0: not a signal
  double utilization = 0.70;       ///< of these two that is aimed at, above 0 to 1
  double safe_utilization = 0.63;  ///< a removal must leave less than this; 0.9 * utilization
  Milliseconds queue_wait{0};      ///< a request is to wait no longer; 0: not a signal
  std::optional<LatencySignal> latency;
  std::vector<ResourceSignal> resources;
  std::vector<QuerySignal> queries;
  std::vector<ScheduledMinimum> schedule;

  // --- how fast ---
  double up_tolerance = 0.10;  ///< of the size, within which nothing is done
  double down_tolerance = 0.10;
  double margin = 5;                  ///< points, of the flap guard for resources
  std::uint32_t up_step = 0;          ///< most that is added at once; 0: what is needed
  std::uint32_t down_step = 1;        ///< most that is removed at once
  Milliseconds up_window{0};          ///< stabilisation: the least wanted over it is believed
  Milliseconds down_window{600'000};  ///< the most wanted over it is believed
  Milliseconds up_cooldown{0};        ///< between two additions
  Milliseconds down_cooldown{60'000};
  std::uint32_t creates_per_hour = 60;  ///< hard caps
  std::uint32_t deletes_per_hour = 60;

  std::filesystem::path record{};    ///< each tick is added to it, for `gapura simulate --recorded`
  std::optional<Provider> provider;  ///< without one, only `off` and `observe` mean anything
  std::string fault;                 ///< not empty: why the mode is off; the service serves on
  friend bool operator==(const Autoscale&, const Autoscale&) = default;
};

}  // namespace gapura::conf
