#include "autoscale/simulate/access_log.h"

#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

LogTrace read(const std::string& text) {
  auto out = read_access_log(text);
  if (const auto* fault = std::get_if<TraceFault>(&out)) {
    ADD_FAILURE() << fault->message;
    return {};
  }
  return std::get<LogTrace>(std::move(out));
}

TEST(AccessLog, ReadsJson) {
  const LogTrace log = read(
      R"({"time":"2026-11-21T08:40:24Z","OriginDuration":200000000,"Duration":900000000})"
      "\n"
      R"({"time":"2026-11-21T15:40:26+07:00","OriginDuration":0,"Duration":400000000})"
      "\n");

  EXPECT_EQ(log.trace.rates, (std::vector<double>{1, 0, 1}));
  EXPECT_NEAR(log.trace.work_s[0], 0.2, 1e-9);
  EXPECT_NEAR(log.trace.work_s[1], 0.3, 1e-9);  // the mean, where nothing came
  EXPECT_NEAR(log.trace.work_s[2], 0.4, 1e-9);
  EXPECT_EQ(log.trace.begins, std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) +
                                  std::chrono::seconds(8 * 3'600 + 40 * 60 + 24));
}

TEST(AccessLog, ReadsTheCommonFormatWithItsDuration) {
  const LogTrace log = read(
      "10.0.0.9 - - [21/Nov/2026:08:40:24 +0000] \"POST /calculate HTTP/1.1\" 200 15 \"-\" \"-\" 7 "
      "\"calc\" \"http://10.0.0.1:3000\" 120ms\n"
      "10.0.0.9 - - [21/Nov/2026:03:40:24 -0500] \"GET / HTTP/1.1\" 200 15 \"-\" \"-\" 8 \"calc\" "
      "\"http://10.0.0.1:3000\" 80ms\n");

  EXPECT_EQ(log.trace.rates, std::vector<double>{2});
  EXPECT_NEAR(log.trace.work_s[0], 0.1, 1e-9);
}

TEST(AccessLog, ReadsTheCombinedFormatWithoutADuration) {
  const LogTrace log = read(
      "1.2.3.4 - bob [21/Nov/2026:08:40:24 +0700] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n");

  EXPECT_EQ(log.trace.rates, std::vector<double>{1});
  EXPECT_EQ(log.timed, 0U);
  EXPECT_TRUE(log.trace.work_s.empty());
}

TEST(AccessLog, CountsWhatItCannotRead) {
  const LogTrace log = read(
      "hello\n{\"time\":\"never\"}\n[21/Xxx/2026:08:40:24 +0000]\n\n"
      "1.2.3.4 - - [21/Nov/2026:08:40:24 +0000] \"GET / HTTP/1.1\" 200 5\n[31/Feb/2026:08:40:24 "
      "+0000]\n");

  EXPECT_EQ(log.lines, 5U);
  EXPECT_EQ(log.unread, 4U);
}

TEST(AccessLog, SaysWhenNothingIsOne) {
  const auto fault = read_access_log("a\nb\n");

  ASSERT_TRUE(std::holds_alternative<TraceFault>(fault));
  EXPECT_EQ(std::get<TraceFault>(fault).message,
            "none of its 2 lines is one of an access log (JSON, common or combined)");
  EXPECT_TRUE(std::holds_alternative<TraceFault>(read_access_log("")));
}

}  // namespace
}  // namespace gapura::autoscale
