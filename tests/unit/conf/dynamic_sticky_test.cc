#include <gtest/gtest.h>

#include "tests/unit/conf/reading.h"

namespace gapura::conf {
namespace {

std::optional<StickyCookie> cookie_of(const std::string& settings) {
  const DynamicResult result = with_balancer(settings);
  EXPECT_TRUE(result.problems.empty()) << lines(result.problems);
  return result.config.services.at("s").sticky;
}

TEST(StickyCookie, HasTraefiksDefaults) {
  EXPECT_EQ(cookie_of("strategy: wrr"), std::nullopt);
  for (const char* settings : {"sticky: {cookie: {}}", "Sticky: {Cookie: }"}) {
    EXPECT_EQ(cookie_of(settings), StickyCookie{}) << settings;
  }
}

TEST(StickyCookie, ReadsItsOptions) {
  EXPECT_EQ(cookie_of("sticky: {cookie: {name: id, secure: true, httponly: true, samesite: lax, "
                      "maxAge: 60, path: /a, domain: b.example}}"),
            (StickyCookie{.name = "id",
                          .is_secure = true,
                          .is_http_only = true,
                          .same_site = "Lax",
                          .max_age_s = 60,
                          .path = "/a",
                          .domain = "b.example"}));
}

TEST(StickyCookie, MistakesAreNamedWithTheirPlace) {
  const auto problems = [](const std::string& settings) {
    return lines(with_balancer(settings).problems);
  };
  const std::string at = "http.services.s.loadBalancer.sticky";
  EXPECT_EQ(problems("sticky: {}"),
            "W 3:37: " + at + ": has no cookie: clients are not kept on one server\n");
  EXPECT_EQ(problems("sticky: {cookie: {name: a b}}"),
            "W 3:61: " + at +
                ".cookie.name: 'a b' is no name for a cookie; a_b is used, as Traefik "
                "does\n");
  EXPECT_EQ(problems("sticky: {cookie: {sameSite: laxe}}"),
            "E 3:65: " + at +
                ".cookie.sameSite: must be none, lax or strict, not 'laxe' (did you "
                "mean 'Lax'?)\n");
  EXPECT_EQ(problems("sticky: {cookie: {path: \"/;Secure\"}}"),
            "E 3:61: " + at + ".cookie.path: must hold no semicolon and no control bytes\n");
  EXPECT_EQ(problems("sticky: {cookie: {domain: \"a\\r\\nb\"}}"),
            "E 3:63: " + at + ".cookie.domain: must hold no semicolon and no control bytes\n");
  EXPECT_NE(problems("sticky: {cookie: {htpOnly: true}}").find("did you mean 'httpOnly'"),
            std::string::npos);
}

}  // namespace
}  // namespace gapura::conf
