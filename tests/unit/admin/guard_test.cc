#include "admin/guard.h"

#include <gtest/gtest.h>

namespace gapura::admin {
namespace {

constexpr const char* kRight = "Bearer 0123456789abcdef";

Request request_of(const std::string& host, const std::string& authorization) {
  Request request;
  request.host = host;
  request.authorization = authorization;
  request.peer = "10.1.2.3:4";
  return request;
}

struct GuardTest : testing::Test {
  Guard guard{Token("0123456789abcdef"), "lb.example.com"};
  TimePoint now{Clock::now()};

  unsigned status_of(const Request& request) {
    const auto refusal = guard.refuse(request, now);
    return refusal ? refusal->status : 0;
  }
};

TEST_F(GuardTest, LetsTheTokenPass) {
  EXPECT_EQ(status_of(request_of("127.0.0.1:8081", kRight)), 0u);
}

TEST_F(GuardTest, AsksForTheTokenWithoutTellingWhereItLies) {
  const auto refusal = guard.refuse(request_of("127.0.0.1:8081", "Bearer wrong"), now);

  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->status, 401u);
  EXPECT_EQ(refusal->content_type, "application/problem+json");
  ASSERT_EQ(refusal->fields.size(), 1u);
  EXPECT_EQ(refusal->fields[0].first, "WWW-Authenticate");
  EXPECT_TRUE(refusal->fields[0].second.starts_with("Bearer"));
  EXPECT_NE(refusal->body.find("start-up log"), std::string::npos);
  EXPECT_EQ(refusal->body.find("/var"), std::string::npos);
}

TEST_F(GuardTest, AsksTheSocketFileForNothing) {
  Request request = request_of("", "");
  request.is_local_socket = true;

  EXPECT_EQ(status_of(request), 0u);
}

TEST_F(GuardTest, LetsNobodyPassOverTcpWithoutATokenOfItsOwn) {
  Guard none(std::nullopt, "");

  const auto refusal = none.refuse(request_of("127.0.0.1", kRight), now);

  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->status, 401u);
}

TEST_F(GuardTest, KnowsItsOwnNames) {
  for (const char* host : {"127.0.0.1", "10.0.0.1:8081", "[::1]:8081", "[2001:db8::1]", "localhost",
                           "LOCALHOST:8081", "lb.example.com:8081"}) {
    EXPECT_EQ(status_of(request_of(host, kRight)), 0u) << host;
  }
  for (const char* host : {"", "evil.example", "evil.example:8081", "127.0.0.1.evil.example",
                           "[::1", "localhost.evil.example", ":8081"}) {
    EXPECT_EQ(status_of(request_of(host, kRight)), 403u) << host;
  }
}

TEST_F(GuardTest, RefusesPagesOfAnotherOrigin) {
  Request request = request_of("127.0.0.1:8081", kRight);

  request.origin = "http://127.0.0.1:8081";
  EXPECT_EQ(status_of(request), 0u);
  for (const char* origin : {"null", "http://127.0.0.1", "https://127.0.0.1:8081",
                             "http://evil.example", "http://localhost:8081"}) {
    request.origin = origin;
    EXPECT_EQ(status_of(request), 403u) << origin;
  }
}

TEST_F(GuardTest, SlowsGuessingDownAndStillLetsTheTokenPass) {
  const Request wrong = request_of("127.0.0.1", "Bearer guess");
  for (std::uint32_t i = 0; i < Refusals::kMax; ++i) ASSERT_EQ(status_of(wrong), 401u);

  EXPECT_EQ(status_of(wrong), 429u);
  EXPECT_EQ(status_of(request_of("127.0.0.1", kRight)), 0u);
  now += Refusals::kWindow;
  EXPECT_EQ(status_of(wrong), 401u);
}

}  // namespace
}  // namespace gapura::admin
