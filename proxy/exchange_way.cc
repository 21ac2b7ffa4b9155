// Services over services in an exchange: which way the request goes, and that it goes another one
// when the answer is not for the client.
#include "balancer/failover.h"
#include "balancer/standing.h"
#include "proxy/client_connection.h"
#include "proxy/exchange.h"
#include "proxy/journey.h"
#include "proxy/worker.h"

namespace gapura::proxy {

const balancer::Service& Exchange::follow(const balancer::Snapshot& snapshot,
                                          const balancer::Service& start,
                                          const balancer::PickRequest& wanted, bool has_turn) {
  if (!journey_) journey_ = std::make_unique<Journey>(worker_.buffers(), worker_.kept_budget());
  balancer::Ways& ways = worker_.ways();
  if (has_turn) {
    // It waits in this service's line: to choose once more would take a turn from another request.
    const balancer::Service* waited_for = ways.find(snapshot, terms_.slot);
    if (waited_for != nullptr && !waited_for->targets.empty()) return *waited_for;
  }
  balancer::Way& way = journey_->way;
  // What is spoken on an upgraded connection cannot be mirrored.
  way.are_mirrors_chosen = way.are_mirrors_chosen || facts_.has_upgrade;
  const balancer::Service& service = ways.follow(snapshot, start, wanted, journey_->fallen, way);
  for (const ServiceSlot slot : way.failovers()) {
    const balancer::Service* over = ways.find(snapshot, slot);
    keep_body(std::get<balancer::Failover>(over->composite).body_bytes_max);
  }
  for (const balancer::MirrorWanted& mirror : way.mirrors) {
    if (mirror.with_body) keep_body(mirror.body_bytes_max);
  }
  return service;
}

/// The request's body may be needed again, if it has no more than `bytes_max`.
void Exchange::keep_body(std::uint64_t bytes_max) {
  const bool is_too_long =
      facts_.framing.kind == BodyKind::length && facts_.framing.length > bytes_max;
  if (is_too_long || facts_.framing.kind == BodyKind::none) return;
  journey_->body.allow(bytes_max);
  if (!upload_.has_begun()) upload_.keep_in(&journey_->body);
}

/// What was read of the request's body so far is at hand.
bool Exchange::has_kept_body() {
  return journey_ && upload_.is_kept() && journey_->body.is_whole();
}

/// The response's head says `status`. True: it is not for the client, the fallback is to answer,
/// and it can, because what has left of the request can be sent again.
bool Exchange::falls_back(unsigned status) {
  if (!journey_ || is_last_attempt()) return false;
  // Chunks that were decoded in place cannot be read once more.
  const bool is_in_buffer = !upload_.has_read() && facts_.framing.kind != BodyKind::chunked;
  if (!is_in_buffer && !has_kept_body()) return false;
  const balancer::Snapshot& snapshot = worker_.snapshot();
  const auto slots = journey_->way.failovers();
  for (std::size_t i = slots.size(); i-- > 0;) {
    const balancer::Service* over = worker_.ways().find(snapshot, slots[i]);
    const auto* failover = over ? std::get_if<balancer::Failover>(&over->composite) : nullptr;
    if (failover == nullptr || !balancer::is_unwanted(*failover, status)) continue;
    if (upload_.payload_bytes() > failover->body_bytes_max) continue;
    if (facts_.framing.kind == BodyKind::length &&
        facts_.framing.length > failover->body_bytes_max) {
      continue;
    }
    const balancer::Service& fallback = snapshot.services[failover->fallback];
    // Rather this answer than none.
    if (standing(snapshot, fallback, {}) != balancer::Standing::good) continue;
    return journey_->fallen.add(slots[i]);
  }
  return false;
}

/// The client has its answer: now the mirrors may have the request.
void Exchange::send_mirrors() {
  if (journey_->way.mirrors.empty()) return;
  CleanPath& path = worker_.path();
  const RequestHead& request = head();
  path.set(request.path_query);
  const bool has_body = facts_.framing.kind != BodyKind::none;
  const bool has_all = upload_whole_ && has_kept_body();
  const std::span<const char> body = has_all ? journey_->body.bytes() : std::span<const char>{};
  Mirrors::Request copy{.head = request,
                        .rendering = {.path_query = path.path_query()},
                        .forwarding = forwarding(),
                        .body = {},
                        .pick = {.request = {.method = request.method,
                                             .host = request.authority,
                                             .path = path.routing(),
                                             .fields = request.fields.all()},
                                 .client_address = client_.peer_address(),
                                 .now = Clock::now()}};
  for (const balancer::MirrorWanted& mirror : journey_->way.mirrors) {
    copy.body = {};
    if (has_body && mirror.with_body) {
      if (!has_all || body.size() > mirror.body_bytes_max) {
        worker_.shard().mirrors_dropped.add();
        continue;
      }
      copy.body = body;
    }
    if (has_body) copy.rendering.own_length = copy.body.size();
    worker_.mirrors().send(mirror.service, copy);
  }
}

}  // namespace gapura::proxy
