#include "admin/api.h"

#include "admin/guard.h"
#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

using ApiTest = ApiFixture;

TEST_F(ApiTest, ListsServicesWithTheirTargets) {
  begin_exchange(kFirst);

  const Response response = ask("GET", "/api/v1/services");

  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_FALSE(field_of(response, "X-Gapura-Version").empty());
  const auto object = json_of(response);
  const auto& services = object.at("services").as_array();
  ASSERT_EQ(services.size(), 1u);
  const auto& service = services[0].as_object();
  EXPECT_EQ(service.at("name"), "calculate");
  EXPECT_EQ(service.at("provider"), "file");
  EXPECT_EQ(service.at("strategy"), "wrr");
  EXPECT_EQ(service.at("status"), "enabled");
  EXPECT_EQ(service.at("autoscaled"), false);
  const auto& targets = service.at("targets").as_array();
  ASSERT_EQ(targets.size(), 2u);
  const auto& first = targets[0].as_object();
  EXPECT_EQ(first.at("id"), kFirst);
  EXPECT_EQ(first.at("url"), "http://10.0.0.1:3000");
  EXPECT_EQ(first.at("state"), "serving");
  EXPECT_EQ(first.at("inFlight").to_number<int>(), 1);
  EXPECT_EQ(first.at("weight").to_number<int>(), 1);
  EXPECT_EQ(first.at("origin"), "file");
  EXPECT_TRUE(first.at("since").as_string().ends_with("Z"));
  EXPECT_GE(first.at("sinceSeconds").to_number<double>(), 0);
}

TEST_F(ApiTest, ShowsOneServiceUnderItsNameWithAndWithoutProvider) {
  EXPECT_EQ(json_of(ask("GET", "/api/v1/services/calculate")).at("name"), "calculate");
  EXPECT_EQ(json_of(ask("GET", "/api/v1/services/calculate@file")).at("name"), "calculate");
  EXPECT_EQ(detail_of(ask("GET", "/api/v1/services/other"), 404), "there is no service other");
}

TEST_F(ApiTest, ListsTargetsAndShowsOneById) {
  const auto list = json_of(ask("GET", kTargets));
  EXPECT_EQ(list.at("targets").as_array().size(), 2u);

  const std::string path = std::string(kTargets) + "/";
  EXPECT_EQ(json_of(ask("GET", path + "10.0.0.2:3000")).at("url"), "http://10.0.0.2:3000");
  EXPECT_EQ(json_of(ask("GET", path + "10.0.0.2%3A3000")).at("url"), "http://10.0.0.2:3000");
  EXPECT_EQ(detail_of(ask("GET", path + "10.0.0.9:3000"), 404),
            "service calculate has no target 10.0.0.9:3000");
  EXPECT_EQ(detail_of(ask("GET", "/api/v1/services/no/targets/x"), 404), "there is no service no");
}

TEST_F(ApiTest, AnswersHeadLikeGet) {
  EXPECT_EQ(ask("HEAD", "/api/v1/services").status, 200u);
}

TEST_F(ApiTest, ListsRouters) {
  const auto object = json_of(ask("GET", "/api/v1/routers"));
  const auto& routers = object.at("routers").as_array();

  ASSERT_EQ(routers.size(), 1u);
  EXPECT_EQ(routers[0].at("rule"), "Path(`/calculate`)");
  EXPECT_EQ(routers[0].at("status"), "enabled");
  EXPECT_EQ(routers[0].at("priority").to_number<int>(), 18);
}

TEST_F(ApiTest, ShowsTheConfigurationWithItsProblems) {
  conf::Problem problem;
  problem.file = "services.yaml";
  problem.line = 3;
  problem.message = "unknown key 'serverz' (did you mean 'servers'?)";
  config.files.push_back({"/etc/gapura/services.yaml", true, true, {problem}});
  config.problems = {problem};
  config.reloads = 2;
  config.failures = 1;

  const auto object = json_of(ask("GET", "/api/v1/config"));

  EXPECT_EQ(object.at("version").to_number<std::uint64_t>(), index(registry.version()));
  EXPECT_EQ(object.at("adoptedVersion").to_number<std::uint64_t>(), index(registry.version()));
  const auto& file = object.at("files").as_array().at(0).as_object();
  EXPECT_EQ(file.at("path"), "/etc/gapura/services.yaml");
  EXPECT_EQ(file.at("status"), "broken");
  EXPECT_EQ(file.at("isLastGood"), true);
  EXPECT_EQ(file.at("problems").as_array().at(0).at("line").to_number<int>(), 3);
  EXPECT_EQ(object.at("reloads").to_number<int>(), 2);
  EXPECT_EQ(object.at("failures").to_number<int>(), 1);
}

TEST_F(ApiTest, AnswersAReloadWhenItHasHappened) {
  const Asked asked = begin("POST", "/api/v1/reload");
  ASSERT_EQ(reloading.size(), 1u);
  EXPECT_FALSE(asked.is_answered());

  reloading.front()(config);
  settle();

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 200u);
}

TEST_F(ApiTest, SaysWhenAReloadFindsABrokenFile) {
  const Asked asked = begin("POST", "/api/v1/reload");
  conf::Problem problem;
  problem.message = "this is not YAML";
  config.problems = {problem};

  reloading.front()(config);
  settle();

  ASSERT_TRUE(asked.is_answered());
  detail_of(asked.get(), 422);
  EXPECT_EQ(json_of(asked.get()).at("problems").as_array().at(0).at("message"), "this is not YAML");
}

TEST_F(ApiTest, TellsItsVersion) {
  EXPECT_EQ(json_of(ask("GET", "/api/v1/version")).at("version"), "0.1.0");
}

TEST_F(ApiTest, AnswersUnknownPathsWith404) {
  for (const char* path :
       {"/", "/api", "/api/v1", "/api/v1/", "/api/v2/services", "/api/v1/foo", "/api/v1/config/x",
        "/api/v1/services/calculate/servers", "/api/v1/services/calculate/targets/a/b",
        "/api/v1/services/calculate/targets/a/drain/b"}) {
    detail_of(ask("GET", path), 404);
  }
  detail_of(ask("GET", "/api/v1/services/%zz"), 400);
}

TEST_F(ApiTest, NamesTheMethodsThatAPathAllows) {
  struct Case {
    const char* method;
    std::string path;
    const char* allow;
  };
  const std::string targets = kTargets;
  for (const Case& one :
       {Case{"POST", "/api/v1/services", "GET, HEAD"},
        Case{"DELETE", "/api/v1/services/calculate", "GET, HEAD, PATCH"},
        Case{"PATCH", targets, "GET, HEAD, POST, PUT"},
        Case{"POST", targets + "/a", "GET, HEAD, PUT, PATCH, DELETE"},
        Case{"GET", targets + "/a/drain", "POST, DELETE"},
        Case{"POST", "/api/v1/version", "GET, HEAD"}, Case{"GET", "/api/v1/reload", "POST"},
        Case{"GET", "/update-servers", "POST"}}) {
    const Response response = ask(one.method, one.path);
    detail_of(response, 405);
    EXPECT_EQ(field_of(response, "Allow"), one.allow) << one.path;
  }
}

// Whatever a link, an image or a crawler can make a browser do.
TEST_F(ApiTest, ChangesNothingByReading) {
  std::vector<std::string> acts;
  scaling.services = [] { return std::vector<std::string>{"calculate"}; };
  scaling.take = [&](const autoscale::Alert&) {
    acts.emplace_back("alert");
    return autoscale::AlertTable::Taken::changed;
  };
  scaling.step = [&](const std::string&, autoscale::Direction) -> ScalingDoors::Outcome {
    acts.emplace_back("step");
    return autoscale::CommandFault{autoscale::CommandFault::Kind::busy, "no"};
  };
  scaling.change = [&](const std::string&, const autoscale::HandChange&) {
    acts.emplace_back("change");
    return std::optional<autoscale::CommandFault>();
  };
  const std::string target = std::string(kTargets) + "/" + kFirst;
  const Version version = registry.version();

  for (const char* method : {"GET", "HEAD"}) {
    for (const std::string& path :
         {std::string("/api/v1/services"), std::string("/api/v1/services/calculate"),
          std::string(kTargets), target, target + "?wait=true", target + "/drain",
          target + "/drain?wait=true", std::string("/api/v1/services/calculate/autoscale"),
          std::string("/api/v1/routers"), std::string("/api/v1/config"),
          std::string("/api/v1/version"), std::string("/api/v1/state"),
          std::string("/api/v1/reload"), std::string("/update-servers"),
          std::string("/v1/scale-up?service=calculate"),
          std::string("/v1/scale-down?service=calculate"), std::string("/v1/operations/1"),
          std::string("/api/v1/hooks/alerts"), std::string("/sd/prometheus")}) {
      for (const char* body : {"", R"({"url": "http://10.0.0.9:3000", "size": 1})",
                               R"({"servers": ["http://10.0.0.9:3000"]})"}) {
        const Response response = ask_guarded(request_of(method, path, body));
        EXPECT_TRUE(response.status == 200 || response.status == 400 || response.status == 404 ||
                    response.status == 405)
            << method << " " << path << " " << response.status;
      }
    }
  }

  EXPECT_TRUE(saved.empty());
  EXPECT_TRUE(reloading.empty());
  EXPECT_TRUE(acts.empty()) << acts.front();
  EXPECT_TRUE(audit_lines.empty());
  EXPECT_EQ(registry.version(), version);
}

TEST_F(ApiTest, AsksItsGuardFirst) {
  Guard guard({.write = Token("0123456789abcdef")}, "");
  const auto ask_guarded = [&](const std::string& authorization) {
    Request request = request_of("GET", "/api/v1/version");
    request.host = "127.0.0.1:8081";
    request.authorization = authorization;
    request.departure = std::make_shared<Departure>();
    std::optional<Response> response;
    boost::asio::co_spawn(loop, api.answer_guarded(guard, std::move(request)),
                          [&](std::exception_ptr, Response made) { response = std::move(made); });
    settle();
    return response.value_or(Response()).status;
  };

  EXPECT_EQ(ask_guarded(""), 401u);
  EXPECT_EQ(ask_guarded("Bearer 0123456789abcdef"), 200u);
}

TEST_F(ApiTest, MayBeDestroyedBeforeTheCoroutinesThatWaitInIt) {
  begin_exchange(kFirst);
  adopts_at_once = false;
  boost::asio::io_context other;
  bool was_persisted = false;
  Api::Doors doors;
  doors.persist = [&was_persisted](balancer::Overlay, std::function<void(std::error_code)>) {
    was_persisted = true;
  };
  auto local = std::make_unique<Api>(registry, Api::Settings{}, std::move(doors));
  Request request = request_of("DELETE", std::string(kTargets) + "/" + kFirst + "?wait=true");
  request.departure = std::make_shared<Departure>();
  const auto departure = request.departure;
  boost::asio::co_spawn(other, local->answer(std::move(request)), boost::asio::detached);
  other.poll();
  ASSERT_TRUE(was_persisted);

  local.reset();
  departure->happen();
  other.restart();
  other.poll();

  EXPECT_EQ(departure.use_count(), 2) << "the waiting frame is still there, and whole";
}

}  // namespace
}  // namespace gapura::admin
