/// What may change while running: Traefik's dynamic configuration (http.routers, http.services).
/// Values; if a router or service exists and has no fault, it is valid.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "conf/autoscale.h"
#include "conf/composite.h"
#include "conf/problem.h"
#include "conf/sticky_cookie.h"

namespace gapura::conf {

/// An http URL of a server. The path is ignored, as Traefik does without preservePath.
struct ServerUrl {
  std::string scheme;      ///< "http" (others are faults until they are built)
  std::string host;        ///< lower case; IPv6 without brackets
  std::uint16_t port = 0;  ///< never 0
  /// "http://10.0.0.5:3000": the one spelling used everywhere (port always shown, IPv6 bracketed).
  std::string to_string() const;
  /// "10.0.0.5:3000": the target's id unless one is given.
  std::string authority() const;
  /// The URL, or what is wrong with it (one sentence).
  static std::optional<ServerUrl> parse(std::string_view text, std::string* fault);
  friend bool operator==(const ServerUrl&, const ServerUrl&) = default;
};

struct Server {
  ServerUrl url;
  std::uint32_t weight = 1;  ///< 1 to 1,000,000. A weight <= 0 in the YAML leaves the server out
  friend bool operator==(const Server&, const Server&) = default;
};

enum class StrategyKind { wrr, leastconn, p2c, leasttime, hrw, random };
/// As it is written: "wrr".
std::string_view to_string(StrategyKind strategy) noexcept;

/// What hrw tells requests by.
struct HashKey {
  enum class Source { client_ip, header, cookie, path };
  Source source = Source::client_ip;
  std::string name;  ///< of the header or cookie
  friend bool operator==(const HashKey&, const HashKey&) = default;
};

/// Asking each target whether it is well (healthCheck).
struct HealthCheck {
  bool is_tcp = false;  ///< connecting is enough
  std::string path;
  std::string hostname;  ///< Host field; empty: the target's
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;  ///< safe to be sent
  std::string body;        ///< ours: a healthy answer contains it; empty: any
  std::uint16_t port = 0;  ///< 0: the target's
  unsigned status = 0;     ///< 0: any 2xx or 3xx
  Milliseconds interval{30'000};
  Milliseconds unhealthy_interval{30'000};
  Milliseconds timeout{5'000};
  unsigned rise = 1;  ///< ours: good answers in a row that make healthy
  unsigned fall = 1;  ///< ours: bad ones that make unhealthy
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

/// Leaving out targets whose requests fail (passiveHealthCheck): not reached, or 5xx.
struct PassiveHealthCheck {
  Milliseconds window{10'000};        ///< failureWindow; also how long one is left out
  unsigned failures = 1;              ///< maxFailedAttempts in the window that are too many
  unsigned ejected_percent_max = 50;  ///< maxEjectedPercent, ours: of the service's targets
  friend bool operator==(const PassiveHealthCheck&, const PassiveHealthCheck&) = default;
};

/// What becomes of clients that a sticky cookie leads to a draining target (drain).
enum class DrainKind {
  strict,  ///< they go elsewhere at once
  sticky,  ///< they stay for drainTimeout
};

struct ServiceConfig {
  std::string name;
  std::string provider = "file";  ///< shown as name@provider
  Composite composite;            ///< its children; then nothing below but `fault` means anything
  StrategyKind strategy = StrategyKind::wrr;
  HashKey hash_key;  ///< of hrw
  std::optional<StickyCookie> sticky;
  std::uint32_t in_flight_max = 0;         ///< maxInFlight, of each target; 0: no limit
  std::uint32_t queue_length_max = 1'000;  ///< queue.maxLength: requests that wait, all workers
  Milliseconds queue_timeout{10'000};      ///< queue.timeout: above 0
  bool pass_host_header = true;
  std::vector<Server> servers;          ///< URLs are unique
  DrainKind drain = DrainKind::strict;  ///< ours
  Milliseconds connect_timeout{2'000};  ///< ours; Traefik's dialTimeout is 30 s
  Milliseconds response_timeout{0};     ///< responseHeaderTimeout; 0: none, as Traefik
  Milliseconds drain_timeout{30'000};   ///< drainTimeout: without progress
  /// drainUpgradeTimeout: for what still moves, and for upgrades.
  Milliseconds drain_upgrade_timeout{300'000};
  std::optional<HealthCheck> health_check;
  std::optional<PassiveHealthCheck> passive_check;
  /// panicThreshold, ours: percent of the targets that are well, below which those that only fail
  /// checks or requests are used like others. 0: never.
  unsigned panic_percent = 0;
  /// slowStart, ours: time in which newcomers and recovered targets come to their full share.
  Milliseconds slow_start{0};
  std::optional<Autoscale> autoscale;
  std::string fault;  ///< not empty: disabled, and why (routers to it too)
  bool is_composite() const noexcept { return composite.index() != 0; }
  friend bool operator==(const ServiceConfig&, const ServiceConfig&) = default;
};

/// Where parts of a router stand in its file; for messages only.
struct RouterPlaces {
  Place name;
  Place service, entry_points;  ///< the router's, where the key is missing
  friend bool operator==(const RouterPlaces&, const RouterPlaces&) = default;
};

struct RouterConfig {
  std::string name;
  std::string provider = "file";
  std::string rule;                       ///< as written; its syntax is checked by the balancer
  std::string service;                    ///< without "@file"
  std::vector<std::string> entry_points;  ///< empty: the default ones
  std::optional<std::int64_t> priority;   ///< unset or 0: the length of the rule
  std::string fault;                      ///< not empty: disabled, and why; never served open
  Problem where;                          ///< its file and path, and the place of its rule
  RouterPlaces places;
  friend bool operator==(const RouterConfig&, const RouterConfig&) = default;
};

/// One file, or all files merged. Sorted by name, so that equal content compares equal.
struct DynamicConfig {
  std::map<std::string, RouterConfig> routers;
  std::map<std::string, ServiceConfig> services;
  friend bool operator==(const DynamicConfig&, const DynamicConfig&) = default;
};

struct DynamicResult {
  DynamicConfig config;
  Problems problems;
  /// The text is YAML of the right shape. False: nothing of the file is usable, keep its last
  /// version.
  bool is_usable = false;
  /// Nothing but comments or an empty document: suspicious: a file that is being written.
  bool is_empty = false;
};

/// Reads one file's text. `file` is used in messages only. Pure; never throws.
DynamicResult parse_dynamic(std::string_view yaml, const std::filesystem::path& file);

/// All files in name order; for a name that two files define the first wins, with a warning.
DynamicConfig merge(const std::vector<std::pair<std::filesystem::path, DynamicConfig>>& files,
                    Problems& problems);

/// Faults that need the whole: routers and services naming services or entry points that do not
/// exist, and services that lead back to themselves.
/// Fills `fault` and appends problems. What is missing may be in one of the `broken` files, of
/// which nothing or an earlier version is in `config`; the problems say so.
void resolve(DynamicConfig& config, const std::vector<std::string>& entry_points,
             Problems& problems, const std::vector<std::filesystem::path>& broken = {});

}  // namespace gapura::conf
