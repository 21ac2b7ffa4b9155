// Limits of a service's targets, and what becomes of requests above them: maxInFlight and queue.
#include "conf/dynamic_parts.h"

namespace gapura::conf {

void read_queue(yaml::Section& balancer, ServiceConfig& out) {
  constexpr std::int64_t kMost = 1'000'000;
  out.in_flight_max =
      static_cast<std::uint32_t>(balancer.integer("maxInFlight", 0, kMost).value_or(0));
  auto queue = balancer.section("queue");
  if (!queue) return;
  const auto length = queue->integer("maxLength", 0, kMost);
  if (length) out.queue_length_max = static_cast<std::uint32_t>(*length);
  queue->read("timeout", out.queue_timeout);
  if (out.queue_timeout == Milliseconds(0)) {
    const auto found = queue->find("timeout");
    balancer.reader().error(found->place, found->path,
                            "must be above 0; with maxLength: 0 nothing waits");
  }
  queue->finish();
}

void settle_queue(yaml::Section& balancer, ServiceConfig& out) {
  // A process is there in seconds, a machine in a minute or two: whoever waits longer than this
  // has left.
  constexpr Milliseconds kTimeoutAtZero{30'000};
  const bool waits_at_zero = out.autoscale && out.autoscale->min == 0;
  auto queue = balancer.section("queue");
  if (waits_at_zero && !(queue && queue->find("timeout"))) out.queue_timeout = kTimeoutAtZero;
  if (!queue || waits_at_zero || out.in_flight_max != 0) return;
  balancer.reader().warn(queue->value().place, queue->value().path,
                         "is not used: without maxInFlight, and unless the service scales from "
                         "zero (autoscale.min: 0), nothing waits");
}

}  // namespace gapura::conf
