#include "autoscale/signals/prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

std::string fault_of(unsigned status, std::string body) {
  const auto result = read_query_answer({.status = status, .headers = {}, .body = std::move(body)});
  const auto* fault = std::get_if<std::string>(&result);
  return fault == nullptr ? "none" : *fault;
}

TEST(Prometheus, IsAskedForOneQuery) {
  const HttpCall call = query_call(
      {.server = "http://p:9090/", .query = "avg(rate(a{b=\"c d\"}[2m]))*100"}, "secret");

  EXPECT_EQ(
      call.url,
      "http://p:9090/api/v1/query?query=avg%28rate%28a%7Bb%3D%22c%20d%22%7D%5B2m%5D%29%29%2A100");
  EXPECT_THAT(call.headers, testing::ElementsAre(testing::Pair("Authorization", "Bearer secret")));
}

TEST(Prometheus, GivesANumberAsAScalarOrAVectorOfOne) {
  for (const char* body :
       {R"({"status":"success","data":{"resultType":"scalar","result":[1,"42.5"]}})",
        R"({"status":"success","data":{"resultType":"vector",)"
        R"("result":[{"metric":{},"value":[1,"42.5"]}]}})"}) {
    const auto result = read_query_answer({.status = 200, .headers = {}, .body = body});
    ASSERT_TRUE(std::holds_alternative<double>(result)) << body << std::get<std::string>(result);
    EXPECT_DOUBLE_EQ(std::get<double>(result), 42.5);
  }
}

TEST(Prometheus, SaysWhyThereIsNoNumber) {
  EXPECT_EQ(fault_of(502, "<html>"), "it answers 502 without JSON");
  EXPECT_EQ(fault_of(400, R"({"status":"error","error":"parse error"})"),
            "it answers 400: parse error");
  EXPECT_EQ(fault_of(200, R"({"status":"success","data":{"resultType":"vector","result":[]}})"),
            "the query gives no data");
  EXPECT_THAT(
      fault_of(200, R"({"status":"success","data":{"resultType":"vector","result":[{},{}]}})"),
      testing::HasSubstr("put avg() or sum() around it"));
  EXPECT_THAT(fault_of(200, R"({"status":"success","data":{"resultType":"matrix","result":[]}})"),
              testing::HasSubstr("gives a matrix"));
  EXPECT_EQ(
      fault_of(200, R"({"status":"success","data":{"resultType":"scalar","result":[1,"NaN"]}})"),
      "its value is NaN");
  EXPECT_EQ(fault_of(200, R"({"status":"success","data":{"resultType":"scalar","result":[1]}})"),
            "its answer holds no number");
  EXPECT_EQ(fault_of(200, "[]"), "it answers 200");
}

}  // namespace
}  // namespace gapura::autoscale
