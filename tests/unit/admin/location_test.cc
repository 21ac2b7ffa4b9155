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

DrainQuery drain_query(const QueryValues& values) {
  const auto read = read_drain_query(values);
  EXPECT_TRUE(std::holds_alternative<DrainQuery>(read));
  return std::get<DrainQuery>(read);
}

TEST(DrainQuery, ReadsWhetherToWaitAndHowLong) {
  const auto query = drain_query({{"wait", "true"}, {"timeout", "1.5s"}});

  EXPECT_TRUE(query.is_waiting);
  EXPECT_EQ(query.timeout, Milliseconds(1500));
  EXPECT_FALSE(drain_query({}).is_waiting);
  EXPECT_FALSE(drain_query({{"wait", "0"}}).is_waiting);
}

TEST(DrainQuery, ReadsHowLongRequestsMayGoOn) {
  EXPECT_EQ(drain_query({}).limit, std::nullopt);
  EXPECT_EQ(drain_query({{"drain", "10s"}}).limit, Milliseconds(10'000));
  EXPECT_EQ(drain_query({{"force", ""}}).limit, Milliseconds(0));
  EXPECT_EQ(drain_query({{"force", "false"}, {"drain", "1m"}}).limit, Milliseconds(60'000));
}

TEST(DrainQuery, NamesWhatIsWrong) {
  const auto fault = [](const QueryValues& values) {
    return std::get<BodyFault>(read_drain_query(values)).field;
  };
  EXPECT_EQ(fault({{"wait", "yes"}}), "wait");
  EXPECT_EQ(fault({{"timeout", "5s"}}), "timeout");
  EXPECT_EQ(fault({{"drain", "0"}}), "drain");
  EXPECT_EQ(fault({{"drain", "1s"}, {"force", "1"}}), "force");
}

TEST(DeclareQuery, WaitsForNothingButDrained) {
  const auto read = read_declare_query({{"wait", "drained"}, {"timeout", "2m"}});
  EXPECT_TRUE(std::get<DrainQuery>(read).is_waiting);
  EXPECT_EQ(std::get<DrainQuery>(read).timeout, Milliseconds(120'000));
  EXPECT_FALSE(std::get<DrainQuery>(read_declare_query({})).is_waiting);

  EXPECT_EQ(std::get<BodyFault>(read_declare_query({{"wait", "true"}})).field, "wait");
  EXPECT_EQ(std::get<BodyFault>(read_declare_query({{"timeout", "1s"}})).field, "timeout");
}

TEST(Ttl, IsASecondAtLeast) {
  EXPECT_EQ(std::get<Milliseconds>(read_ttl({{"ttl", "30s"}})), Milliseconds(30'000));
  EXPECT_EQ(std::get<Milliseconds>(read_ttl({{"ttl", "1s"}})), Milliseconds(1'000));
  EXPECT_EQ(std::get<Milliseconds>(read_ttl({})), Milliseconds(0));
  EXPECT_TRUE(std::holds_alternative<BodyFault>(read_ttl({{"ttl", "999ms"}})));
}

TEST(DrainQuery, ReadsTimesWithTheirLimits) {
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
