// What a set of targets as a whole, one target as a whole, and changes of one come to.
#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

class DeclarationTest : public ApiFixture {
 protected:
  static std::string path_of(const std::string& id, const std::string& rest = {}) {
    return std::string(kTargets) + "/" + id + rest;
  }
  std::vector<std::string> listed() {
    std::vector<std::string> ids;
    const auto answer = json_of(ask("GET", kTargets));
    for (const auto& one : answer.at("targets").as_array()) {
      if (one.at("state") != "draining") ids.emplace_back(one.at("id").as_string());
    }
    return ids;
  }
  using Ids = std::vector<std::string>;
};

constexpr const char* kFirstAndThird =
    R"([{"url": "http://10.0.0.1:3000"}, {"url": "http://10.0.0.3:3000"}])";

TEST_F(DeclarationTest, NewcomersJoinTheMissingDrainAndTheRestIsLeftAlone) {
  ask("PATCH", path_of(kFirst), R"({"weight": 7})");
  begin_exchange(kFirst);
  begin_exchange(kSecond);
  const auto first = target(kFirst);

  const Response response = ask("PUT", kTargets, kFirstAndThird);

  EXPECT_EQ(response.status, 200U) << response.body;
  const auto answer = json_of(response);
  EXPECT_EQ(answer.at("added"), (boost::json::array{"10.0.0.3:3000"}));
  EXPECT_EQ(answer.at("removed").at(0).at("id"), kSecond);
  EXPECT_EQ(listed(), (Ids{kFirst, "10.0.0.3:3000"}));
  EXPECT_EQ(state_of(kSecond), "draining");
  EXPECT_EQ(target(kFirst), first);
  EXPECT_EQ(json_of(ask("GET", path_of(kFirst))).at("weight"), 7) << "none was declared";
}

TEST_F(DeclarationTest, TheSameAgainChangesNothing) {
  ask("PUT", kTargets, kFirstAndThird);
  const auto version = registry.version();
  const auto saves = saved.size();

  const auto answer = json_of(ask("PUT", kTargets, kFirstAndThird));

  EXPECT_TRUE(answer.at("added").as_array().empty());
  EXPECT_TRUE(answer.at("removed").as_array().empty());
  EXPECT_EQ(registry.version(), version);
  EXPECT_EQ(saved.size(), saves);
}

TEST_F(DeclarationTest, NeverTakesOutWhatTheAutoscalerMadeOrWhatRegisteredItself) {
  balancer::Overlay overlay;
  overlay.services["calculate"].added["vm"] = {server_of("http://10.0.0.8:3000"),
                                               balancer::Origin::autoscale};
  registry.set_overlay(overlay, Clock::now());
  settle();
  ask("PUT", path_of("self", "?ttl=1h"), R"({"url": "http://10.0.0.9:3000"})");

  ask("PUT", kTargets, kFirstAndThird);

  EXPECT_EQ(listed(), (Ids{kFirst, "vm", "self", "10.0.0.3:3000"}));
  detail_of(ask("PUT", kTargets, R"([{"url": "http://10.0.0.1:1", "id": "vm"}])"), 409);
}

TEST_F(DeclarationTest, LeavesADrainedTargetDrained) {
  ask("POST", path_of(kFirst, "/drain"));

  ask("PUT", kTargets, kFirstAndThird);

  EXPECT_EQ(json_of(ask("GET", path_of(kFirst))).at("drained"), true);
}

TEST_F(DeclarationTest, RefusesWhatIsNoSet) {
  detail_of(ask("PUT", kTargets, R"({"url": "http://10.0.0.1:3000"})"), 400);
  detail_of(ask("PUT", kTargets, "[]"), 400);
  detail_of(ask("PUT", std::string(kTargets) + "?wait=true", kFirstAndThird), 400);
  detail_of(ask("PUT", kTargets, R"([{"url": "http://a:1", "id": "a"},
                                     {"url": "http://a:1", "id": "b"}])"),
            409);
  EXPECT_TRUE(registry.overlay().services.empty());
}

TEST_F(DeclarationTest, WaitsUntilTheMissingAreGone) {
  begin_exchange(kSecond);
  const Asked asked =
      begin("PUT", std::string(kTargets) + "?wait=drained&timeout=1m", kFirstAndThird);
  EXPECT_FALSE(asked.is_answered());
  EXPECT_EQ(state_of("10.0.0.3:3000"), "serving");
  EXPECT_EQ(state_of(kSecond), "draining");

  end_exchange(kSecond);

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 200U);
  const auto removed = json_of(asked.get()).at("removed").at(0);
  EXPECT_EQ(removed.at("id"), kSecond);
  EXPECT_EQ(removed.at("finished"), 1);
}

TEST_F(DeclarationTest, SaysWhoIsNotEmptyInTime) {
  begin_exchange(kSecond);

  const Response response =
      ask("PUT", std::string(kTargets) + "?wait=drained&timeout=20ms", kFirstAndThird);

  detail_of(response, 504);
  EXPECT_EQ(json_of(response).at("errors").at(0).at("field"), kSecond);
}

/// A service whose newcomers have to pass a check first.
class CheckedDeclarationTest : public DeclarationTest {
 protected:
  CheckedDeclarationTest() {
    conf::DynamicConfig files;
    files.services["calculate"] =
        service_of("calculate", {"http://10.0.0.1:3000", "http://10.0.0.2:3000"});
    files.services["calculate"].health_check.emplace();
    set_files(std::move(files));
  }
  void pass_check(const std::string& id) {
    for (const auto& one : registry.checked_targets()) {
      if (one.target->id == id) registry.checked(one.target, {.status = 200}, Clock::now());
    }
    settle();
  }
};

TEST_F(CheckedDeclarationTest, TakesNobodyOutBeforeTheNewcomersServe) {
  const Asked asked = begin("PUT", std::string(kTargets) + "?wait=drained", kFirstAndThird);
  EXPECT_EQ(state_of("10.0.0.3:3000"), "joining");
  EXPECT_EQ(state_of(kSecond), "serving");
  ASSERT_FALSE(asked.is_answered());

  pass_check("10.0.0.3:3000");

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 200U);
  EXPECT_EQ(listed(), (Ids{kFirst, "10.0.0.3:3000"}));
}

TEST_F(CheckedDeclarationTest, SaysWhoDoesNotServeInTimeAndKeepsTheOthers) {
  const Response response =
      ask("PUT", std::string(kTargets) + "?wait=drained&timeout=20ms", kFirstAndThird);

  detail_of(response, 504);
  const auto error = json_of(response).at("errors").at(0);
  EXPECT_EQ(error.at("field"), "10.0.0.3:3000");
  EXPECT_EQ(error.at("message"), "joining: waits for its first health check");
  EXPECT_EQ(state_of(kSecond), "serving");
}

TEST_F(CheckedDeclarationTest, EndsItsWaitWhenTheClientLeaves) {
  const Asked asked = begin("PUT", std::string(kTargets) + "?wait=drained", kFirstAndThird);

  asked.departure->happen();
  settle();

  ASSERT_TRUE(asked.is_answered());
  detail_of(asked.get(), 503);
  EXPECT_EQ(state_of(kSecond), "serving");
}

TEST_F(DeclarationTest, PutsOneTargetAndPutsItElsewhere) {
  const Response made = ask("PUT", path_of("web"), R"({"url": "http://10.0.0.5:1", "weight": 3})");
  EXPECT_EQ(made.status, 201U);
  EXPECT_EQ(field_of(made, "Location"), path_of("web"));
  EXPECT_EQ(ask("PUT", path_of("web"), R"({"url": "http://10.0.0.5:1"})").status, 200U);

  const Response moved = ask("PUT", path_of("web"), R"({"url": "http://10.0.0.6:1"})");

  EXPECT_EQ(moved.status, 200U);
  EXPECT_EQ(registry.overlay().services.at("calculate").added.at("web").server.weight, 3U);
  EXPECT_EQ(listed(), (Ids{kFirst, kSecond, "web"}));
  detail_of(ask("PUT", path_of("web"), R"({"url": "http://10.0.0.1:3000"})"), 409);
  detail_of(ask("PUT", path_of("web"), R"({"url": "http://10.0.0.7:1", "id": "x"})"), 400);
  detail_of(ask("PUT", path_of("web", "?ttl=10ms"), R"({"url": "http://10.0.0.7:1"})"), 400);
}

TEST_F(DeclarationTest, AHeartbeatWritesNothingAndEndsNoDrain) {
  ask("PUT", path_of("self", "?ttl=30s"), R"({"url": "http://10.0.0.5:1"})");
  ask("POST", path_of("self", "/drain"));
  const auto saves = saved.size();

  const Response again = ask("PUT", path_of("self", "?ttl=30s"), R"({"url": "http://10.0.0.5:1"})");

  EXPECT_EQ(again.status, 200U);
  EXPECT_EQ(saved.size(), saves);
  EXPECT_EQ(json_of(again).at("drained"), true);
  EXPECT_EQ(json_of(again).at("ttl"), 30);
}

TEST_F(DeclarationTest, ChangesWeightAndStateInOneChange) {
  const Response response = ask("PATCH", path_of(kFirst), R"({"weight": 5, "state": "draining"})");

  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(json_of(response).at("weight"), 5);
  EXPECT_EQ(json_of(response).at("drained"), true);
  EXPECT_EQ(saved.size(), 1U);
  ask("PATCH", path_of(kFirst), R"({"weight": 1, "state": "serving"})");
  EXPECT_TRUE(registry.overlay().services.empty()) << "as the file says";
}

TEST_F(DeclarationTest, ChangesTheLimitOfAServiceAndTakesItBack) {
  const char* service = "/api/v1/services/calculate";
  EXPECT_EQ(json_of(ask("PATCH", service, R"({"maxInFlight": 4})")).at("maxInFlight"), 4);
  EXPECT_EQ(registry.overlay().services.at("calculate").in_flight_max, 4U);
  EXPECT_EQ(json_of(ask("PATCH", service, R"({"maxInFlight": null})")).at("maxInFlight"), 0);
  EXPECT_TRUE(registry.overlay().services.empty());
  detail_of(ask("PATCH", service, R"({"maxInFlight": -1})"), 400);
}

TEST_F(DeclarationTest, RefusesAChangeOfWhatWasChangedMeanwhile) {
  const std::string old = field_of(ask("GET", path_of(kFirst)), "ETag");
  Request change = request_of("PATCH", path_of(kFirst), R"({"weight": 5})");
  change.fields.emplace_back("If-Match", old);
  const Response made = ask(change);
  EXPECT_EQ(made.status, 200U);

  change.body = R"({"weight": 6})";
  detail_of(ask(change), 412);

  EXPECT_EQ(json_of(ask("GET", path_of(kFirst))).at("weight"), 5);
  change.fields.back().second = field_of(made, "ETag");
  EXPECT_EQ(ask(change).status, 200U);
}

TEST_F(DeclarationTest, WhatIsSavedIsInForceInTheSameStep) {
  saves_at_once = false;
  const Asked asked = begin(request_of("PATCH", path_of(kFirst), R"({"weight": 5})"));

  saving.at(0)({});

  // Whoever saves now what is in force must not save what was before.
  EXPECT_FALSE(registry.overlay().services.empty());
  settle();
  EXPECT_EQ(asked.get().status, 200U);
}

TEST_F(DeclarationTest, OnlyOneOfTwoChangesOfTheSameVersionIsMade) {
  saves_at_once = false;
  Request one = request_of("PATCH", path_of(kFirst), R"({"weight": 5})");
  one.fields.emplace_back("If-Match", field_of(ask("GET", path_of(kFirst)), "ETag"));
  Request two = one;
  two.body = R"({"weight": 6})";
  const Asked first = begin(one);
  const Asked second = begin(two);

  saving.at(0)({});
  settle();

  EXPECT_EQ(first.get().status, 200U);
  ASSERT_TRUE(second.is_answered());
  EXPECT_EQ(second.get().status, 412U);
}

TEST_F(DeclarationTest, ForcedItCutsWhatIsInFlight) {
  begin_exchange(kFirst);
  begin_exchange(kSecond);

  ask("DELETE", path_of(kFirst, "?force=true"));
  ask("DELETE", path_of(kSecond, "?drain=1h"));
  registry.tick(Clock::now());

  EXPECT_EQ(cut_ids, (Ids{kFirst}));
}

}  // namespace
}  // namespace gapura::admin
