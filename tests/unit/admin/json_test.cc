#include "admin/json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "admin/body.h"

namespace gapura::admin {
namespace {

namespace json = boost::json;

TEST(Json, WritesNumbersAsPeopleDo) {
  json::object object;
  object["seconds"] = 14.2;
  object["zero"] = 0.0;
  object["whole"] = 3.0;
  object["count"] = 12;
  object["list"] = json::array{1, "two", nullptr, true};

  EXPECT_EQ(to_text(object),
            "{\"seconds\":14.2,\"zero\":0,\"whole\":3,\"count\":12,"
            "\"list\":[1,\"two\",null,true]}\n");
}

TEST(Json, EscapesTextAndNames) {
  json::object object;
  object["a\"b"] = "line\nend\\";

  EXPECT_EQ(to_text(object), "{\"a\\\"b\":\"line\\nend\\\\\"}\n");
  EXPECT_EQ(json::parse(to_text(object)), json::value(object));
}

TEST(Json, WritesTimesInUtc) {
  EXPECT_EQ(rfc3339(WallTime(std::chrono::seconds(1'738'311'300))), "2025-01-31T08:15:00Z");
}

TEST(Json, CountsSinceBackFromNow) {
  balancer::TargetView target;
  target.in_phase_for = Milliseconds(90'500);

  const auto object = to_json(target, WallTime(std::chrono::seconds(1'738'311'390)));

  EXPECT_EQ(object.at("since"), "2025-01-31T08:14:59Z") << "a part of a second is cut off";
  EXPECT_EQ(object.at("sinceSeconds"), 90.5);
  EXPECT_EQ(object.at("state"), "joining");
}

TEST(Json, ShowsARateOnceItIsKnown) {
  balancer::TargetView target;
  EXPECT_EQ(to_json(target, WallTime()).at("requestsPerSecond"), nullptr);

  target.requests_per_s = 41.96;

  EXPECT_EQ(to_json(target, WallTime()).at("requestsPerSecond"), 42.0);
}

TEST(Json, ShowsTheLastProbeOfATarget) {
  const WallTime now(std::chrono::seconds(1'738'311'390));
  balancer::TargetView target;
  EXPECT_EQ(to_json(target, now).at("lastProbe"), nullptr);

  target.last_probe = balancer::LastProbe{.ago = Milliseconds(90'000), .result = {}};
  auto& result = target.last_probe->result;
  result.status = 204;
  result.took = Milliseconds(12);
  EXPECT_EQ(to_json(target, now).at("lastProbe"),
            json::parse(R"({"at": "2025-01-31T08:15:00Z", "ok": true, "status": 204,
                            "error": null, "took": 12})"));

  result.status = 0;
  result.fault = "Connection refused";
  EXPECT_EQ(to_json(target, now).at("lastProbe"),
            json::parse(R"({"at": "2025-01-31T08:15:00Z", "ok": false, "status": null,
                            "error": "Connection refused", "took": 12})"));
}

TEST(Json, RefusesDeepNesting) {
  const std::string deep = std::string(17, '[') + std::string(17, ']');
  EXPECT_TRUE(std::holds_alternative<BodyFault>(parse_body(deep)));
  EXPECT_FALSE(read_server_list(std::string(100'000, '[')).has_value());
}

TEST(Json, TellsAnEmptyBodyFromOthers) {
  EXPECT_TRUE(is_no_body(""));
  EXPECT_TRUE(is_no_body(" \r\n"));
  EXPECT_TRUE(is_no_body("{}"));
  EXPECT_FALSE(is_no_body("{\"a\":1}"));
  EXPECT_FALSE(is_no_body("[]"));
  EXPECT_FALSE(is_no_body("x"));
}

TEST(Json, ShowsProblemsWithoutThePartsThatAreNotKnown) {
  conf::Problem problem;
  problem.file = "services.yaml";
  problem.message = "wrong";
  EXPECT_EQ(to_text(to_json(problem)),
            "{\"severity\":\"error\",\"file\":\"services.yaml\",\"message\":\"wrong\"}\n");

  problem.severity = conf::Severity::warning;
  problem.line = 3;
  problem.column = 7;
  problem.path = "http";
  const auto whole = to_json(problem);
  EXPECT_EQ(whole.at("severity"), "warning");
  EXPECT_EQ(whole.at("line"), 3);
  EXPECT_EQ(whole.at("column"), 7);
  EXPECT_EQ(whole.at("path"), "http");
}

}  // namespace
}  // namespace gapura::admin
