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
  if (out.in_flight_max == 0) {
    balancer.reader().warn(queue->value().place, queue->value().path,
                           "is not used: without maxInFlight nothing waits");
  }
}

}  // namespace gapura::conf
