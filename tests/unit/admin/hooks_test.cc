#include "admin/hooks.h"

#include <gmock/gmock.h>

#include "admin/hook_auth.h"
#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

using autoscale::Alert;
using autoscale::CommandFault;
using autoscale::Direction;
using autoscale::Operation;
using conf::HookRoute;
using testing::HasSubstr;
using Taken = autoscale::AlertTable::Taken;

/// An autoscaler that does what a test says.
class HooksTest : public ApiFixture {
 protected:
  HooksTest() {
    scaling.services = [this] { return services; };
    scaling.take = [this](const Alert& alert) {
      taken.push_back(alert);
      return Taken::changed;
    };
    scaling.step = [this](const std::string& service, Direction direction) {
      steps.emplace_back(service, direction);
      if (fault) return ScalingDoors::Outcome(*fault);
      operation.service = service;
      operation.direction = direction;
      return ScalingDoors::Outcome(operation);
    };
    scaling.operation = [this](const std::string& id) -> ScalingDoors::Outcome {
      if (id == operation.id) return operation;
      return CommandFault{CommandFault::Kind::no_such_operation, "there is no operation " + id};
    };
    scaling.view = [this](const std::string&) {
      autoscale::ScalerView view;
      for (const auto& machine : machines) {
        view.instances.push_back({.instance = machine, .phase = {}, .target = {}, .fault = {}});
      }
      return std::optional(view);
    };
    operation.id = "op-1";
    operation.from = 1;
    operation.to = 2;
    operation.instance = "calculate-1";
    operation.message = "calculate-1 is being made";
  }

  static autoscale::Instance machine(const std::string& name) {
    autoscale::Instance made;
    made.id = "uuid of " + name;
    made.name = name;
    made.address = "10.0.0.9";
    return made;
  }
  void end(Operation::State state, const std::string& message = {}) {
    operation.state = state;
    operation.message = message;
    api.on_scaling();
    settle();
  }

  using Labels = std::vector<std::pair<std::string, std::string>>;
  double reading(metrics::Family family, const Labels& labels) const {
    for (const metrics::Reading& one : api.readings()) {
      if (one.family == family && one.labels == labels) return one.value;
    }
    return -1;
  }
  double counted_requests(const std::string& route, const std::string& outcome) const {
    return reading(metrics::Family::hooks_requests, {{"route", route}, {"outcome", outcome}});
  }
  double counted_alerts(const std::string& outcome) const {
    return reading(metrics::Family::hooks_alerts, {{"outcome", outcome}});
  }

  std::vector<std::string> services{"calculate"};
  std::vector<Alert> taken;
  std::vector<std::pair<std::string, Direction>> steps;
  std::optional<CommandFault> fault;
  Operation operation;
  std::vector<autoscale::Instance> machines;
};

constexpr const char* kFiring =
    R"({"version":"1","groupKey":"g","alerts":[{"status":"firing","fingerprint":"f",)"
    R"("labels":{"alertname":"Hot"}}]})";
constexpr const char* kResolved =
    R"({"version":"1","groupKey":"g","alerts":[{"status":"resolved","fingerprint":"f",)"
    R"("labels":{"alertname":"Hot"}}]})";
constexpr const char* kTest = R"({"version":"1","groupKey":"g","alerts":[{"status":"firing",)"
                              R"("labels":{"alertname":"TestAlert","instance":"Grafana"}}]})";

TEST_F(HooksTest, AnswersAStepUpAsTheWebhookThatItReplaces) {
  const Asked asked = begin("POST", "/v1/scale-up");
  EXPECT_FALSE(asked.is_answered()) << "the machine is still being made";
  machines = {machine("calculate-1")};

  end(Operation::State::done);

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 200u);
  const auto object = json_of(asked.get());
  EXPECT_EQ(object.at("newVmData").at("name"), "calculate-1");
  EXPECT_EQ(object.at("newVmData").at("uuid"), "uuid of calculate-1");
  EXPECT_EQ(object.at("newVmData").at("private_ipv4"), "10.0.0.9");
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0], (std::pair<std::string, Direction>("calculate", Direction::up)));
}

TEST_F(HooksTest, AnswersAStepDownWithWhatIsNoMoreThere) {
  machines = {machine("calculate-1")};
  const Asked asked = begin("POST", "/v1/scale-down", R"({"any": "body"})");
  machines.clear();

  end(Operation::State::done);

  ASSERT_TRUE(asked.is_answered());
  const auto object = json_of(asked.get());
  EXPECT_EQ(object.at("message"), "VM Deleted");
  EXPECT_EQ(object.at("vmDeleted").at("uuid"), "uuid of calculate-1");
  EXPECT_EQ(steps.at(0).second, Direction::down);
}

TEST_F(HooksTest, AnswersAFailedStepWith500) {
  const Asked asked = begin("POST", "/v1/scale-up");

  end(Operation::State::failed, "the provider refused");

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 500u);
  EXPECT_EQ(json_of(asked.get()).at("error"), "the provider refused");
}

TEST_F(HooksTest, SaysWhyAStepWasNotBegun) {
  const auto status_of = [&](CommandFault::Kind kind, const char* path) {
    fault = CommandFault{kind, "why not"};
    const Response response = ask("POST", path);
    EXPECT_THAT(response.body, HasSubstr("why not"));
    return response.status;
  };

  EXPECT_EQ(status_of(CommandFault::Kind::busy, "/v1/scale-up"), 409u);
  EXPECT_EQ(status_of(CommandFault::Kind::not_autoscaled, "/v1/scale-up"), 409u);
  EXPECT_EQ(status_of(CommandFault::Kind::at_limit, "/v1/scale-up"), 409u);
  EXPECT_EQ(status_of(CommandFault::Kind::no_such_service, "/v1/scale-up?service=x"), 404u);
  EXPECT_EQ(status_of(CommandFault::Kind::at_limit, "/v1/scale-down"), 200u);
  EXPECT_EQ(json_of(ask("POST", "/v1/scale-down")).at("message"),
            "No child VM, scale down aborted");
}

TEST_F(HooksTest, AnswersAtOnceWhenAskedTo) {
  const Response response = ask("POST", "/v1/scale-up?async=true&service=calculate@file");

  EXPECT_EQ(response.status, 202u);
  EXPECT_EQ(field_of(response, "Location"), "/v1/operations/op-1");
  EXPECT_EQ(json_of(response).at("status"), "running");

  operation.state = Operation::State::done;
  const auto shown = json_of(ask("GET", "/v1/operations/op-1"));
  EXPECT_EQ(shown.at("status"), "done");
  EXPECT_EQ(shown.at("service"), "calculate");
  detail_of(ask("GET", "/v1/operations/op-2"), 404);
}

TEST_F(HooksTest, AsksForTheServiceWhenThereAreTwo) {
  services = {"calculate", "shop"};

  const Response response = ask("POST", "/v1/scale-up");
  EXPECT_EQ(response.status, 400u);
  EXPECT_THAT(response.body, HasSubstr("calculate and shop"));
  EXPECT_TRUE(steps.empty());

  begin("POST", "/v1/scale-up?service=shop");
  EXPECT_EQ(steps.at(0).first, "shop");
}

TEST_F(HooksTest, ReadsAnAlertOnTheScaleRoutesAsThatAlert) {
  const Response response = ask("POST", "/v1/scale-down", kFiring);

  EXPECT_EQ(response.status, 202u);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].direction, Direction::down);
  EXPECT_TRUE(taken[0].is_firing);
  EXPECT_TRUE(steps.empty()) << "a level, not a step";
}

TEST_F(HooksTest, NeverStepsForWhatIsResolvedATestOrBroken) {
  EXPECT_EQ(ask("POST", "/v1/scale-up", kResolved).status, 202u);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_FALSE(taken[0].is_firing);
  EXPECT_EQ(ask("POST", "/v1/scale-up", kTest).status, 202u);
  EXPECT_EQ(taken.size(), 1u);
  EXPECT_EQ(ask("POST", "/v1/scale-up", R"({"status": "resolved"})").status, 400u);
  Request cut = request_of("POST", "/v1/scale-up", R"({"alerts": [)");
  cut.content_type = "application/json";
  EXPECT_EQ(ask(cut).status, 400u);

  EXPECT_TRUE(steps.empty());
}

TEST_F(HooksTest, TakesAlertsIn) {
  const Response response = ask("POST", "/api/v1/hooks/alerts", R"({"version":"4","alerts":[
      {"status":"firing","fingerprint":"a","labels":{"scale":"up","scale_step":"2"}},
      {"status":"firing","fingerprint":"b","labels":{}}]})");

  EXPECT_EQ(response.status, 202u);
  const auto object = json_of(response);
  EXPECT_EQ(object.at("taken").to_number<int>(), 1);
  EXPECT_EQ(object.at("changed").to_number<int>(), 1);
  EXPECT_EQ(object.at("refused").as_array().size(), 1u);
  EXPECT_EQ(taken.at(0).step, 2u);
}

TEST_F(HooksTest, SaysThatNoAlertCouldBeTaken) {
  EXPECT_THAT(detail_of(ask("POST", "/api/v1/hooks/alerts", kFiring), 422), HasSubstr("scale: up"));
  EXPECT_THAT(detail_of(ask("POST", "/api/v1/hooks/alerts", "{}"), 400), HasSubstr("alerts"));
  EXPECT_THAT(detail_of(ask("POST", "/api/v1/hooks/alerts", R"({"alerts": 1})"), 400),
              HasSubstr("array"));
  detail_of(ask("GET", "/api/v1/hooks/alerts"), 405);
  scaling = ScalingDoors::closed();
  EXPECT_THAT(detail_of(ask("POST", "/v1/scale-up", kFiring), 422),
              HasSubstr("no service is autoscaled"));
  EXPECT_EQ(ask("POST", "/v1/scale-up").status, 409u);
}

TEST_F(HooksTest, RefusesQueriesThatItDoesNotKnow) {
  EXPECT_EQ(ask("POST", "/v1/scale-up?asnyc=true").status, 400u);
  EXPECT_EQ(ask("POST", "/v1/scale-up?async=maybe").status, 400u);
  EXPECT_EQ(ask("GET", "/v1/scale-up").status, 405u);
  detail_of(ask("GET", "/sd/prometheus?prot=9100"), 400);
  EXPECT_TRUE(steps.empty());
}

TEST_F(HooksTest, TellsPrometheusWhomToWatch) {
  const Response response = ask("GET", "/sd/prometheus?service=calculate&port=9200");

  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            R"([{"targets":["10.0.0.1:9200","10.0.0.2:9200"],"labels":{"service":"calculate"}}])"
            "\n");
  EXPECT_THAT(ask("GET", "/sd/prometheus").body, HasSubstr("10.0.0.1:9100"));
}

TEST_F(HooksTest, TellsPrometheusNothingOfTargetsOnTheirWayOut) {
  begin_exchange(kFirst);
  ask("POST", std::string(kTargets) + "/" + kFirst + "/drain");

  EXPECT_EQ(ask("GET", "/sd/prometheus").body.find("10.0.0.1"), std::string::npos);
  detail_of(ask("GET", "/sd/prometheus?service=nobody"), 404);
  detail_of(ask("GET", "/sd/prometheus?port=0"), 400);
}

/// Behind a listener of its own.
class HookListenerTest : public HooksTest {
 protected:
  Response ask_hook(Request request, const HookScope& scope) {
    conf::HookListener listener;
    auto made = HookAuth::make(listener);
    HookAuth auth = std::get<HookAuth>(std::move(made));
    request.departure = std::make_shared<Departure>();
    auto answer = std::make_shared<std::optional<Response>>();
    boost::asio::co_spawn(
        loop, api.answer_hook(auth, scope, std::move(request)),
        [answer](const std::exception_ptr&, Response response) { *answer = std::move(response); });
    const TimePoint deadline = Clock::now() + std::chrono::seconds(20);
    while (!answer->has_value() && Clock::now() < deadline) {
      loop.restart();
      loop.run_one_until(deadline);
    }
    return answer->value_or(Response());
  }
};

TEST_F(HookListenerTest, ServesNothingButWhatItIsToldTo) {
  const HookScope sd{.serves = {HookRoute::sd}};
  EXPECT_EQ(ask_hook(request_of("GET", "/sd/prometheus"), sd).status, 200u);
  for (const char* path : {"/v1/scale-up", "/v1/operations/op-1", "/update-servers",
                           "/api/v1/hooks/alerts", "/api/v1/services", "/api/v1/config",
                           "/api/v1/reload", "/", "//api/v1/services", "/sd/../api/v1/services",
                           "/sd/prometheus/", "/v1/operations/../../api/v1/services", "/metrics"}) {
    for (const char* method : {"GET", "POST", "DELETE"}) {
      EXPECT_EQ(ask_hook(request_of(method, path), sd).status, 404u) << method << " " << path;
    }
  }
  EXPECT_TRUE(steps.empty());
}

TEST_F(HookListenerTest, ReachesNothingElseWithAllRoutes) {
  const HookScope all{
      .serves = {HookRoute::scale, HookRoute::update_servers, HookRoute::alerts, HookRoute::sd}};
  for (const char* path : {"/api/v1/services", "/api/v1/config", "/api/v1/reload",
                           "/api/v1/services/calculate/targets/10.0.0.1:3000",
                           "/v1/operations/../../api/v1/services", "/metrics"}) {
    for (const char* method : {"GET", "POST", "DELETE"}) {
      const Response response = ask_hook(request_of(method, path), all);
      EXPECT_TRUE(response.status == 404 || response.status == 405) << method << " " << path;
    }
  }
  EXPECT_EQ(state_of(kFirst), "serving");
}

TEST_F(HookListenerTest, AnswersStepsAtOnceWhereThatIsTheRule) {
  const HookScope scale{.serves = {HookRoute::scale}, .is_async = true};

  EXPECT_EQ(ask_hook(request_of("POST", "/v1/scale-up"), scale).status, 202u);
}

TEST_F(HooksTest, CountsRequestsByRouteAndOutcome) {
  ask("POST", "/api/v1/hooks/alerts", "no JSON");
  ask("GET", "/v1/operations/op-1");
  ask("GET", "/v1/operations/op-2");
  ask("GET", "/sd/prometheus");
  fault = CommandFault{CommandFault::Kind::busy, "busy"};
  ask("POST", "/v1/scale-up");
  ask("GET", "/api/v1/services");

  EXPECT_EQ(counted_requests("alerts", "invalid"), 1);
  EXPECT_EQ(counted_requests("operations", "accepted"), 1);
  EXPECT_EQ(counted_requests("operations", "invalid"), 1);
  EXPECT_EQ(counted_requests("sd", "accepted"), 1);
  EXPECT_EQ(counted_requests("scale-up", "refused"), 1);
}

TEST_F(HooksTest, CountsThoseWhoMayNotAsk) {
  ::setenv("GAPURA_TEST_HOOK_TOKEN", "0123456789abcdef", 1);
  conf::HookListener listener;
  listener.auth = conf::BearerAuth{.token = {.file = {}, .variable = "GAPURA_TEST_HOOK_TOKEN"}};
  auto made = HookAuth::make(listener);
  ASSERT_TRUE(std::holds_alternative<HookAuth>(made)) << std::get<std::string>(made);
  auto& auth = std::get<HookAuth>(made);
  const HookScope scope{.serves = {HookRoute::scale}};

  boost::asio::co_spawn(loop, api.answer_hook(auth, scope, request_of("POST", "/v1/scale-up")),
                        [](const std::exception_ptr&, const Response& response) {
                          EXPECT_EQ(response.status, 401U);
                        });
  settle();

  EXPECT_EQ(counted_requests("scale-up", "unauthorized"), 1);
}

TEST_F(HooksTest, CountsAlertsByWhatBecameOfThem) {
  ask("POST", "/v1/scale-up", kFiring);
  ask("POST", "/v1/scale-up", kTest);
  scaling.take = [](const Alert&) { return Taken::unchanged; };
  ask("POST", "/v1/scale-up", kFiring);
  scaling.take = [](const Alert&) { return Taken::no_room; };
  const Response full = ask("POST", "/v1/scale-up", kFiring);
  services.clear();
  ask("POST", "/v1/scale-up", kFiring);

  EXPECT_EQ(full.status, 422U);
  EXPECT_THAT(full.body, HasSubstr("1 had no room: 10000 others fire already"));
  EXPECT_EQ(counted_alerts("changed"), 1);
  EXPECT_EQ(counted_alerts("test"), 1);
  EXPECT_EQ(counted_alerts("duplicate"), 1);
  EXPECT_EQ(counted_alerts("refused"), 2);
}

}  // namespace
}  // namespace gapura::admin
