#include "admin/location.h"

#include <gtest/gtest.h>

#include "admin/query.h"

namespace gapura::admin {
namespace {

using Segments = std::vector<std::string>;

TEST(Location, SplitsBeforeItDecodes) {
  EXPECT_EQ(path_segments("/a/b%2Fc/d%3a1"), (Segments{"a", "b/c", "d:1"}));
  EXPECT_EQ(path_segments("/"), Segments{""});
  EXPECT_EQ(path_segments("/a/"), (Segments{"a", ""}));
  EXPECT_EQ(path_segments("a"), std::nullopt);
  EXPECT_EQ(path_segments(""), std::nullopt);
}

TEST(Location, RefusesBrokenEscapes) {
  for (const char* bad : {"%", "%1", "%zz", "a%2", "%00", "%g1"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(percent_decode("%41%7e+%C3%A4"), "A~+\xC3\xA4");
}

TEST(Location, DecodesWhatItEncodes) {
  const std::string text = "vm/7 [::1]:80%\xC3\xA4";

  EXPECT_EQ(percent_encode(text), "vm%2F7%20%5B::1%5D:80%25%C3%A4");
  EXPECT_EQ(percent_decode(percent_encode(text)), text);
}

TEST(Query, ReadsNamesAndValues) {
  const auto values = query_values("wait=true&timeout=5%73&flag&&wait=false").value();

  EXPECT_EQ(values.size(), 3u);
  EXPECT_EQ(values.at("wait"), "false");
  EXPECT_EQ(values.at("timeout"), "5s");
  EXPECT_EQ(values.at("flag"), "");
  EXPECT_TRUE(query_values("").value().empty());
  EXPECT_FALSE(query_values("a=%").has_value());
}

TEST(WaitQuery, ReadsWaitAndTimeout) {
  const auto read = read_wait_query("wait=true&timeout=1.5s");

  const auto& query = std::get<WaitQuery>(read);
  EXPECT_TRUE(query.is_waiting);
  EXPECT_EQ(query.timeout, Milliseconds(1500));
  EXPECT_FALSE(std::get<WaitQuery>(read_wait_query("")).is_waiting);
  EXPECT_FALSE(std::get<WaitQuery>(read_wait_query("wait=0")).is_waiting);
}

TEST(WaitQuery, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(std::get<QueryFault>(read_wait_query("wiat=true")).name, "wiat");
  EXPECT_EQ(std::get<QueryFault>(read_wait_query("wait=yes")).name, "wait");
  EXPECT_EQ(std::get<QueryFault>(read_wait_query("timeout=5s")).name, "timeout");
}

TEST(WaitQuery, ReadsTimesWithTheirLimits) {
  EXPECT_EQ(read_timeout("90"), Milliseconds(90'000));
  EXPECT_EQ(read_timeout("500ms"), Milliseconds(500));
  EXPECT_EQ(read_timeout("2m"), Milliseconds(120'000));
  EXPECT_EQ(read_timeout("24h"), Milliseconds(86'400'000));
  EXPECT_EQ(read_timeout("1ms"), Milliseconds(1));
  for (const char* bad : {"", "0", "-1s", "s", "5d", "25h", "0.1ms", "1e3", "nan", "inf", "5 s"}) {
    EXPECT_EQ(read_timeout(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace gapura::admin
