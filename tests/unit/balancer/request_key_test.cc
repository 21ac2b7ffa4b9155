#include "balancer/request_key.h"

#include <gtest/gtest.h>
#include <vector>

namespace gapura::balancer {
namespace {

using Source = conf::HashKey::Source;

TEST(CookieValue, IsFoundAmongOthers) {
  const auto of = [](std::string_view field, std::string_view name) {
    const std::vector<HttpField> fields{{"Accept", "*/*"}, {"cOOkie", field}};
    return std::string(cookie_value(fields, name));
  };

  EXPECT_EQ(of("a=1", "a"), "1");
  EXPECT_EQ(of("a=1; b=2;c=3 ;d = 4", "b"), "2");
  EXPECT_EQ(of("a=1; b=2;c=3 ;d = 4", "c"), "3");
  EXPECT_EQ(of("a=1; b=2;c=3 ;d = 4", "d"), "4");
  EXPECT_EQ(of("ab=1; b=2", "a"), "");
  EXPECT_EQ(of("b=2; a=1=1", "a"), "1=1");
  EXPECT_EQ(of("A=2", "a"), "") << "names are case-sensitive";
  EXPECT_EQ(of("a=1; a=2", "a"), "1");
  EXPECT_EQ(of("a=\"1\"", "a"), "\"1\"");
  for (const char* odd : {"", ";", "a", "=", "=;", ";;;a", "a;b", " ; =1; "}) {
    EXPECT_EQ(of(odd, "a"), "") << odd;
  }
}

TEST(CookieValue, IsFoundInAnyOfSeveralFields) {
  const std::vector<HttpField> fields{{"Cookie", "a=1"}, {"Cookie", "b=2"}};

  EXPECT_EQ(cookie_value(fields, "b"), "2");
  EXPECT_EQ(cookie_value({}, "b"), "");
}

TEST(RequestKey, IsTakenFromItsSource) {
  const std::vector<HttpField> fields{
      {"x-user", "first"}, {"X-User", "second"}, {"Cookie", "id=7"}};
  PickRequest request;
  request.request.path = "/a/b";
  request.request.fields = fields;
  request.client_address = "192.0.2.7";

  EXPECT_EQ(request_key({}, request), "192.0.2.7");
  EXPECT_EQ(request_key({Source::header, "X-User"}, request), "first");
  EXPECT_EQ(request_key({Source::header, "X-Other"}, request), "");
  EXPECT_EQ(request_key({Source::cookie, "id"}, request), "7");
  EXPECT_EQ(request_key({Source::cookie, "ID"}, request), "");
  EXPECT_EQ(request_key({Source::path, ""}, request), "/a/b");
}

}  // namespace
}  // namespace gapura::balancer
