#include <gtest/gtest.h>

#include "conf/dynamic_config.h"
#include "conf/static_config.h"

namespace gapura::conf {
namespace {

constexpr const char* kStatic = R"y(entryPoints:
  web:
    address: ":80"
providers:
  file:
    directory: /etc/traefik/configs
    watch: true
)y";
constexpr const char* kRouters = R"y(http:
  routers:
    calculate:
      entrypoints:
        - "web"
      rule: "Path(`/calculate`)"
      service: "calculate"
)y";
constexpr const char* kServices = R"y(http:
  services:
    calculate:
      loadBalancer:
        servers:
          - url: "http://10.21.66.5:3000/"
          - url: "http://10.21.66.6:3000/"
)y";

TEST(SeedFiles, StaticFileIsReadWithoutAProblem) {
  const StaticResult result = parse_static(kStatic, "static.yaml");

  EXPECT_TRUE(result.problems.empty()) << result.problems.front().to_string();
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(result.config.entry_points.size(), 1U);
  EXPECT_EQ(result.config.entry_points[0].name, "web");
  EXPECT_EQ(result.config.entry_points[0].address, (ListenAddress{"", 80}));
  EXPECT_EQ(result.config.file_provider.directory, "/etc/traefik/configs");
  EXPECT_TRUE(result.config.file_provider.filename.empty());
  EXPECT_TRUE(result.config.file_provider.watch);
  EXPECT_EQ(result.config.file, "static.yaml");
  EXPECT_FALSE(result.config.internal_was_asked_for);
  EXPECT_FALSE(result.config.access_log.is_on);
}

TEST(SeedFiles, DynamicFilesMergeAndResolveWithoutAProblem) {
  DynamicResult routers = parse_dynamic(kRouters, "configs/dynamic.yaml");
  DynamicResult services = parse_dynamic(kServices, "configs/services.yaml");
  Problems problems;
  DynamicConfig config =
      merge({{"configs/dynamic.yaml", routers.config}, {"configs/services.yaml", services.config}},
            problems);
  resolve(config, {"web"}, problems);

  EXPECT_TRUE(routers.is_usable && services.is_usable);
  EXPECT_FALSE(routers.is_empty || services.is_empty);
  EXPECT_TRUE(routers.problems.empty() && services.problems.empty() && problems.empty());
  const RouterConfig& router = config.routers.at("calculate");
  EXPECT_EQ(router.rule, "Path(`/calculate`)");
  EXPECT_EQ(router.service, "calculate");
  EXPECT_EQ(router.entry_points, std::vector<std::string>{"web"});
  EXPECT_EQ(router.priority, std::nullopt);
  EXPECT_EQ(router.fault, "");
  EXPECT_EQ(router.where.to_string(), "configs/dynamic.yaml:6:13: http.routers.calculate");
  const ServiceConfig& service = config.services.at("calculate");
  EXPECT_EQ(service.fault, "");
  EXPECT_EQ(service.strategy, StrategyKind::wrr);
  ASSERT_EQ(service.servers.size(), 2U);
  EXPECT_EQ(service.servers[0].url.to_string(), "http://10.21.66.5:3000");
  EXPECT_EQ(service.servers[1].url.authority(), "10.21.66.6:3000");
  EXPECT_EQ(service.servers[1].weight, 1U);
}

TEST(SeedFiles, PlaceholderForAnAddressIsNamed) {
  const DynamicResult result = parse_dynamic(R"y(http:
  services:
    calculate:
      loadBalancer:
        servers:
          - url: "http://<private-ip>:3000/"
)y",
                                             "s.yaml");

  ASSERT_EQ(result.problems.size(), 2U);
  EXPECT_EQ(result.problems[0].to_string(),
            "s.yaml:6:18: http.services.calculate.loadBalancer.servers[0].url: the host "
            "'<private-ip>' contains '<', which no host name may; this server is left out");
  EXPECT_EQ(result.config.services.at("calculate").fault, "none of its servers has a valid url");
}

}  // namespace
}  // namespace gapura::conf
