/// A target: what lives and counts, whatever the configuration says of it.
#pragma once

#include <array>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <string>

#include "balancer/health.h"
#include "balancer/response_time.h"
#include "balancer/sticky.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/net/endpoint.h"

namespace gapura::balancer {

/// Who asked for a target.
enum class Origin { file, admin, autoscale };
/// The words used in the API, metrics, log and documents.
enum class Phase { joining, warming, serving, suspended, draining, gone };
const char* to_string(Origin origin) noexcept;
const char* to_string(Phase phase) noexcept;
/// Gets requests, and nothing speaks against it.
constexpr bool is_well(Phase phase) noexcept {
  return phase == Phase::warming || phase == Phase::serving;
}

/// The live half of a target, shared by control and workers; outlives every snapshot and every
/// reload that keeps the target. Counted by hand, because a Lease holds one for each exchange.
///
/// Threads: the const members never change. Workers write `in_flight`, the counts and what they
/// measure; `is_draining` is written by control; `is_suspended` is set by both and cleared by
/// control. Order of the drain's proof: control sets
/// `is_draining` before it publishes the snapshot without the target; a worker that drops its last
/// lease after having adopted that snapshot sees the flag (the post is the happens-before).
struct TargetState {
  TargetState(TargetSlot slot_, ServiceSlot service_slot_, std::string service_, std::string id_,
              std::string url_, const Endpoint& endpoint_ = {}, std::string address_ = {})
      : slot(slot_),
        service_slot(service_slot_),
        service(std::move(service_)),
        id(std::move(id_)),
        url(std::move(url_)),
        address(std::move(address_)),
        endpoint(endpoint_),
        cookie_values(balancer::cookie_values(url, address)) {}

  const TargetSlot slot;
  const ServiceSlot service_slot;
  const std::string service;
  const std::string id;              ///< unique within the service
  const std::string url;             ///< "http://10.0.0.5:3000"
  const std::string address;         ///< "10.0.0.5" of a name's; empty: the URL says it
  const Endpoint endpoint;           ///< where it is
  const CookieValues cookie_values;  ///< in sticky cookies

  alignas(64) std::atomic<std::uint32_t> in_flight{0};  ///< leases held, all workers
  std::atomic<bool> is_draining{false};
  /// Not picked while another target can be: a connect failed. Set by the worker that saw it (so
  /// that nobody else waits for the same black hole), cleared by control.
  std::atomic<bool> is_suspended{false};
  std::atomic<std::uint64_t> requests{0};  ///< leases ever taken, those of mirrors included
  std::atomic<std::uint32_t> upgrades{0};  ///< leases held by upgraded connections
  std::atomic<std::uint32_t> finished_while_draining{0};
  std::atomic<std::uint32_t> cut{0};  ///< exchanges ended by force when a drain's time was up
  FailureWindow failures;             ///< of services with passive checks only
  ResponseTime response_time;         ///< of services with leasttime only

 private:
  mutable std::atomic<std::uint32_t> references_{0};
  friend void intrusive_ptr_add_ref(const TargetState* state) noexcept {
    state->references_.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(const TargetState* state) noexcept {
    if (state->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete state;
  }
};

using TargetRef = boost::intrusive_ptr<TargetState>;

}  // namespace gapura::balancer
