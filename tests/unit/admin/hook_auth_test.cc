#include "admin/hook_auth.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"

namespace gapura::admin {
namespace {

using testing::HasSubstr;

constexpr const char* kSecret = "0123456789abcdef";
constexpr std::int64_t kNow_s = 1'700'000'000;

class HookAuthTest : public testing::Test {
 protected:
  HookAuthTest()
      : file_(std::filesystem::temp_directory_path() /
              ("gapura-hook-auth-" + std::to_string(getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    write(std::string(kSecret) + "\n");
  }
  ~HookAuthTest() override { std::filesystem::remove(file_); }

  void write(const std::string& text) const {
    std::ofstream(file_, std::ios::binary) << text;
    std::filesystem::permissions(
        file_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  conf::Secret secret() const { return {.file = file_, .variable = {}}; }

  template <class Auth>
  static HookAuth made(Auth auth) {
    conf::HookListener listener;
    listener.auth = std::move(auth);
    auto result = HookAuth::make(listener);
    EXPECT_TRUE(std::holds_alternative<HookAuth>(result));
    return std::get<HookAuth>(std::move(result));
  }
  template <class Auth>
  static std::string fault_of(Auth auth) {
    conf::HookListener listener;
    listener.auth = std::move(auth);
    auto result = HookAuth::make(listener);
    auto* fault = std::get_if<std::string>(&result);
    return fault == nullptr ? "" : *fault;
  }
  static Request signed_by(const std::string& header, const std::string& signature) {
    Request request;
    request.body = R"({"alerts":[]})";
    request.peer = "10.1.2.3:4";
    request.fields.emplace_back(header, signature);
    return request;
  }
  unsigned status_of(HookAuth& auth, const Request& request) const {
    const auto refusal = auth.refuse(request, now, kNow_s);
    return refusal ? refusal->status : 0;
  }
  static Request authorized(const std::string& authorization) {
    Request request;
    request.authorization = authorization;
    request.peer = "10.1.2.3:4";
    return request;
  }

  std::filesystem::path file_;
  TimePoint now{Clock::now()};
};

TEST_F(HookAuthTest, LetsTheTokenPass) {
  HookAuth auth = made(conf::BearerAuth{secret()});

  EXPECT_EQ(status_of(auth, authorized("Bearer 0123456789abcdef")), 0u);
  EXPECT_EQ(status_of(auth, authorized("Bearer 0123456789abcdeF")), 401u);
  EXPECT_EQ(status_of(auth, authorized("")), 401u);
}

TEST_F(HookAuthTest, LetsTheUserWithThePasswordPass) {
  HookAuth auth = made(conf::BasicAuth{"grafana", secret()});

  EXPECT_EQ(status_of(auth, authorized("Basic Z3JhZmFuYTowMTIzNDU2Nzg5YWJjZGVm")), 0u);
  EXPECT_EQ(status_of(auth, authorized("basic  Z3JhZmFuYTowMTIzNDU2Nzg5YWJjZGVm")), 0u);
  EXPECT_EQ(status_of(auth, authorized("Basic Z3JhZmFuYTp3cm9uZ3dyb25n")), 401u);
  EXPECT_EQ(status_of(auth, authorized("Bearer 0123456789abcdef")), 401u);
}

TEST_F(HookAuthTest, LetsASignedBodyPassUnderEitherOfGrafanasNames) {
  HookAuth auth = made(conf::HmacAuth{secret(), {}, {}});
  const std::string right = hmac_sha256_hex(kSecret, R"({"alerts":[]})");

  EXPECT_EQ(status_of(auth, signed_by("X-Grafana-Alerting-Signature", right)), 0u);
  EXPECT_EQ(status_of(auth, signed_by("x-grafana-alert-signature", right)), 0u);
  EXPECT_EQ(status_of(auth, signed_by("X-Signature", right)), 401u);
  Request changed = signed_by("X-Grafana-Alerting-Signature", right);
  changed.body += " ";
  EXPECT_EQ(status_of(auth, changed), 401u);
}

TEST_F(HookAuthTest, GoesByTheNameOfTheFieldThatIsConfigured) {
  HookAuth auth = made(conf::HmacAuth{secret(), "X-Signed", {}});
  const std::string right = hmac_sha256_hex(kSecret, R"({"alerts":[]})");

  EXPECT_EQ(status_of(auth, signed_by("X-Signed", right)), 0u);
  EXPECT_EQ(status_of(auth, signed_by("X-Grafana-Alerting-Signature", right)), 401u);
}

TEST_F(HookAuthTest, HoldsASignedTimeAgainstTheClock) {
  HookAuth auth = made(conf::HmacAuth{secret(), {}, "X-Time"});
  const auto at = [&](std::int64_t sent_s) {
    const std::string time = std::to_string(sent_s);
    Request request = signed_by("X-Grafana-Alerting-Signature",
                                hmac_sha256_hex(kSecret, time + R"(:{"alerts":[]})"));
    request.fields.emplace_back("X-Time", time);
    return status_of(auth, request);
  };

  EXPECT_EQ(at(kNow_s), 0u);
  EXPECT_EQ(at(kNow_s - 300), 0u);
  EXPECT_EQ(at(kNow_s + 300), 0u);
  EXPECT_EQ(at(kNow_s - 301), 401u);
  EXPECT_EQ(at(kNow_s + 301), 401u);
  EXPECT_EQ(status_of(auth, signed_by("X-Grafana-Alerting-Signature",
                                      hmac_sha256_hex(kSecret, R"({"alerts":[]})"))),
            401u);
}

TEST_F(HookAuthTest, LetsEverybodyPassWhereNothingIsAskedForButForeignPages) {
  HookAuth auth = made(std::monostate());
  Request request = authorized("");
  request.host = "10.0.0.1:4000";

  EXPECT_EQ(status_of(auth, request), 0u);
  request.origin = "http://10.0.0.1:4000";
  EXPECT_EQ(status_of(auth, request), 0u);
  for (const char* origin : {"null", "http://evil.example", "https://10.0.0.1:4000"}) {
    request.origin = origin;
    EXPECT_EQ(status_of(auth, request), 403u) << origin;
  }
}

TEST_F(HookAuthTest, RefusesAPageWhoseOwnNameHasComeToMeanUs) {
  conf::HookListener listener;
  listener.address.host = "gapura";
  HookAuth auth = std::get<HookAuth>(HookAuth::make(listener));
  const auto status_at = [&](const std::string& host, const std::string& origin,
                             const std::string& site) {
    Request request = authorized("");
    request.method = "POST";
    request.host = host;
    request.origin = origin;
    if (!site.empty()) request.fields.emplace_back("Sec-Fetch-Site", site);
    return status_of(auth, request);
  };

  EXPECT_EQ(status_at("lb.internal:4000", "", ""), 0u) << "Grafana and curl are no pages";
  EXPECT_EQ(status_at("evil.example:4000", "http://evil.example:4000", ""), 403u);
  EXPECT_EQ(status_at("evil.example:4000", "http://evil.example:4000", "same-origin"), 403u);
  EXPECT_EQ(status_at("evil.example:4000", "", "same-origin"), 403u);
  EXPECT_EQ(status_at("", "http://evil.example:4000", ""), 403u);
  for (const char* host : {"gapura:4000", "localhost:4000", "127.0.0.1:4000", "[::1]:4000"}) {
    EXPECT_EQ(status_at(host, std::string("http://") + host, "same-origin"), 0u) << host;
  }
  EXPECT_EQ(status_at("127.0.0.1:4000", "", "cross-site"), 403u);
}

TEST_F(HookAuthTest, SaysWhatToSend) {
  HookAuth auth = made(conf::HmacAuth{secret(), {}, "X-Time"});

  const auto refusal = auth.refuse(authorized(""), now, kNow_s);

  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->content_type, "application/problem+json");
  EXPECT_THAT(refusal->body, HasSubstr("X-Grafana-Alerting-Signature"));
  EXPECT_THAT(refusal->body, HasSubstr("X-Time"));
  ASSERT_EQ(refusal->fields.size(), 1u);
  EXPECT_EQ(refusal->fields[0].first, "WWW-Authenticate");
}

TEST_F(HookAuthTest, SlowsGuessingDownAndStillLetsTheRightOnePass) {
  HookAuth auth = made(conf::BearerAuth{secret()});
  const Request wrong = authorized("Bearer guess");
  for (std::uint32_t i = 0; i < Refusals::kMax; ++i) ASSERT_EQ(status_of(auth, wrong), 401u);

  EXPECT_EQ(status_of(auth, wrong), 429u);
  EXPECT_EQ(status_of(auth, authorized("Bearer 0123456789abcdef")), 0u);
  now += Refusals::kWindow;
  EXPECT_EQ(status_of(auth, wrong), 401u);
}

TEST_F(HookAuthTest, ReadsSecretsFromTheEnvironment) {
  const std::string name = "GAPURA_TEST_HOOK_TOKEN";
  ASSERT_EQ(setenv(name.c_str(), kSecret, 1), 0);

  HookAuth auth = made(conf::BearerAuth{{.file = {}, .variable = name}});

  EXPECT_EQ(status_of(auth, authorized("Bearer 0123456789abcdef")), 0u);
  unsetenv(name.c_str());
}

TEST_F(HookAuthTest, SaysWhichSecretCannotBeHadWithoutShowingAny) {
  EXPECT_THAT(fault_of(conf::BearerAuth{{.file = "/nowhere/token", .variable = {}}}),
              HasSubstr("/nowhere/token"));
  EXPECT_THAT(fault_of(conf::BearerAuth{{.file = {}, .variable = "GAPURA_TEST_UNSET"}}),
              HasSubstr("GAPURA_TEST_UNSET"));
  write("too short");
  EXPECT_THAT(fault_of(conf::HmacAuth{secret(), {}, {}}), HasSubstr("at least 16"));
  EXPECT_EQ(fault_of(conf::HmacAuth{secret(), {}, {}}).find("too short"), std::string::npos);
  EXPECT_EQ(fault_of(conf::BasicAuth{"u", secret()}), "");
  write("0123456789abcdef\n0123456789abcdef\n");
  EXPECT_THAT(fault_of(conf::BearerAuth{secret()}), HasSubstr("one line"));
  write(std::string(5'000, 'a'));
  EXPECT_THAT(fault_of(conf::BearerAuth{secret()}), HasSubstr("4096"));
  EXPECT_THAT(fault_of(conf::BearerAuth{{.file = file_.parent_path(), .variable = {}}}),
              HasSubstr("must be a file"));
}

TEST(Digest, HmacIsThatOfTheTestVectors) {
  // RFC 4231 4.3.
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace gapura::admin
