#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

using std::chrono::seconds;

TEST(StaticConfig, HasTraefiksDefaults) {
  const StaticResult result = read_static("");

  ASSERT_TRUE(result.ok() && result.problems.empty());
  ASSERT_EQ(result.config.entry_points.size(), 1U);
  EXPECT_EQ(result.config.entry_points[0].name, "http");
  EXPECT_EQ(result.config.entry_points[0].address, (ListenAddress{"", 80}));
  EXPECT_EQ(result.config.internal_address, (ListenAddress{"127.0.0.1", 8080}));
  EXPECT_EQ(result.config.admin.address, (ListenAddress{"127.0.0.1", 8081}));
  EXPECT_TRUE(result.config.admin.is_on);
  EXPECT_EQ(result.config.log.level, "info");
  EXPECT_EQ(result.config.workers, 0U);
}

TEST(StaticConfig, ReadsEveryOptionOfAnEntryPoint) {
  const StaticResult result = read_static(R"(
EntryPoints:
  Web:
    ADDRESS: "[::1]:8000/tcp"
    asDefault: "true"
    reusePort: true
    transport:
      lifecycle: {requestAcceptGraceTimeout: 5, graceTimeout: 1m30s}
      respondingTimeouts: {readTimeout: 0, writeTimeout: "20", idleTimeout: 300ms}
      keepAliveMaxRequests: 100
    forwardedHeaders:
      insecure: true
      trustedIPs: [10.0.0.0/8, "::1"]
    http: {maxHeaderBytes: 65536, sanitizePath: true, middlewares: []}
)");

  ASSERT_TRUE(result.problems.empty()) << lines(result.problems);
  const EntryPoint& web = result.config.entry_points.at(0);
  EXPECT_EQ(web.name, "Web") << "names keep their case";
  EXPECT_EQ(web.address, (ListenAddress{"::1", 8000}));
  EXPECT_TRUE(web.is_default && web.trusts_all_forwarded);
  EXPECT_EQ(web.accept_grace, seconds(5));
  EXPECT_EQ(web.grace, seconds(90));
  EXPECT_EQ(web.read_timeout, seconds(0));
  EXPECT_EQ(web.write_timeout, seconds(20));
  EXPECT_EQ(web.idle_timeout, Milliseconds(300));
  EXPECT_EQ(web.requests_max, 100U);
  EXPECT_EQ(web.trusted_ips, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
  EXPECT_EQ(web.head_bytes_max, 65'536U);
}

TEST(StaticConfig, ReadsTheRest) {
  const StaticResult result = parse_static(R"(
entryPoints: {b: {address: ":1"}, a: {address: ":2"}, traefik: {address: ":8080"}}
providers: {file: {filename: d.yaml, watch: "false"}}
log: {level: WARNING, format: JSON, filePath: /l}
accessLog: {filePath: /a, format: json}
metrics: {prometheus: {buckets: [0.1, 2], addEntryPointsLabels: false, addServicesLabels: false}}
ping: {}
api: {insecure: false}
admin:
  address: unix:/run/g.sock
  tokenFile: /t
  updateServers: {service: calculate@file}
stateDir: /state
workers: 2
)",
                                           "dir/s.yml");

  ASSERT_TRUE(result.problems.empty()) << lines(result.problems);
  const StaticConfig& config = result.config;
  ASSERT_EQ(config.entry_points.size(), 2U) << "the internal one is not among them";
  EXPECT_EQ(config.entry_points[0].name, "a");
  EXPECT_TRUE(config.internal_was_asked_for);
  EXPECT_EQ(config.internal_address, (ListenAddress{"", 8080}));
  EXPECT_EQ(config.file_provider.filename, "d.yaml");
  EXPECT_FALSE(config.file_provider.watch);
  EXPECT_EQ(config.log.level, "warn");
  EXPECT_EQ(config.log.format, "json");
  EXPECT_EQ(config.log.file_path, "/l");
  EXPECT_TRUE(config.access_log.is_on);
  EXPECT_EQ(config.access_log.format, LogFormat::json);
  EXPECT_EQ(config.access_log.file_path, "/a");
  EXPECT_EQ(config.metrics.buckets, (std::vector<double>{0.1, 2}));
  EXPECT_FALSE(config.metrics.entry_point_labels || config.metrics.service_labels);
  EXPECT_EQ(config.admin.unix_path, "/run/g.sock");
  EXPECT_EQ(config.admin.token_file, "/t");
  EXPECT_EQ(config.admin.update_servers_service, "calculate");
  EXPECT_EQ(config.state_dir, "/state");
  EXPECT_EQ(config.workers, 2U);
}

TEST(StaticConfig, InternalEntryPointAloneKeepsTheDefaultOne) {
  const StaticResult result = read_static("entryPoints: {traefik: {address: \"127.0.0.1:0\"}}\n");

  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.config.entry_points.at(0).name, "http");
  EXPECT_EQ(result.config.internal_address.port, 0);
}

TEST(StaticConfig, AccessLogIsOnWhenItsKeyIsThere) {
  EXPECT_TRUE(read_static("accessLog:\n").config.access_log.is_on);
  EXPECT_TRUE(read_static("accessLog: {}\n").config.access_log.is_on);
  EXPECT_FALSE(read_static("").config.access_log.is_on);
}

TEST(StaticConfig, AdminCanBeSwitchedOff) {
  EXPECT_FALSE(read_static("admin: false\n").config.admin.is_on);
  EXPECT_FALSE(read_static("admin: {enabled: false}\n").config.admin.is_on);
  EXPECT_EQ(read_static("admin: {address: \":9000\"}\n").config.admin.address,
            (ListenAddress{"", 9000}));
}

TEST(StaticConfig, NullSectionsAreSkipped) {
  EXPECT_EQ(static_problems("entryPoints:\nlog:\nmetrics:\napi:\nping:\nadmin:\nworkers: ~\n"), "");
}

TEST(StaticConfig, NothingUnsafeIsServedOpen) {
  constexpr const char* kFault =
      ": not built yet for entry points, whose routers must not be served without it; remove it or "
      "this entry point\n";
  EXPECT_EQ(static_problems("entryPoints: {a: {address: \":1\", http: {tls: {}}}}\n"),
            std::string("E 2:41: entryPoints.a.http.tls") + kFault);
  EXPECT_EQ(static_problems("entryPoints: {a: {address: \":1\", http: {tls: }}}\n"),
            std::string("E 2:41: entryPoints.a.http.tls") + kFault);
  EXPECT_EQ(static_problems("entryPoints: {a: {address: \":1\", http: {middlewares: auth}}}\n"),
            std::string("E 2:54: entryPoints.a.http.middlewares") + kFault);
  EXPECT_EQ(static_problems("entryPoints: {a: {address: \":1\", http: {redirections: {entryPoint: "
                            "{to: b}}}}}\n"),
            std::string("E 2:41: entryPoints.a.http.redirections") + kFault);
}

TEST(StaticConfig, NamesMistakesWithTheirPlace) {
  const std::vector<std::pair<const char*, const char*>> kTable{
      {"entryPoints:\n  web:\n    adress: \":80\"\n",
       "E 3:3: entryPoints.web: address is missing; write for example address: \":80\"\n"
       "W 4:5: entryPoints.web.adress: unknown key 'adress' is ignored (did you mean "
       "'address'?)\n"},
      {"entryPoint: {}\n",
       "W 2:1: entryPoint: unknown key 'entryPoint' is ignored (did you mean "
       "'entryPoints'?)\n"},
      {"entryPoints: {web: {address: 80}}\n",
       "E 2:30: entryPoints.web.address: must be \"host:port\" or \":port\", not '80' (did you "
       "mean "
       "\":80\"?)\n"},
      {"entryPoints: {dns: {address: \":53/udp\"}}\n",
       "E 2:30: entryPoints.dns.address: UDP is not built: ':53/udp' cannot be listened on\n"},
      {"entryPoints: {web: \":80\"}\n",
       "E 2:15: entryPoints.web: expected settings, found ':80'\n"},
      {"entryPoints: [web]\n", "E 2:1: entryPoints: expected settings by name, found a list\n"},
      {"log: {level: inof}\n",
       "E 2:14: log.level: must be one of trace, debug, info, warn, error, fatal and panic, not "
       "'inof' (did you mean 'info'?)\n"},
      {"accessLog: {format: xml}\n",
       "E 2:21: accessLog.format: must be one of common, json and genericclf, not 'xml'\n"},
      {"workers: many\n", "E 2:10: workers: must be a whole number, not 'many'\n"},
      {"workers: 1025\n", "E 2:10: workers: must be between 0 and 1024, not 1025\n"},
      {"workers: [1]\n", "E 2:1: workers: expected text, found a list\n"},
      {"workers: 1\nWorkers: 2\n",
       "E 3:1: Workers: key 'Workers' stands twice, first in line 2; remove one of them\n"},
      {"metrics: {prometheus: {buckets: [1, 1]}}\n",
       "E 2:24: metrics.prometheus.buckets: must rise from each bucket to the next\n"},
      {"metrics: {prometheus: {buckets: [0]}}\n",
       "E 2:24: metrics.prometheus.buckets: must be above 0 (seconds)\n"},
      {"metrics: {prometheus: {buckets: [x]}}\n",
       "E 2:24: metrics.prometheus.buckets: must be a number, not 'x'\n"},
      {"admin: {address: \"unix:g.sock\"}\n",
       "E 2:18: admin.address: a Unix socket needs an absolute path of at most 107 bytes, such as "
       "unix:/run/gapura/admin.sock\n"},
      {"admin: maybe\n", "E 2:8: admin: must be true or false, not 'maybe'\n"}};
  for (const auto& [yaml, expected] : kTable) EXPECT_EQ(static_problems(yaml), expected) << yaml;
}

TEST(StaticConfig, LimitsBucketsAndHeads) {
  const std::string sixteen = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16";
  EXPECT_EQ(static_problems("metrics: {prometheus: {buckets: [" + sixteen + "]}}\n"), "");
  EXPECT_EQ(static_problems("metrics: {prometheus: {buckets: \"" + sixteen + ",17\"}}\n"),
            "E 2:33: metrics.prometheus.buckets: at most 16 buckets, not 17\n");
  const auto head = [](const char* bytes) {
    return static_problems(
        std::string("entryPoints: {a: {address: \":1\", http: {maxHeaderBytes: ") + bytes +
        "}}}\n");
  };
  EXPECT_EQ(head("1024"), "");
  EXPECT_EQ(head("0"), "");
  EXPECT_NE(head("1023"), "");
  EXPECT_EQ(head("67108864"), "");
  EXPECT_NE(head("67108865"), "");
}

TEST(StaticConfig, NamesWhatTraefikKnowsAndGapuraDoesNotDo) {
  constexpr const char* kKnown = ": known to Traefik, not acted on by Gapura yet: ";
  EXPECT_EQ(static_problems("global: {checkNewVersion: false}\n"),
            std::string("W 2:1: global") + kKnown + "global (nothing is ever sent to anybody)\n");
  EXPECT_EQ(
      static_problems("ping: {entryPoint: web}\n"),
      "W 2:20: ping.entryPoint: /ping on another entry point than 'traefik' is not built yet; "
      "it stays on 'traefik'\n");
  EXPECT_EQ(static_problems("accessLog: {format: genericCLF, filters: {}}\n").substr(0, 1), "W");
  EXPECT_TRUE(read_static("accessLog: {format: genericCLF, filters: {}}\n").ok());
}

TEST(StaticConfig, InsecureApiOpensNothingByItself) {
  const StaticResult result = read_static("api: {insecure: true}\n");

  EXPECT_EQ(lines(result.problems),
            "W 2:17: api.insecure: serves Traefik's read-only API on 127.0.0.1:8080 only: the port "
            "is not opened to the network by it; for that, set entryPoints.traefik.address: "
            "\":8080\"\n");
  EXPECT_TRUE(result.config.has_traefik_api);
  EXPECT_EQ(result.config.internal_address.host, "127.0.0.1");
}

TEST(StaticConfig, ServesTraefiksApiOnlyWhenItIsAskedForThere) {
  EXPECT_FALSE(read_static("").config.has_traefik_api);
  EXPECT_FALSE(read_static("api: {}\n").config.has_traefik_api);
  EXPECT_FALSE(read_static("api: {insecure: false}\n").config.has_traefik_api);
}

TEST(StaticConfig, TakesTheProviderRestOnlyWhenItIsInsecure) {
  const std::string start = "providers: {file: {filename: d.yaml}, rest: ";
  EXPECT_TRUE(parse_static(start + "{insecure: true}}\n", "s.yaml").config.takes_rest);

  const StaticResult closed = parse_static(start + "{}}\n", "s.yaml");
  EXPECT_FALSE(closed.config.takes_rest);
  EXPECT_NE(lines(closed.problems).find("does nothing without insecure: true"), std::string::npos)
      << lines(closed.problems);
}

TEST(StaticConfig, KnowsTheFileThatShowsTheUpdatersList) {
  const StaticResult result = read_static("admin: {updateServers: {file: /c/services.yaml}}\n");

  EXPECT_EQ(lines(result.problems), "");
  EXPECT_EQ(result.config.admin.update_servers_file, "/c/services.yaml");
}

TEST(StaticConfig, SendsRoutersToTheDynamicFiles) {
  const StaticResult result = read_static("http: {routers: {}}\n");

  EXPECT_TRUE(result.ok());
  EXPECT_EQ(lines(result.problems),
            "W 2:1: http: is ignored here: routers and services belong in the dynamic files, which "
            "providers.file names\n");
}

TEST(StaticConfig, NeedsAFileProvider) {
  EXPECT_EQ(lines(parse_static("", "s.yaml").problems),
            "W providers.file: is missing: without it there are no routers, and every request gets "
            "404\n");
  EXPECT_EQ(lines(parse_static("providers: {docker: {}, file: }\n", "s.yaml").problems),
            "E 1:25: providers.file: directory or filename is missing; one must say where the "
            "dynamic configuration is\n"
            "W 1:13: providers.docker: the provider 'docker' is not supported; only file and "
            "rest are\n");
  EXPECT_EQ(
      lines(parse_static("providers: {file: {directory: d, filename: f}}\n", "s.yaml").problems),
      "W 1:44: providers.file.filename: is not read, because directory is given too; keep one of "
      "the two\n");
}

TEST(StaticConfig, KeepsListenersApart) {
  EXPECT_EQ(
      static_problems("entryPoints: {a: {address: \":80\"}, b: {address: \"127.0.0.1:80\"}}\n"),
      "E entryPoints.b: listens on port 80, as entry point 'a' does\n");
  EXPECT_EQ(static_problems("entryPoints: {a: {address: \"127.0.0.1:80\"}, b: {address: "
                            "\"127.0.0.2:80\"}}\n"),
            "");
  EXPECT_EQ(static_problems("entryPoints: {a: {address: \":0\"}, b: {address: \":0\"}}\n"), "");
  EXPECT_EQ(static_problems("entryPoints: {a: {address: \":8080\"}}\n"),
            "W entryPoints.a: takes port 8080, where /metrics and /ping would be; give "
            "entryPoints.traefik.address another one\n");
  EXPECT_FALSE(
      read_static("entryPoints: {a: {address: \":9\"}, traefik: {address: \":9\"}}\n").ok());
  EXPECT_FALSE(read_static("entryPoints: {a: {address: \":8081\"}}\n").ok());
  EXPECT_TRUE(read_static("entryPoints: {a: {address: \":8081\"}}\nadmin: false\n").ok());
}

TEST(StaticConfig, RefusesToml) {
  EXPECT_EQ(lines(parse_static("x = 1\n", "traefik.toml").problems),
            "E TOML is not read; write the configuration as YAML\n");
  EXPECT_FALSE(parse_static("[entryPoints.web]\naddress = \":80\"\n", "s.yaml").ok());
}

}  // namespace
}  // namespace gapura::conf
