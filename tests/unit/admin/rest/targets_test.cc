// Targets that are added, drained and removed.
#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

class TargetsTest : public ApiFixture {
 protected:
  static std::string path_of(const std::string& id, const std::string& rest = {}) {
    return std::string(kTargets) + "/" + id + rest;
  }
};

TEST_F(TargetsTest, AddsATarget) {
  const Response response =
      ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000", "weight": 5})");

  EXPECT_EQ(response.status, 201u);
  EXPECT_EQ(field_of(response, "Location"), path_of("10.0.0.3:3000"));
  EXPECT_EQ(field_of(response, "X-Gapura-Version"), std::to_string(index(registry.version())));
  const auto shown = json_of(response);
  EXPECT_EQ(shown.at("id"), "10.0.0.3:3000");
  EXPECT_EQ(shown.at("state"), "serving");
  EXPECT_EQ(shown.at("weight").to_number<int>(), 5);
  EXPECT_EQ(shown.at("origin"), "admin");
  ASSERT_EQ(saved.size(), 1u);
  EXPECT_EQ(saved[0], registry.overlay());
}

TEST_F(TargetsTest, AddsATargetUnderAnIdOfItsOwn) {
  const Response response =
      ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000", "id": "vm/7"})");

  EXPECT_EQ(response.status, 201u);
  EXPECT_EQ(field_of(response, "Location"), path_of("vm%2F7"));
  EXPECT_EQ(json_of(ask("GET", path_of("vm%2F7"))).at("id"), "vm/7");
}

TEST_F(TargetsTest, AddsManyTargetsInOneChange) {
  const auto before = registry.version();
  const Response response = ask(
      "POST", kTargets, R"([{"url": "http://10.0.0.3:3000"}, {"url": "http://10.0.0.4:3000"}])");

  EXPECT_EQ(response.status, 201u);
  EXPECT_EQ(boost::json::parse(response.body).as_array().size(), 2u);
  EXPECT_EQ(json_of(ask("GET", kTargets)).at("targets").as_array().size(), 4u);
  EXPECT_EQ(saved.size(), 1u);
  EXPECT_EQ(index(registry.version()), index(before) + 1);
}

TEST_F(TargetsTest, AddsNoneOfManyWhenOneIsRefused) {
  ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000", "id": "three"})");
  const Response response = ask(
      "POST", kTargets, R"([{"url": "http://10.0.0.4:3000"}, {"url": "http://10.0.0.3:3000"}])");

  detail_of(response, 409);
  EXPECT_EQ(json_of(ask("GET", kTargets)).at("targets").as_array().size(), 3u);
  EXPECT_EQ(saved.size(), 1u);
}

TEST_F(TargetsTest, TakesBackRemovalsWhenManyAreAddedAgain) {
  begin_exchange(kFirst);
  ask("DELETE", path_of(kFirst));
  ask("DELETE", path_of(kSecond));
  ASSERT_EQ(state_of(kFirst), "draining");

  const Response response = ask(
      "POST", kTargets, R"([{"url": "http://10.0.0.1:3000"}, {"url": "http://10.0.0.2:3000"}])");

  EXPECT_EQ(response.status, 201u);
  EXPECT_EQ(state_of(kFirst), "serving");
  EXPECT_EQ(state_of(kSecond), "serving");
  EXPECT_TRUE(registry.overlay().services.empty());
}

TEST_F(TargetsTest, AnswersARepeatedAdditionWith200) {
  ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})");

  const Response again = ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})");

  EXPECT_EQ(again.status, 200u);
  EXPECT_EQ(saved.size(), 1u);
}

TEST_F(TargetsTest, NamesWhatIsWrongWithABody) {
  struct Case {
    const char* body;
    const char* field;
  };
  for (const Case& one :
       {Case{"", ""}, Case{"[", ""}, Case{"7", ""}, Case{"[]", ""}, Case{"{}", "url"},
        Case{R"({"url": 7})", "url"}, Case{R"({"url": "ftp://a"})", "url"},
        Case{R"({"url": "http://a:1", "weight": "2"})", "weight"},
        Case{R"({"url": "http://a:1", "weight": 0})", "weight"},
        Case{R"({"url": "http://a:1", "weight": 1000001})", "weight"},
        Case{R"({"url": "http://a:1", "weight": 1.5})", "weight"},
        Case{R"({"url": "http://a:1", "id": ""})", "id"},
        Case{R"({"url": "http://a:1", "id": "a b"})", "id"},
        Case{R"({"url": "http://a:1", "id": "a@b"})", "id"},
        Case{R"({"url": "http://a:1", "wieght": 2})", "wieght"},
        Case{R"([{"url": "http://a:1"}, {"url": 3}])", "[1].url"},
        Case{R"([{"url": "http://a:1"}, "http://b:1"])", "[1]"},
        Case{R"([{"url": "http://a:1"}, {"url": "http://a:1"}])", "[1]"}}) {
    const Response response = ask("POST", kTargets, one.body);
    EXPECT_FALSE(detail_of(response, 400).empty());
    const auto problem = json_of(response);
    const auto* errors = problem.if_contains("errors");
    const auto field = errors == nullptr ? "" : errors->as_array().at(0).at("field").as_string();
    EXPECT_EQ(field, one.field) << one.body;
  }
  EXPECT_TRUE(saved.empty());
}

TEST_F(TargetsTest, TakesTheContentTypeThatCurlSends) {
  Request request = request_of("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})");
  request.content_type = "application/x-www-form-urlencoded";
  EXPECT_EQ(ask(std::move(request)).status, 201u);

  Request other = request_of("POST", kTargets, R"({"url": "http://10.0.0.4:3000"})");
  other.content_type = "text/plain";
  detail_of(ask(std::move(other)), 415);
}

TEST_F(TargetsTest, RefusesServicesAndTargetsThatDoNotExist) {
  const std::string other = "/api/v1/services/other/targets";
  detail_of(ask("POST", other, R"({"url": "http://10.0.0.3:3000"})"), 404);
  detail_of(ask("DELETE", other + "/a"), 404);
  detail_of(ask("DELETE", path_of("10.0.0.9:3000")), 404);
  detail_of(ask("POST", path_of("10.0.0.9:3000", "/drain")), 404);
  detail_of(ask("DELETE", path_of("10.0.0.9:3000", "/drain")), 404);
  EXPECT_TRUE(saved.empty());
}

TEST_F(TargetsTest, RefusesAnIdThatStandsForAnotherUrl) {
  detail_of(ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000", "id": "10.0.0.1:3000"})"),
            409);
}

TEST_F(TargetsTest, AnswersARemovalWhenTheTargetIsGone) {
  begin_exchange(kFirst);
  const Asked asked = begin("DELETE", path_of(kFirst, "?wait=true"));
  EXPECT_FALSE(asked.is_answered());
  EXPECT_EQ(state_of(kFirst), "draining");

  end_exchange(kFirst);

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 200u);
  const auto result = json_of(asked.get());
  EXPECT_EQ(result.at("drained"), true);
  EXPECT_EQ(result.at("finished").to_number<int>(), 1);
  EXPECT_EQ(result.at("cut").to_number<int>(), 0);
  EXPECT_EQ(result.at("id"), kFirst);
  EXPECT_TRUE(result.at("took").as_string().ends_with("s"));
  EXPECT_GE(result.at("tookSeconds").to_number<double>(), 0);
  detail_of(ask("GET", path_of(kFirst)), 404);
}

TEST_F(TargetsTest, OfANameAllAddressesAreShownAndWaitedFor) {
  const char* kName = "app:3000";
  const auto added = ask("POST", kTargets, R"({"url": "http://app:3000"})");
  EXPECT_EQ(added.status, 201u);
  EXPECT_EQ(json_of(added).at("state"), "joining");
  const std::vector<Endpoint> both{*Endpoint::parse("10.0.0.5", 3000),
                                   *Endpoint::parse("10.0.0.6", 3000)};
  registry.resolved(kName, both, Clock::now());
  settle();
  EXPECT_EQ(json_of(ask("GET", path_of("app:3000@10.0.0.5"))).at("address"), "10.0.0.5");
  const auto shown = boost::json::parse(ask("GET", path_of(kName)).body);
  ASSERT_TRUE(shown.is_array());
  EXPECT_EQ(shown.as_array().size(), 2u);
  begin_exchange("app:3000@10.0.0.5");
  begin_exchange("app:3000@10.0.0.6");

  const Asked asked = begin("DELETE", path_of(kName, "?wait=true"));
  end_exchange("app:3000@10.0.0.5");
  EXPECT_FALSE(asked.is_answered());
  end_exchange("app:3000@10.0.0.6");

  ASSERT_TRUE(asked.is_answered());
  const auto result = json_of(asked.get());
  EXPECT_EQ(result.at("id"), kName);
  EXPECT_EQ(result.at("finished").to_number<int>(), 2);
}

TEST_F(TargetsTest, AnswersARemovalWithoutWaitingOnceEveryWorkerHasIt) {
  begin_exchange(kFirst);
  adopts_at_once = false;
  const Asked asked = begin("DELETE", path_of(kFirst));
  EXPECT_FALSE(asked.is_answered()) << "a worker may still pick it";

  adopt();

  ASSERT_TRUE(asked.is_answered());
  EXPECT_EQ(asked.get().status, 200u);
  EXPECT_EQ(json_of(asked.get()).at("state"), "draining");
}

TEST_F(TargetsTest, WaitsForTheSameDrainTwice) {
  begin_exchange(kFirst);
  const Asked first = begin("DELETE", path_of(kFirst, "?wait=true"));
  const Asked second = begin("DELETE", path_of(kFirst, "?wait"));
  EXPECT_EQ(ask("DELETE", path_of(kFirst)).status, 200u);

  end_exchange(kFirst);

  ASSERT_TRUE(first.is_answered());
  ASSERT_TRUE(second.is_answered());
  EXPECT_EQ(json_of(first.get()).at("finished").to_number<int>(), 1);
  EXPECT_EQ(json_of(second.get()).at("finished").to_number<int>(), 1);
  EXPECT_EQ(saved.size(), 1u);
}

TEST_F(TargetsTest, DrainsAndLetsServeAgain) {
  begin_exchange(kFirst);

  EXPECT_EQ(json_of(ask("POST", path_of(kFirst, "/drain"))).at("state"), "draining");
  EXPECT_EQ(json_of(ask("DELETE", path_of(kFirst, "/drain"))).at("state"), "serving");

  EXPECT_TRUE(registry.overlay().services.empty());
}

TEST_F(TargetsTest, KeepsADrainedTargetInTheList) {
  const Response drained = ask("POST", path_of(kFirst, "/drain?wait=true"));

  EXPECT_EQ(drained.status, 200u);
  EXPECT_EQ(state_of(kFirst), "gone");
  EXPECT_EQ(ask("POST", path_of(kFirst, "/drain?wait=true")).status, 200u) << "once more";
  EXPECT_EQ(json_of(ask("DELETE", path_of(kFirst, "/drain"))).at("state"), "serving");
}

TEST_F(TargetsTest, TellsAWaitThatItsDrainWasCancelled) {
  begin_exchange(kFirst);
  const Asked asked = begin("POST", path_of(kFirst, "/drain?wait=true"));
  ASSERT_FALSE(asked.is_answered());

  ask("DELETE", path_of(kFirst, "/drain"));

  ASSERT_TRUE(asked.is_answered());
  EXPECT_NE(detail_of(asked.get(), 409).find("cancelled"), std::string::npos);
}

TEST_F(TargetsTest, GoesOnDrainingWhenTheClientLeaves) {
  begin_exchange(kFirst);
  const Asked asked = begin("DELETE", path_of(kFirst, "?wait=true"));

  asked.departure->happen();
  settle();

  ASSERT_TRUE(asked.is_answered());
  detail_of(asked.get(), 503);
  EXPECT_EQ(state_of(kFirst), "draining");
}

TEST_F(TargetsTest, GivesUpWaitingAfterItsTimeout) {
  begin_exchange(kFirst);

  const Response response = ask("DELETE", path_of(kFirst, "?wait=true&timeout=20ms"));

  detail_of(response, 504);
  EXPECT_EQ(state_of(kFirst), "draining");
}

TEST_F(TargetsTest, RefusesQueriesThatItDoesNotKnow) {
  for (const char* query :
       {"?wiat=true", "?wait=maybe", "?wait=true&timeout=soon", "?timeout=5s", "?wait=%zz"}) {
    detail_of(ask("DELETE", path_of(kFirst, query)), 400);
  }
  detail_of(ask("DELETE", path_of(kFirst), R"({"force": true})"), 400);
  EXPECT_EQ(state_of(kFirst), "serving");
}

TEST_F(TargetsTest, ChangesNothingThatCannotBeSaved) {
  for (const int full : {ENOSPC, EDQUOT, EFBIG}) {
    save_failure = std::error_code(full, std::generic_category());
    detail_of(ask("DELETE", path_of(kFirst, "?wait=true")), 507);
  }
  for (const int other : {EROFS, EIO, EACCES}) {
    save_failure = std::error_code(other, std::generic_category());
    detail_of(ask("DELETE", path_of(kFirst, "?wait=true")), 500);
  }

  save_failure = std::make_error_code(std::errc::io_error);
  detail_of(ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})"), 500);

  EXPECT_EQ(state_of(kFirst), "serving");
  EXPECT_TRUE(registry.overlay().services.empty());
}

TEST_F(TargetsTest, MakesChangesOneAfterTheOther) {
  saves_at_once = false;
  const Asked first = begin("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})");
  const Asked second = begin("POST", kTargets, R"({"url": "http://10.0.0.4:3000"})");
  ASSERT_EQ(saving.size(), 1u) << "the second waits for its turn";
  EXPECT_TRUE(registry.overlay().services.empty()) << "nothing is applied before it is durable";

  saving[0]({});
  settle();
  ASSERT_EQ(saving.size(), 2u);
  EXPECT_TRUE(first.is_answered());
  EXPECT_FALSE(second.is_answered());
  saving[1]({});
  settle();

  ASSERT_TRUE(second.is_answered());
  EXPECT_EQ(registry.overlay().services.at("calculate").added.size(), 2u);
}

TEST_F(TargetsTest, GoesOnWithTheNextChangeWhenOneFails) {
  saves_at_once = false;
  const Asked first = begin("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})");
  const Asked second = begin("POST", kTargets, R"({"url": "http://10.0.0.4:3000"})");

  saving[0](std::make_error_code(std::errc::io_error));
  settle();
  ASSERT_EQ(saving.size(), 2u);
  saving[1]({});
  settle();

  EXPECT_EQ(first.get().status, 500u);
  EXPECT_EQ(second.get().status, 201u);
}

}  // namespace
}  // namespace gapura::admin
