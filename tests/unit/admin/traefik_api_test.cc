#include "admin/traefik_api.h"

#include <gmock/gmock.h>

#include "admin/internal.h"
#include "admin/traefik_items.h"
#include "admin/traefik_page.h"
#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

using testing::HasSubstr;

class TraefikApiTest : public ApiFixture {
 protected:
  Response get(const std::string& target) { return traefik.answer(request_of("GET", target)); }
  boost::json::value json_at(const std::string& target) {
    const Response response = get(target);
    EXPECT_EQ(response.status, 200u) << response.body;
    EXPECT_EQ(response.content_type, "application/json");
    return boost::json::parse(response.body);
  }
  std::vector<std::string> names_at(const std::string& target) {
    std::vector<std::string> names;
    const auto list = json_at(target);
    for (const auto& one : list.as_array()) names.emplace_back(one.at("name").as_string());
    return names;
  }
  static conf::StaticConfig settings() {
    conf::StaticConfig made;
    conf::EntryPoint web;
    web.name = "web";
    web.address.port = 80;
    web.read_timeout = Milliseconds(0);
    made.entry_points = {web};
    made.file_provider.directory = "/c";
    return made;
  }
  const conf::StaticConfig config = settings();
  TraefikApi traefik{registry, config, "0.1.0"};
};

TEST_F(TraefikApiTest, ShowsServicesInTraefiksShape) {
  EXPECT_EQ(json_at("/api/http/services/calculate@file"), boost::json::parse(R"({
    "loadBalancer": {
      "servers": [{"url": "http://10.0.0.1:3000"}, {"url": "http://10.0.0.2:3000"}],
      "strategy": "wrr", "passHostHeader": true},
    "status": "enabled",
    "usedBy": ["calculate@file"],
    "serverStatus": {"http://10.0.0.1:3000": "UP", "http://10.0.0.2:3000": "UP"},
    "name": "calculate@file", "provider": "file", "type": "loadbalancer"})"));
}

TEST_F(TraefikApiTest, CallsEverythingDownThatIsNotUsed) {
  begin_exchange(kFirst);
  ask("POST", std::string(kTargets) + "/" + kFirst + "/drain");
  registry.connect_failed(target(kSecond), "refused", Clock::now());

  const auto service = json_at("/api/http/services/calculate@file");

  EXPECT_EQ(service.at("serverStatus"), boost::json::parse(R"({
    "http://10.0.0.1:3000": "DOWN", "http://10.0.0.2:3000": "DOWN"})"));
}

TEST_F(TraefikApiTest, ShowsRoutersInTraefiksShape) {
  EXPECT_EQ(json_at("/api/http/routers/calculate@file"), boost::json::parse(R"-({
    "entryPoints": ["web"], "service": "calculate", "rule": "Path(`/calculate`)", "priority": 18,
    "status": "enabled", "using": ["web"], "name": "calculate@file", "provider": "file"})-"));
}

TEST_F(TraefikApiTest, SaysWhyARouterIsDisabled) {
  conf::DynamicConfig files;
  files.routers["r"].name = "r";
  files.routers["r"].rule = "Path(`/r`)";
  files.routers["r"].service = "missing";
  set_files(std::move(files));

  const auto router = json_at("/api/http/routers/r@file");
  EXPECT_EQ(router.at("status"), boost::json::value("disabled"));
  EXPECT_EQ(router.at("error").as_array().size(), 1u);
  const auto overview = json_at("/api/overview");
  EXPECT_EQ(overview.at("http").at("routers"),
            boost::json::parse(R"({"total":1,"warnings":0,"errors":1})"));
  EXPECT_EQ(names_at("/api/http/routers?status=Disabled").size(), 1u);
  EXPECT_TRUE(names_at("/api/http/routers?status=enabled").empty());
}

TEST_F(TraefikApiTest, ShowsServicesOverServices) {
  conf::DynamicConfig files;
  files.services["a"] = service_of("a", {"http://10.0.0.1:1"});
  files.services["b"] = service_of("b", {"http://10.0.0.2:1"});
  conf::Weighted weighted;
  for (const char* name : {"a", "b"}) {
    weighted.services.emplace_back().service.name = name;
    weighted.services.back().weight = 3;
  }
  files.services["w"].name = "w";
  files.services["w"].composite = weighted;
  conf::Failover failover;
  failover.service.name = "a";
  failover.fallback.name = "b";
  files.services["f"].name = "f";
  files.services["f"].composite = failover;
  set_files(std::move(files));

  EXPECT_EQ(
      json_at("/api/http/services/w@file").at("weighted"),
      boost::json::parse(R"({"services":[{"name":"a","weight":3},{"name":"b","weight":3}]})"));
  EXPECT_EQ(json_at("/api/http/services/f@file").at("failover"),
            boost::json::parse(R"({"service":"a","fallback":"b"})"));
}

TEST_F(TraefikApiTest, ShowsOverviewEntryPointsVersionAndAllAtOnce) {
  const auto overview = json_at("/api/overview");
  EXPECT_EQ(overview.at("http").at("services").at("total"), boost::json::value(1));
  EXPECT_EQ(overview.at("providers"), boost::json::parse(R"(["File"])"));
  for (const char* protocol : {"http", "tcp", "udp"}) {
    EXPECT_TRUE(overview.at(protocol).at("routers").is_object());
  }
  EXPECT_EQ(names_at("/api/entrypoints"), (std::vector<std::string>{"traefik", "web"}));
  const auto web = json_at("/api/entrypoints/web");
  EXPECT_EQ(web.at("address"), boost::json::value(":80"));
  EXPECT_EQ(web.at("transport"), boost::json::parse(R"({
    "lifeCycle": {"graceTimeOut": "10s"},
    "respondingTimeouts": {"writeTimeout": "1m0s", "idleTimeout": "3m0s"}})"));
  const auto version = json_at("/api/version");
  EXPECT_EQ(version.at("Version"), boost::json::value("0.1.0"));
  EXPECT_TRUE(version.at("startDate").is_string());
  const auto raw = json_at("/api/rawdata");
  EXPECT_FALSE(raw.at("services").at("calculate@file").as_object().contains("name"));
  EXPECT_EQ(raw.at("routers").at("calculate@file").at("service"), boost::json::value("calculate"));
}

TEST_F(TraefikApiTest, HasNoMiddlewaresAndNoOtherProtocols) {
  EXPECT_TRUE(json_at("/api/http/middlewares").as_array().empty());
  EXPECT_TRUE(json_at("/api/tcp/routers").as_array().empty());
  EXPECT_EQ(get("/api/http/middlewares/x@file").status, 404u);
}

TEST_F(TraefikApiTest, OnlyReadsAndOnlyWhatThereIs) {
  const Response missing = get("/api/http/services/none@file");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.body, "{\"message\":\"service not found: none@file\"}\n");
  for (const char* path : {"/api/", "/api/http", "/api/http/nothing", "/api/v1/services",
                           "/api/http/services/a/b", "/api/%zz", "/api/entrypoints/x"}) {
    EXPECT_EQ(get(path).status, 404u) << path;
  }
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    EXPECT_EQ(traefik.answer(request_of(method, "/api/overview")).status, 405u);
  }
}

TEST_F(TraefikApiTest, IsServedOnTheInternalEntryPointOnlyWhenAskedFor) {
  const auto none = [] { return std::string(); };
  Internal closed(none);
  Internal open(none, traefik);

  EXPECT_EQ(closed.answer(request_of("GET", "/api/overview")).status, 404u);
  EXPECT_EQ(open.answer(request_of("GET", "/api/overview")).status, 200u);
  EXPECT_EQ(open.answer(request_of("GET", "/ping")).body, "OK");
}

boost::json::object item(const std::string& name, const std::string& rule) {
  boost::json::object made;
  made["name"] = name;
  made["rule"] = rule;
  made["service"] = "s";
  made["status"] = "enabled";
  return made;
}

TEST(TraefikPage, FiltersAsTraefikDoes) {
  const auto one = item("Shop@file", "Host(`a.example`)");

  for (const TraefikQuery& query :
       {TraefikQuery{}, TraefikQuery{{"search", "shop"}}, TraefikQuery{{"search", "A.EXAMPLE"}},
        TraefikQuery{{"status", "ENABLED"}}, TraefikQuery{{"serviceName", "s@file"}}}) {
    EXPECT_TRUE(is_wanted(one, query));
  }
  for (const TraefikQuery& query :
       {TraefikQuery{{"search", "basket"}}, TraefikQuery{{"status", "warning"}},
        TraefikQuery{{"serviceName", "t"}}, TraefikQuery{{"middlewareName", "auth"}}}) {
    EXPECT_FALSE(is_wanted(one, query));
  }
}

/// "names, next page" or the error's message.
std::string page_of(std::size_t count, const TraefikQuery& query) {
  std::vector<boost::json::object> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back(item(std::to_string(i), ""));
  const Response response = traefik_page(items, query);
  const auto body = boost::json::parse(response.body);
  if (response.status != 200) return std::string(body.at("message").as_string());
  std::string text;
  for (const auto& one : body.as_array()) text += std::string(one.at("name").as_string()) + " ";
  return text + "next " + response.fields.at(0).second;
}

TEST(TraefikPage, CountsPagesFromOne) {
  EXPECT_EQ(page_of(5, {{"per_page", "2"}}), "0 1 next 2");
  EXPECT_EQ(page_of(5, {{"per_page", "2"}, {"page", "2"}}), "2 3 next 3");
  EXPECT_EQ(page_of(5, {{"per_page", "2"}, {"page", "3"}}), "4 next 1");
  EXPECT_EQ(page_of(4, {{"per_page", "2"}, {"page", "2"}}), "2 3 next 1");
  EXPECT_EQ(page_of(0, {}), "next 1");
  EXPECT_THAT(page_of(101, {}), HasSubstr(" 99 next 2"));
}

TEST(TraefikPage, RefusesPagesThatDoNotExist) {
  EXPECT_EQ(page_of(4, {{"per_page", "2"}, {"page", "3"}}),
            "invalid request: page: 3, per_page: 2");
  for (const char* bad : {"0", "-1", "x", "1x", "99999999999"}) {
    EXPECT_EQ(page_of(4, {{"page", bad}}), std::string("invalid request: page: ") + bad);
    EXPECT_EQ(page_of(4, {{"per_page", bad}}), std::string("invalid request: per_page: ") + bad);
  }
  EXPECT_EQ(page_of(4, {{"page", "4294967295"}, {"per_page", "4294967295"}}),
            "invalid request: page: 4294967295, per_page: 4294967295");
}

TEST(TraefikItems, WritesDurationsAsGoDoes) {
  EXPECT_EQ(go_duration(Milliseconds(0)), "0s");
  EXPECT_EQ(go_duration(Milliseconds(300)), "300ms");
  EXPECT_EQ(go_duration(Milliseconds(1'500)), "1.5s");
  EXPECT_EQ(go_duration(Milliseconds(180'000)), "3m0s");
  EXPECT_EQ(go_duration(Milliseconds(3'661'000)), "1h1m1s");
}

}  // namespace
}  // namespace gapura::admin
