#include "admin/registrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapura::admin {
namespace {

using std::chrono::seconds;

balancer::Overlay overlay_with(const std::string& id, Milliseconds ttl) {
  balancer::Overlay overlay;
  overlay.services["s"].added[id].ttl = ttl;
  return overlay;
}

TEST(Registrations, EndUnlessTheyAreRenewed) {
  Registrations registrations;
  const TargetName name{"s", "self"};
  const auto overlay = overlay_with("self", seconds(30));
  const TimePoint start{};
  registrations.renew(name, seconds(30), start);

  EXPECT_TRUE(registrations.expired(overlay, start + seconds(29)).empty());
  registrations.renew(name, seconds(30), start + seconds(29));
  EXPECT_TRUE(registrations.expired(overlay, start + seconds(58)).empty());
  EXPECT_FALSE(registrations.is_expired(name, start + seconds(58)));
  const auto expired = registrations.expired(overlay, start + seconds(59));
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].id, "self");
  EXPECT_TRUE(registrations.is_expired(name, start + seconds(59)));
}

TEST(Registrations, OfAStateFileHaveTheirWholeTimeAgain) {
  Registrations registrations;
  const auto overlay = overlay_with("self", seconds(30));
  const TimePoint start = TimePoint() + seconds(1'000);

  EXPECT_TRUE(registrations.expired(overlay, start).empty());
  EXPECT_TRUE(registrations.expired(overlay, start + seconds(29)).empty());
  EXPECT_EQ(registrations.expired(overlay, start + seconds(30)).size(), 1U);
}

TEST(Registrations, ForgetWhoIsNotListedAnyMore) {
  Registrations registrations;
  const TimePoint start{};
  registrations.renew({"s", "self"}, seconds(1), start);
  EXPECT_TRUE(registrations.expired({}, start + seconds(2)).empty());

  // Listed again, without a word of its own: it has its whole time.
  EXPECT_TRUE(registrations.expired(overlay_with("self", seconds(1)), start + seconds(2)).empty());
}

TEST(Registrations, DoNotConcernTargetsWithoutATime) {
  Registrations registrations;
  EXPECT_TRUE(registrations.expired(overlay_with("other", {}), TimePoint::max()).empty());
}

}  // namespace
}  // namespace gapura::admin
