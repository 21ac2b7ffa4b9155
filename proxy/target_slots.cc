#include "proxy/target_slots.h"

#include <utility>

#include "base/check.h"

namespace gapura::proxy {
namespace {

/// What is not answered is judged like a server error.
constexpr unsigned kNoAnswer = 599;

void unlink(Link& link) noexcept {
  if (!link.is_idle) return;
  (link.previous != nullptr ? link.previous->next : link.slot.idle) = link.next;
  if (link.next != nullptr) link.next->previous = link.previous;
  link.next = link.previous = nullptr;
  link.is_idle = false;
  --link.slot.idle_count;
}

/// While idle nothing may arrive: what is there to read is the target's close, or bytes that are no
/// answer to anything (RFC 9112 9.2). Either way the link is of no more use. An edge alone says
/// nothing: it may be left over from bytes that were read before the loop heard of them.
void on_idle_edge(void* owner) noexcept {
  auto* link = static_cast<Link*>(owner);
  if (link->is_idle && link->channel.look()) delete link;
}

void on_idle_limit(void* owner) noexcept {
  auto* link = static_cast<Link*>(owner);
  if (link->is_idle) delete link;
}

}  // namespace

Link::Link(DeadlineWheel& wheel, TargetSlot& its_slot) noexcept
    : slot(its_slot), slot_moves(its_slot.moves), idle_limit(wheel, &on_idle_limit, this) {}

Link::~Link() {
  unlink(*this);
}

TargetSlots::~TargetSlots() {
  close_all_idle();
}

void TargetSlots::adopt(const balancer::Snapshot& snapshot) {
  while (slots_.size() < snapshot.target_slots) slots_.emplace_back();
  for (const balancer::TargetRef& target : snapshot.draining) {
    TargetSlot& slot = slots_[index(target->slot)];
    if (slot.state == target) close_idle(slot);
  }
  for (const balancer::Service& service : snapshot.services) {
    for (const balancer::Target& target : service.targets) adopt(target);
    for (const balancer::Target& target : service.staying) adopt(target);
  }
}

void TargetSlots::adopt(const balancer::Target& target) {
  TargetSlot& slot = slots_[index(target.state->slot)];
  if (slot.state == target.state && slot.endpoint == target.endpoint) return;
  close_idle(slot);
  slot.state = target.state;
  slot.endpoint = target.endpoint;
  ++slot.moves;
}

std::unique_ptr<Link> TargetSlots::take(TargetSlot& slot, bool replayable, TimePoint now) {
  // No target's own limit is shorter. A request that can be sent again loses little by meeting a
  // link that is closed in this very turn: it looks at older ones only. With thousands of targets
  // links rest long between two requests, and each look is a system call.
  constexpr std::chrono::seconds kFresh{1};
  // The loop hears of a FIN within a turn; a link that lay still for longer than a turn takes may
  // have been closed without our having been told yet.
  constexpr Milliseconds kOneTurn{10};
  while (slot.idle != nullptr) {
    std::unique_ptr<Link> link(slot.idle);
    // Newest first: when this one is too old for the request, so are all others.
    if (!replayable && now - link->idle_since >= kFresh) {
      link.release();
      return nullptr;
    }
    unlink(*link);
    link->idle_limit.disarm();
    // What it sent unasked must not become the answer of the next client, either (RFC 9112 9.2).
    const bool may_be_closed = now - link->idle_since >= (replayable ? kFresh : kOneTurn);
    if (may_be_closed && link->channel.look()) continue;
    link->is_reused = true;
    return link;
  }
  return nullptr;
}

void TargetSlots::give_back(std::unique_ptr<Link> link, Milliseconds limit, TimePoint now) {
  TargetSlot& slot = link->slot;
  if (slot.state->is_draining.load(std::memory_order_acquire)) return;
  if (slot.idle_count >= kIdleLinksMax || link->slot_moves != slot.moves) return;
  link->idle_since = now;
  link->is_idle = true;
  link->idle_limit.arm(limit);
  link->channel.notify(&on_idle_edge, link.get());
  link->next = slot.idle;
  if (slot.idle != nullptr) slot.idle->previous = link.get();
  slot.idle = link.release();
  ++slot.idle_count;
}

void TargetSlots::close_idle(TargetSlot& slot) noexcept {
  while (slot.idle != nullptr) delete slot.idle;
}

void TargetSlots::close_all_idle() noexcept {
  for (TargetSlot& slot : slots_) close_idle(slot);
}

Lease::Lease(TargetSlot& slot, Cut on_cut, void* owner) noexcept
    : slot_(slot), state_(slot.state), cut_(on_cut), owner_(owner), next_(slot.leases) {
  if (next_ != nullptr) next_->previous_ = this;
  slot_.leases = this;
  count_then_ = state_->in_flight.fetch_add(1, std::memory_order_relaxed) + 1;
  // Its line was just written: this one costs next to nothing.
  state_->requests.fetch_add(1, std::memory_order_relaxed);
}

Lease::Lease(Lease&& from, Cut on_cut, void* owner) noexcept
    : slot_(from.slot_),
      state_(from.state_),
      cut_(on_cut),
      owner_(owner),
      moved_at_(from.moved_at_),
      asked_at_(from.asked_at_),
      next_(from.next_),
      previous_(from.previous_),
      count_then_(from.count_then_),
      was_cut_(from.was_cut_),
      is_upgrade_(from.is_upgrade_),
      is_held_(std::exchange(from.is_held_, false)),
      awaits_head_(from.awaits_head_) {
  check(is_held_, "a lease was passed on that had been released");
  (previous_ != nullptr ? previous_->next_ : slot_.leases) = this;
  if (next_ != nullptr) next_->previous_ = this;
}

void Lease::mark_upgrade() noexcept {
  if (std::exchange(is_upgrade_, true)) return;
  state_->upgrades.fetch_add(1, std::memory_order_relaxed);
}

void Lease::await_head(TimePoint now) noexcept {
  asked_at_ = now;
  awaits_head_ = true;
  state_->response_time.asked(now);
}

void Lease::head_came(unsigned status) noexcept {
  if (!std::exchange(awaits_head_, false)) return;
  const TimePoint now = Clock::now();
  if (status < 500) {
    state_->response_time.answered(now - asked_at_, now);
  } else {
    state_->response_time.failed(now - asked_at_, now);
  }
}

bool Lease::release() noexcept {
  check(is_held_, "a lease was released twice");
  head_came(kNoAnswer);
  is_held_ = false;
  if (is_upgrade_) state_->upgrades.fetch_sub(1, std::memory_order_relaxed);
  (previous_ != nullptr ? previous_->next_ : slot_.leases) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  const bool is_draining = state_->is_draining.load(std::memory_order_acquire);
  if (is_draining) {
    (was_cut_ ? state_->cut : state_->finished_while_draining)
        .fetch_add(1, std::memory_order_relaxed);
  }
  const bool was_last = state_->in_flight.fetch_sub(1, std::memory_order_acq_rel) == 1;
  return was_last && is_draining;
}

Lease::~Lease() {
  if (is_held_) release();
}

}  // namespace gapura::proxy
