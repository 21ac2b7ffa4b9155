/// The settings read once, at start: Traefik's static configuration with Gapura's additions.
/// Values; if one exists it is valid. Defaults are Traefik's unless a comment says otherwise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "conf/hooks.h"
#include "conf/listen_address.h"
#include "conf/problem.h"

namespace gapura::conf {

struct EntryPoint {
  std::string name;
  ListenAddress address;
  bool is_default = false;             ///< asDefault
  Milliseconds read_timeout{60'000};   ///< readTimeout; ours: without progress
  Milliseconds write_timeout{60'000};  ///< without progress; Traefik's 0 would mean never
  Milliseconds idle_timeout{180'000};  ///< between requests of a kept connection
  Milliseconds accept_grace{0};        ///< lifeCycle.requestAcceptGraceTimeout
  Milliseconds grace{10'000};          ///< lifeCycle.graceTimeOut
  /// respondingTimeouts.readHeaderTimeout, ours: from the first byte of a head to its last. Not 0.
  Milliseconds head_timeout{10'000};
  /// transport.respondingTimeouts.minRate, bytes/s; ours, 240 as Kestrel has it. A body that comes,
  /// or an answer that is taken, more slowly over a whole readTimeout or writeTimeout ends. 0: off.
  std::uint32_t rate_min = 240;
  std::uint32_t head_bytes_max = 1 << 20;      ///< http.maxHeaderBytes
  std::uint64_t body_bytes_max = 0;            ///< http.maxRequestBodyBytes, ours; 0: no limit
  bool adds_via = true;                        ///< http.via, ours (RFC 9110 7.6.3)
  std::uint32_t requests_max = 0;              ///< transport.keepAliveMaxRequests; 0: no limit
  Milliseconds life_max{0};                    ///< transport.keepAliveMaxTime; 0: no limit
  bool trusts_all_forwarded = false;           ///< forwardedHeaders.insecure
  std::vector<std::string> trusted_ips;        ///< trustedIPs: addresses or CIDRs, valid
  bool takes_proxy_from_all = false;           ///< proxyProtocol.insecure
  std::vector<std::string> proxy_trusted_ips;  ///< proxyProtocol.trustedIPs, likewise
};

/// `limits`, ours. What one process bears, whichever entry point it comes through.
struct Limits {
  std::uint32_t connections_max = 0;            ///< 0: as many as there are descriptors for
  std::uint32_t connections_of_client_max = 0;  ///< maxConnectionsPerClient; 0: no limit
};

struct FileProvider {
  std::filesystem::path directory;  ///< wins over filename, as in Traefik; empty: not given
  std::filesystem::path filename;   ///< empty: not given
  bool watch = true;
};

enum class LogFormat { common, json };

struct AccessLog {
  bool is_on = false;
  std::string file_path;  ///< empty: standard output
  LogFormat format = LogFormat::common;
};

struct Metrics {
  std::vector<double> buckets{0.1, 0.3, 1.2, 5.0};  ///< seconds, rising
  bool entry_point_labels = true;
  bool service_labels = true;
};

struct Admin {
  /// Listens on TCP with a token, or on a Unix socket (0600) without one.
  ListenAddress address{"127.0.0.1", 8081};
  std::filesystem::path unix_path;   ///< when address is "unix:/path"; `address` is unused then
  std::filesystem::path token_file;  ///< empty: `<stateDir>/admin-token`
  /// Of the token that may only read. Empty: `<stateDir>/admin-read-token`, if there is such a
  /// file.
  std::filesystem::path read_token_file;
  std::filesystem::path audit_log;     ///< empty: `<stateDir>/audit.log`
  std::string update_servers_service;  ///< updateServers.service; empty: the only one there is
  /// updateServers.file: the YAML file that shows the list after the call; empty: none does.
  std::filesystem::path update_servers_file;
  bool is_on = true;
};

struct StaticConfig {
  std::filesystem::path file;            ///< where it was read from; empty: made in memory
  std::vector<EntryPoint> entry_points;  ///< user-facing ones, by name; never empty
  /// Traefik's internal entry point "traefik": /metrics and /ping.
  ListenAddress internal_address{"127.0.0.1", 8080};
  bool internal_was_asked_for = false;  ///< the YAML names it: failing to bind it is an error
  FileProvider file_provider;
  bool has_traefik_api = false;  ///< api.insecure: Traefik's read-only API on the internal address
  bool takes_rest = false;       ///< providers.rest.insecure: PUT /api/providers/rest there
  log::Settings log;
  AccessLog access_log;
  Metrics metrics;
  Admin admin;
  std::vector<HookListener> hooks;
  std::vector<Notify> notify;
  std::optional<TargetsFile> targets_file;  ///< `sd`
  Limits limits;
  /// Empty: /var/lib/gapura, else beside the configuration.
  std::filesystem::path state_dir;
  unsigned workers = 0;  ///< 0: one a core
};

struct StaticResult {
  StaticConfig config;  ///< meaningful only without errors
  Problems problems;
  bool ok() const noexcept;  ///< no problem of severity error
};

/// Reads the file's text. `file` is used in messages only. Pure; never throws.
StaticResult parse_static(std::string_view yaml, const std::filesystem::path& file);

}  // namespace gapura::conf
