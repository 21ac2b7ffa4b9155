#include "proxy/target_slots.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/loop_runner.h"
#include "tests/support/sockets.h"

namespace gapura::proxy {
namespace {

using balancer::TargetRef;
using gapura::test::Fd;
using gapura::test::run_ready;
using gapura::test::run_until;
using gapura::test::tcp_pair;
using namespace std::chrono_literals;

TargetRef make_target(std::uint32_t slot, const std::string& id) {
  return TargetRef(new balancer::TargetState(gapura::TargetSlot{slot}, ServiceSlot{0}, "service",
                                             id, "http://" + id));
}

class TargetSlotsTest : public testing::Test {
 protected:
  TargetSlotsTest() { adopt({target_}, 9'000); }

  /// A snapshot with these targets, all at this port.
  void adopt(const std::vector<TargetRef>& targets, std::uint16_t port,
             const std::vector<TargetRef>& draining = {}) {
    balancer::Snapshot snapshot;
    snapshot.target_slots = 4;
    snapshot.draining = draining;
    balancer::Service& service = snapshot.services.emplace_back();
    for (const TargetRef& target : targets) {
      balancer::Target& entry = service.targets.emplace_back();
      entry.state = target;
      entry.endpoint = *Endpoint::parse("10.0.0.1", port);
    }
    slots_.adopt(snapshot);
  }
  TargetSlot& slot(std::uint32_t number = 1) { return slots_[gapura::TargetSlot{number}]; }

  /// A connected link; its other end is `peers_.back()`.
  std::unique_ptr<Link> make_link(std::uint32_t number = 1) {
    auto [near, far] = tcp_pair();
    auto link = std::make_unique<Link>(loop_.wheel(), slot(number));
    EXPECT_TRUE(link->channel.open(loop_, near.release()));
    // What asio says of a new socket is out of the way before the link rests.
    run_ready(loop_);
    std::array<char, 16> nothing;
    EXPECT_EQ(link->channel.try_read(nothing).status, IoStatus::would_block);
    peers_.push_back(std::move(far));
    return link;
  }
  /// Makes a link and lets it rest, since `rested` ago; its address.
  Link* rest_link(Milliseconds rested = 0ms) {
    auto link = make_link();
    Link* raw = link.get();
    slots_.give_back(std::move(link), 4'000ms, now_ - rested);
    return raw;
  }
  bool peer_sees_close(const Fd& peer) {
    return run_until(loop_, [&] {
      char byte;
      const ssize_t size = ::recv(peer.get(), &byte, 1, MSG_DONTWAIT);
      return size == 0 || (size < 0 && errno != EAGAIN);
    });
  }

  const TargetRef target_ = make_target(1, "a");
  const TimePoint now_ = Clock::now();
  Loop loop_;
  std::vector<Fd> peers_;
  TargetSlots slots_{loop_};
};

TEST_F(TargetSlotsTest, MakesRoomForEveryTarget) {
  EXPECT_EQ(slot().state, target_);
  EXPECT_EQ(slot().endpoint.port(), 9'000);
  EXPECT_EQ(slot(3).state, nullptr);
  EXPECT_EQ(slots_.take(slot(), true, now_), nullptr);
}

TEST_F(TargetSlotsTest, TakesTheNewestLinkFirst) {
  Link* first = rest_link(20ms);
  Link* second = rest_link(10ms);
  EXPECT_EQ(slot().idle_count, 2u);

  const auto taken = slots_.take(slot(), true, now_);
  const auto next = slots_.take(slot(), true, now_);

  EXPECT_EQ(taken.get(), second);
  EXPECT_EQ(next.get(), first);
  EXPECT_TRUE(taken->is_reused);
  EXPECT_EQ(slots_.take(slot(), true, now_), nullptr);
  EXPECT_EQ(slot().idle_count, 0u);
}

TEST_F(TargetSlotsTest, GivesOldLinksOnlyToWhatCanBeSentAgain) {
  Link* resting = rest_link(1'000ms);

  EXPECT_EQ(slots_.take(slot(), /*replayable=*/false, now_), nullptr);
  EXPECT_EQ(slot().idle_count, 1u);
  EXPECT_EQ(slots_.take(slot(), /*replayable=*/true, now_).get(), resting);
}

TEST_F(TargetSlotsTest, GivesFreshLinksToEverybody) {
  Link* resting = rest_link(999ms);

  EXPECT_EQ(slots_.take(slot(), /*replayable=*/false, now_).get(), resting);
}

TEST_F(TargetSlotsTest, LooksForAnEndThatItHasNotBeenToldOf) {
  Link* open = rest_link(500ms);
  rest_link(400ms);
  peers_.back().close();  // the loop does not run: nobody is told

  EXPECT_EQ(slots_.take(slot(), /*replayable=*/false, now_).get(), open);
  EXPECT_EQ(slot().idle_count, 0u);
}

TEST_F(TargetSlotsTest, LooksForUnaskedBytesToo) {  // RFC 9112 9.2
  rest_link(500ms);
  ASSERT_EQ(::send(peers_.back().get(), "H", 1, MSG_NOSIGNAL), 1);

  EXPECT_EQ(slots_.take(slot(), /*replayable=*/false, now_), nullptr);
  EXPECT_EQ(slot().idle_count, 0u);
}

TEST_F(TargetSlotsTest, DropsALinkThatItsTargetCloses) {
  rest_link();
  rest_link();

  peers_.front().close();
  ASSERT_TRUE(run_until(loop_, [&] { return slot().idle_count == 1; }));
  ASSERT_EQ(::send(peers_.back().get(), "H", 1, MSG_NOSIGNAL), 1);

  EXPECT_TRUE(run_until(loop_, [&] { return slot().idle_count == 0; }));
  EXPECT_EQ(slots_.take(slot(), true, now_), nullptr);
}

TEST_F(TargetSlotsTest, ClosesALinkWhenItsTimeIsUp) {
  slots_.give_back(make_link(), 100ms, now_);

  EXPECT_TRUE(peer_sees_close(peers_.back()));
  EXPECT_EQ(slot().idle_count, 0u);
}

TEST_F(TargetSlotsTest, ForgetsTheTimeLimitOfALinkInUse) {
  slots_.give_back(make_link(), 50ms, now_);
  const auto taken = slots_.take(slot(), true, now_);

  for (int i = 0; i < 10; ++i) loop_.wheel().tick();

  EXPECT_TRUE(taken->channel.is_open());
  EXPECT_FALSE(taken->idle_limit.is_armed());
}

TEST_F(TargetSlotsTest, KeepsNoMoreThanItsLimit) {
  // Links without sockets: only the count matters here.
  for (std::uint32_t i = 0; i < TargetSlots::kIdleLinksMax + 3; ++i) {
    slots_.give_back(std::make_unique<Link>(loop_.wheel(), slot()), 4'000ms, now_);
  }

  EXPECT_EQ(slot().idle_count, TargetSlots::kIdleLinksMax);
}

TEST_F(TargetSlotsTest, KeepsNoLinkToADrainingTarget) {
  auto link = make_link();
  target_->is_draining = true;

  slots_.give_back(std::move(link), 4'000ms, now_);

  EXPECT_EQ(slot().idle_count, 0u);
  EXPECT_TRUE(peer_sees_close(peers_.back()));
}

TEST_F(TargetSlotsTest, ClosesIdleLinksToWhatIsDraining) {
  rest_link();

  adopt({}, 9'000, {target_});

  EXPECT_EQ(slot().idle_count, 0u);
  EXPECT_TRUE(peer_sees_close(peers_.back()));
}

TEST_F(TargetSlotsTest, KeepsLinksThroughReloads) {
  Link* resting = rest_link();

  adopt({target_}, 9'000);

  EXPECT_EQ(slots_.take(slot(), true, now_).get(), resting);
}

TEST_F(TargetSlotsTest, ClosesLinksToAnAddressThatIsNoLongerTheTargets) {
  rest_link();

  adopt({target_}, 9'001);

  EXPECT_EQ(slot().idle_count, 0u);
  EXPECT_TRUE(peer_sees_close(peers_.back()));
}

// Else the next request would go where the target was before.
TEST_F(TargetSlotsTest, KeepsNoLinkThatWasInUseWhileItsTargetMoved) {
  auto link = make_link();

  adopt({target_}, 9'001);
  slots_.give_back(std::move(link), 4'000ms, now_);

  EXPECT_EQ(slots_.take(slot(), true, now_), nullptr);
}

TEST_F(TargetSlotsTest, GivesASlotToAnotherTarget) {
  rest_link();
  const TargetRef other = make_target(1, "b");

  adopt({other}, 9'000);

  EXPECT_EQ(slot().state, other);
  EXPECT_EQ(slot().idle_count, 0u);
}

TEST_F(TargetSlotsTest, LetsANewTargetInASlotAloneWhenTheOldOneDrains) {
  const TargetRef other = make_target(1, "b");
  adopt({other}, 9'000);
  Link* resting = rest_link();

  adopt({other}, 9'000, {target_});

  EXPECT_EQ(slots_.take(slot(), true, now_).get(), resting);
}

TEST_F(TargetSlotsTest, ClosesEverythingAtTheEnd) {
  rest_link();
  rest_link();

  slots_.close_all_idle();

  EXPECT_EQ(slot().idle_count, 0u);
  EXPECT_TRUE(peer_sees_close(peers_.front()));
  EXPECT_TRUE(peer_sees_close(peers_.back()));
}

// A request larger than the socket's buffer leaves an interest in writability behind.
TEST_F(TargetSlotsTest, KeepsALinkThatBecomesWritable) {
  auto link = make_link();
  const std::string block(256 * 1024, 'x');
  std::size_t written = 0;
  while (link->channel.may_write()) written += link->channel.try_write(block).bytes;
  slots_.give_back(std::move(link), 4'000ms, now_);

  std::vector<char> into(256 * 1024);
  std::size_t read = 0;
  ASSERT_TRUE(run_until(loop_, [&] {
    const ssize_t size = ::recv(peers_.back().get(), into.data(), into.size(), MSG_DONTWAIT);
    if (size > 0) read += static_cast<std::size_t>(size);
    return read == written;
  }));
  run_ready(loop_);

  EXPECT_EQ(slot().idle_count, 1u);
}

struct Cuts {
  static void cut(void* owner) noexcept { ++static_cast<Cuts*>(owner)->count; }
  int count = 0;
};

TEST_F(TargetSlotsTest, LeasesAreCountedWhileTheyAreHeld) {
  Cuts cuts;
  {
    const Lease first(slot(), &Cuts::cut, &cuts);
    const Lease second(slot(), &Cuts::cut, &cuts);
    EXPECT_EQ(target_->in_flight, 2u);
    EXPECT_EQ(&first.state(), target_.get());
    EXPECT_EQ(&first.slot(), &slot());
  }
  EXPECT_EQ(target_->in_flight, 0u);
  EXPECT_EQ(slot().leases, nullptr);
  EXPECT_EQ(target_->finished_while_draining, 0u);
}

TEST_F(TargetSlotsTest, LeasesAreListedInWhateverOrderTheyEnd) {
  Cuts cuts;
  for (const std::array<int, 3> order :
       {std::array{0, 1, 2}, std::array{2, 1, 0}, std::array{1, 0, 2}, std::array{1, 2, 0}}) {
    std::array<std::unique_ptr<Lease>, 3> leases;
    for (auto& lease : leases) lease = std::make_unique<Lease>(slot(), &Cuts::cut, &cuts);
    std::size_t left = 3;
    for (const int which : order) {
      EXPECT_FALSE(leases[static_cast<std::size_t>(which)]->release());
      --left;
      std::size_t listed = 0;
      for (Lease* lease = slot().leases; lease != nullptr; lease = lease->next()) ++listed;
      EXPECT_EQ(listed, left);
      EXPECT_EQ(target_->in_flight, left);
    }
  }
}

TEST_F(TargetSlotsTest, TheLastLeaseOfADrainSaysSo) {
  Cuts cuts;
  Lease first(slot(), &Cuts::cut, &cuts);
  Lease second(slot(), &Cuts::cut, &cuts);
  target_->is_draining = true;

  EXPECT_FALSE(first.release());
  EXPECT_TRUE(second.release());

  EXPECT_EQ(target_->finished_while_draining, 2u);
  EXPECT_EQ(target_->cut, 0u);
}

TEST_F(TargetSlotsTest, AnotherWorkersLeaseHoldsTheDrainUp) {
  Cuts cuts;
  Lease lease(slot(), &Cuts::cut, &cuts);
  ++target_->in_flight;
  target_->is_draining = true;

  EXPECT_FALSE(lease.release());
}

TEST_F(TargetSlotsTest, ACutLeaseIsCountedAsCut) {
  Cuts cuts;
  Lease lease(slot(), &Cuts::cut, &cuts);
  target_->is_draining = true;

  lease.cut();

  EXPECT_EQ(cuts.count, 1);
  EXPECT_TRUE(lease.release());
  EXPECT_EQ(target_->cut, 1u);
  EXPECT_EQ(target_->finished_while_draining, 0u);
}

TEST_F(TargetSlotsTest, ALeaseKeepsItsTargetAlive) {
  Cuts cuts;
  TargetRef gone = make_target(2, "c");
  adopt({target_, gone}, 9'000);
  auto lease = std::make_unique<Lease>(slot(2), &Cuts::cut, &cuts);
  adopt({target_, make_target(2, "d")}, 9'000);
  gone = nullptr;

  EXPECT_EQ(lease->state().id, "c");
  EXPECT_FALSE(lease->release());
}

TEST_F(TargetSlotsTest, ALeaseRemembersProgressAndUpgrades) {
  Cuts cuts;
  Lease lease(slot(), &Cuts::cut, &cuts);

  lease.moved(now_);
  EXPECT_EQ(lease.moved_at(), now_);
  EXPECT_FALSE(lease.is_upgrade());
  lease.mark_upgrade();
  EXPECT_TRUE(lease.is_upgrade());
}

TEST_F(TargetSlotsTest, ALeaseThatIsPassedOnCountsOnceAndAsksItsNewOwner) {
  Cuts before;
  Cuts after;
  Lease oldest(slot(), &Cuts::cut, &before);
  auto first = std::make_unique<Lease>(slot(), &Cuts::cut, &before);
  const Lease newest(slot(), &Cuts::cut, &before);
  first->mark_upgrade();

  Lease second(std::move(*first), &Cuts::cut, &after);
  first.reset();

  EXPECT_EQ(target_->in_flight, 3u);
  EXPECT_EQ(target_->upgrades, 1u);
  EXPECT_EQ(newest.next(), &second);
  EXPECT_EQ(second.next(), &oldest);
  second.cut();
  EXPECT_EQ(before.count, 0);
  EXPECT_EQ(after.count, 1);
  EXPECT_TRUE(second.is_upgrade());
  second.release();
  EXPECT_EQ(target_->in_flight, 2u);
  EXPECT_EQ(target_->upgrades, 0u);
  EXPECT_EQ(newest.next(), &oldest);
}

TEST_F(TargetSlotsTest, ALeaseThatIsPassedOnStandsInItsPlaceAtTheEndsToo) {
  Cuts cuts;
  auto only = std::make_unique<Lease>(slot(), &Cuts::cut, &cuts);

  Lease next(std::move(*only), &Cuts::cut, &cuts);
  only.reset();

  EXPECT_EQ(slot().leases, &next);
  EXPECT_EQ(next.next(), nullptr);
  next.release();
  EXPECT_EQ(slot().leases, nullptr);
}

}  // namespace
}  // namespace gapura::proxy
