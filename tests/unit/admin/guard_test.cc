#include "admin/guard.h"

#include <gtest/gtest.h>

namespace gapura::admin {
namespace {

constexpr const char* kRight = "Bearer 0123456789abcdef";
constexpr const char* kReadOnly = "Bearer fedcba9876543210";

Request request_of(const std::string& host, const std::string& authorization) {
  Request request;
  request.method = "GET";
  request.host = host;
  request.authorization = authorization;
  request.peer = "10.1.2.3:4";
  return request;
}

struct GuardTest : testing::Test {
  Guard guard{{.write = Token("0123456789abcdef"), .read = Token("fedcba9876543210")},
              "lb.example.com"};
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

TEST_F(GuardTest, GoesByANewTokenFromThenOn) {
  guard.set_write_token(Token("another-token-of-ours"));

  EXPECT_EQ(status_of(request_of("127.0.0.1", kRight)), 401u);
  EXPECT_EQ(status_of(request_of("127.0.0.1", "Bearer another-token-of-ours")), 0u);
  EXPECT_EQ(status_of(request_of("127.0.0.1", kReadOnly)), 0u) << "the other one is as it was";
}

TEST_F(GuardTest, AsksTheSocketFileForNothing) {
  Request request = request_of("", "");
  request.is_local_socket = true;

  EXPECT_EQ(status_of(request), 0u);
}

TEST_F(GuardTest, LetsNobodyPassOverTcpWithoutATokenOfItsOwn) {
  Guard none({}, "");

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

TEST_F(GuardTest, LetsTheReadTokenReadAndNothingElse) {
  Request request = request_of("127.0.0.1", kReadOnly);
  for (const char* method : {"GET", "HEAD"}) {
    request.method = method;
    EXPECT_EQ(status_of(request), 0u) << method;
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"}) {
    request.method = method;
    const auto refusal = guard.refuse(request, now);
    ASSERT_TRUE(refusal.has_value()) << method;
    EXPECT_EQ(refusal->status, 403u) << method;
    EXPECT_EQ(refusal->content_type, "application/problem+json");
    EXPECT_NE(refusal->body.find("may only read"), std::string::npos);
  }
}

TEST_F(GuardTest, RefusesWhatABrowserSendsForAnotherSite) {
  const auto status_from = [&](const char* site, const char* method, const char* mode) {
    Request request = request_of("127.0.0.1:8081", kRight);
    request.method = method;
    request.fields = {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", mode}};
    return status_of(request);
  };

  EXPECT_EQ(status_from("same-origin", "POST", "cors"), 0u);
  EXPECT_EQ(status_from("none", "GET", "navigate"), 0u);
  EXPECT_EQ(status_from("cross-site", "GET", "navigate"), 0u) << "a link was followed";
  EXPECT_EQ(status_from("cross-site", "GET", "no-cors"), 403u);
  EXPECT_EQ(status_from("same-site", "GET", "cors"), 403u);
  EXPECT_EQ(status_from("cross-site", "POST", "navigate"), 403u) << "a form";
  EXPECT_EQ(status_from("cross-site", "DELETE", "cors"), 403u);
}

TEST_F(GuardTest, SaysWhoHasPassed) {
  Request local = request_of("", "");
  local.is_local_socket = true;
  local.uid = 1000;

  EXPECT_EQ(guard.who(local), "uid 1000");
  EXPECT_EQ(guard.who(request_of("127.0.0.1", kRight)), "write token");
  EXPECT_EQ(guard.who(request_of("127.0.0.1", kReadOnly)), "read token");
}

TEST_F(GuardTest, CountsGuessesOfEachAddressApart) {
  Request guess = request_of("127.0.0.1", "Bearer guess");
  for (std::uint32_t i = 0; i <= Refusals::kMax; ++i) {
    guess.peer = "10.1.2.3:" + std::to_string(1000 + i);
    const unsigned status = status_of(guess);
    EXPECT_EQ(status, i < Refusals::kMax ? 401u : 429u) << "other ports are the same address";
  }

  guess.peer = "10.1.2.4:5";
  EXPECT_EQ(status_of(guess), 401u);
}

TEST_F(GuardTest, DoesNotCountWhatAPageInTheOperatorsBrowserCanSend) {
  Request page = request_of("127.0.0.1", "");
  page.origin = "http://evil.example";
  const Request rebound = request_of("evil.example", "");
  Request write = request_of("127.0.0.1", kReadOnly);
  write.method = "POST";
  for (std::uint32_t i = 0; i <= Refusals::kMax; ++i) {
    EXPECT_EQ(status_of(page), 403u);
    EXPECT_EQ(status_of(rebound), 403u);
    EXPECT_EQ(status_of(write), 403u) << "no guess: it carries a token of ours";
  }

  EXPECT_EQ(status_of(request_of("127.0.0.1", "Bearer mistyped")), 401u);
  EXPECT_EQ(status_of(request_of("127.0.0.1", kRight)), 0u);
}

TEST_F(GuardTest, CountsAnIpv6NetworkAsOne) {
  Request guess = request_of("127.0.0.1", "Bearer guess");
  for (std::uint32_t i = 0; i < Refusals::kMax; ++i) {
    guess.peer = "[2001:db8::" + std::to_string(i + 1) + "]:5";
    ASSERT_EQ(status_of(guess), 401u);
  }

  guess.peer = "[2001:db8::ffff]:5";
  EXPECT_EQ(status_of(guess), 429u);
  guess.peer = "[2001:db8:0:1::1]:5";
  EXPECT_EQ(status_of(guess), 401u);
}

TEST_F(GuardTest, TellsHowLongToWait) {
  const Request guess = request_of("127.0.0.1", "Bearer guess");
  for (std::uint32_t i = 0; i < Refusals::kMax; ++i) status_of(guess);

  const auto refusal = guard.refuse(guess, now);

  ASSERT_TRUE(refusal.has_value());
  ASSERT_EQ(refusal->fields.size(), 1u);
  EXPECT_EQ(refusal->fields[0], (std::pair<std::string, std::string>("Retry-After", "10")));
}

TEST_F(GuardTest, RemembersABoundedNumberOfAddresses) {
  Request guess = request_of("127.0.0.1", "Bearer guess");
  const auto guess_from = [&](std::size_t i) {
    guess.peer = "10.9." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ":1";
    return status_of(guess);
  };
  for (std::size_t i = 0; i < Refusals::kAddressesMax; ++i) ASSERT_EQ(guess_from(i), 401u);

  // Those above share one count.
  unsigned last = 0;
  for (std::size_t i = 0; i <= Refusals::kMax; ++i) last = guess_from(Refusals::kAddressesMax + i);
  EXPECT_EQ(last, 429u);
  EXPECT_EQ(guess_from(0), 401u) << "who was known before is not punished for it";

  now += Refusals::kWindow;
  EXPECT_EQ(guess_from(Refusals::kAddressesMax), 401u) << "there is room again";
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
