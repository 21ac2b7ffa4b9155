#include "balancer/sticky.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/io_count.h"
#include "tests/unit/balancer/pick_fixture.h"

namespace gapura::balancer {
namespace {

// The first half of SHA-256 of the URL, and of the URL with a slash.
constexpr const char* kValue = "df5bd2f9c0180410";
constexpr const char* kValueWithSlash = "bd014f5fc2ac1669";

Service sticky_service(const conf::StickyCookie& settings = {}) {
  Service service;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const std::string id = "10.0.0." + std::to_string(i) + ":80";
    const auto slot = static_cast<TargetSlot>(i);
    TargetRef state(new TargetState(slot, ServiceSlot{}, "calculate", id, "http://" + id));
    service.targets.push_back({std::move(state), {}, {}, 1});
  }
  service.sticky = Sticky::make(settings, "calculate@file", service.targets, {});
  return service;
}

/// A request with this Cookie field, of 10.0.0.1's service unless said otherwise.
class Asking {
 public:
  explicit Asking(std::string cookie) : cookie_(std::move(cookie)) {}
  PickRequest request() const {
    PickRequest out;
    out.request.fields = fields_;
    return out;
  }

 private:
  std::string cookie_;
  std::vector<HttpField> fields_{{"Cookie", cookie_}};
};

std::size_t kept(const Service& service, const std::string& cookie) {
  const Asking asking(cookie);
  return kept_place(service, asking.request());
}

TEST(Sticky, CookiesAreNamedAndFilledAsTraefiksAre) {
  const Service service = sticky_service();

  EXPECT_EQ(service.sticky->set_cookie(1),
            std::string("Set-Cookie: _9a27d=") + kValue + "; Path=/\r\n");
}

TEST(Sticky, AttributesAreSaidAsConfigured) {
  const auto line = [](const conf::StickyCookie& settings) {
    const Service service = sticky_service(settings);
    return service.sticky->set_cookie(1);
  };
  const std::string begin = std::string("Set-Cookie: id=") + kValue;
  EXPECT_EQ(line({.name = "id",
                  .is_secure = true,
                  .is_http_only = true,
                  .same_site = "Lax",
                  .max_age_s = 60,
                  .path = "/a",
                  .domain = "b.example"}),
            begin + "; Path=/a; Domain=b.example; Max-Age=60; HttpOnly; Secure; SameSite=Lax\r\n");
  conf::StickyCookie ended;
  ended.name = "id";
  ended.max_age_s = -1;
  EXPECT_EQ(line(ended), begin + "; Path=/; Max-Age=0\r\n");
}

TEST(Sticky, TheCookiesTargetIsKept) {
  const Service service = sticky_service();

  EXPECT_EQ(kept(service, std::string("_9a27d=") + kValue), 1U);
  EXPECT_EQ(kept(service, std::string("a=b; _9a27d=") + kValue + "; c=d"), 1U);
  EXPECT_EQ(kept(service, std::string("_9a27d=") + kValueWithSlash), 1U)
      << "set by Traefik, whose file had a slash behind the port";
}

TEST(Sticky, WhatIsNotOursIsPassedOver) {
  Service service = sticky_service();
  for (const char* odd :
       {"", "_9a27d=", "_9a27d=0", "_9a27d=df5bd2f9c018041", "_9a27d=zf5bd2f9c0180410",
        "_9a27d=df5bd2f9c01804100", "_9a27d=0000000000000000", "_9a27d=+f5bd2f9c0180410",
        "other=df5bd2f9c0180410"}) {
    EXPECT_EQ(kept(service, odd), kNoPlace) << odd;
  }
  EXPECT_EQ(kept_place(service, {}), kNoPlace) << "no cookie at all";
  service.sticky.reset();
  EXPECT_EQ(kept(service, std::string("_9a27d=") + kValue), kNoPlace);
}

TEST(Sticky, YieldsWhenItsTargetIsSuspendedTriedOrGone) {
  Service service = sticky_service();
  const std::string cookie = std::string("_9a27d=") + kValue;
  service.targets[1].state->is_suspended = true;
  EXPECT_EQ(kept(service, cookie), kNoPlace);
  service.targets[1].state->is_suspended = false;
  EXPECT_EQ(kept(service, cookie), 1U);

  const std::vector<const TargetState*> tried{service.targets[1].state.get()};
  const Asking asking(cookie);
  PickRequest request = asking.request();
  request.tried = tried;
  EXPECT_EQ(kept_place(service, request), kNoPlace);

  service.targets.erase(service.targets.begin() + 1);
  service.sticky = Sticky::make({}, "calculate@file", service.targets, {});
  EXPECT_EQ(kept(service, cookie), kNoPlace);
}

TEST(Sticky, OfThousandsOfTargetsEachIsFound) {
  Service service = make_service(std::vector<std::uint32_t>(5'000, 1));
  service.sticky = Sticky::make({}, "s@file", service.targets, {});

  for (std::size_t i = 0; i < 5'000; i += 7) {
    const std::string line = service.sticky->set_cookie(i);
    const std::size_t begin = line.find(' ') + 1;
    ASSERT_EQ(kept(service, line.substr(begin, line.find(';') - begin)), i);
  }
}

TEST(Sticky, KeepingAllocatesNothing) {
  const Service service = sticky_service();
  const Asking asking("a=b; c=d; _9a27d=df5bd2f9c0180410");
  const PickRequest request = asking.request();

  const std::uint64_t before = io_count::heap_allocations;
  const std::size_t place = kept_place(service, request);

  EXPECT_EQ(io_count::heap_allocations, before);
  EXPECT_EQ(place, 1U);
}

}  // namespace
}  // namespace gapura::balancer
