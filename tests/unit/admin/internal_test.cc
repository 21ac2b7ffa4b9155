#include "admin/internal.h"

#include <gtest/gtest.h>

namespace gapura::admin {
namespace {

Request asking_for(const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return request;
}

TEST(Internal, AnswersPingUntilItTerminates) {
  Internal internal([] { return std::string(); });

  EXPECT_EQ(internal.answer(asking_for("GET", "/ping")).status, 200u);
  EXPECT_EQ(internal.answer(asking_for("GET", "/ping")).body, "OK");
  EXPECT_EQ(internal.answer(asking_for("HEAD", "/ping")).status, 200u);
  internal.set_terminating();
  EXPECT_EQ(internal.answer(asking_for("GET", "/ping")).status, 503u);
}

TEST(Internal, ExposesTheMetricsWhileTerminatingToo) {
  int scrapes = 0;
  Internal internal([&scrapes] { return "up " + std::to_string(++scrapes) + "\n"; });
  internal.set_terminating();

  const Response response = internal.answer(asking_for("GET", "/metrics"));

  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body, "up 1\n");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST(Internal, HasNothingElse) {
  Internal internal([] { return std::string(); });

  for (const char* path : {"/", "/api/v1/services", "/update-servers", "/ping/", "/metricsx"}) {
    EXPECT_EQ(internal.answer(asking_for("GET", path)).status, 404u) << path;
  }
  for (const char* path : {"/ping", "/metrics"}) {
    const Response response = internal.answer(asking_for("POST", path));
    EXPECT_EQ(response.status, 405u);
    ASSERT_EQ(response.fields.size(), 1u);
    EXPECT_EQ(response.fields[0].first, "Allow");
    EXPECT_EQ(response.fields[0].second, "GET, HEAD");
  }
}

}  // namespace
}  // namespace gapura::admin
