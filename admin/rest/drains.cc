#include "admin/rest/drains.h"

#include <array>
#include <boost/json.hpp>
#include <cstdio>

#include "admin/json.h"
#include "admin/problem_reply.h"
#include "admin/query.h"
#include "admin/rest/entity_tag.h"
#include "admin/rest/parts.h"
#include "admin/rest/reply.h"
#include "admin/rest/targets.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;
using balancer::Proposal;

namespace {

enum class Leave { for_good, drained };

std::string seconds_text(Milliseconds time) {
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%.1fs", static_cast<double>(time.count()) / 1000);
  return {text.data(), static_cast<std::size_t>(size)};
}

Proposal propose_leave(const ApiParts& parts, const Call& call, Leave leave) {
  const TargetName name = call.target();
  const auto found = find_targets(parts.registry, name.service, name.id, Clock::now());
  if (auto refusal = condition_failure(call.request, tag_of(found))) return *std::move(refusal);
  return leave == Leave::for_good ? parts.registry.propose_remove(name.service, name.id)
                                  : parts.registry.propose_drain(name.service, name.id);
}

net::awaitable<Response> take_out(ApiParts& parts, Call call, Leave leave) {
  const auto read = read_drain_query(call.query);
  if (auto refusal = refusal_of(read)) co_return *std::move(refusal);
  const auto& query = std::get<DrainQuery>(read);
  const TargetName name = call.target();
  const TimePoint began = Clock::now();

  DrainWaits::Wait wait(parts.waits, name.service, name.id);
  std::function<Proposal()> propose = [&parts, &call, leave] {
    return propose_leave(parts, call, leave);
  };
  const Changes::Outcome outcome =
      co_await parts.changes.make(std::move(propose), call.request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  if (applied.has_changed) {
    log::info("admin: {} {} target {} of {}", call.request.peer,
              leave == Leave::for_good ? "removed" : "drains", name.id, name.service);
  }
  if (query.limit) {
    log::info("admin: {} lets target {} of {} drain for {} at most", call.request.peer, name.id,
              name.service, seconds_text(*query.limit));
    parts.registry.limit_drain(name.service, name.id, *query.limit, Clock::now());
  }
  if (!query.is_waiting) co_return target_reply(parts, call, 200, applied.version);

  const TimePoint deadline = query.timeout ? began + *query.timeout : Condition::kNever;
  const auto departure = call.request.departure;
  const DrainWaits::Ending ending = co_await wait.end(departure, deadline);
  const bool is_gone = ending.kind == DrainWaits::Ending::Kind::gone;
  Response response = is_gone ? json_reply(200, to_json(ending.result, name))
                              : unfinished_reply(ending.kind, name.id);
  set_version(response, applied.version);
  co_return response;
}

}  // namespace

json::object to_json(const balancer::DrainResult& result, const TargetName& target) {
  json::object object;
  object["drained"] = true;
  object["service"] = target.service;
  object["id"] = target.id;
  object["took"] = seconds_text(result.took);
  object["tookSeconds"] = static_cast<double>(result.took.count()) / 1000;
  object["finished"] = result.finished;
  object["cut"] = result.cut;
  return object;
}

Response unfinished_reply(DrainWaits::Ending::Kind kind, const std::string& id) {
  using Kind = DrainWaits::Ending::Kind;
  if (kind == Kind::cancelled) {
    return problem_reply(409, "the drain of " + id + " was cancelled: it serves again");
  }
  if (kind == Kind::departed) {
    return problem_reply(503, "the wait was ended; the drain of " + id + " goes on");
  }
  return problem_reply(504, id + " is not empty yet; its drain goes on");
}

net::awaitable<Response> remove_target(ApiParts& parts, Call call) {
  return take_out(parts, std::move(call), Leave::for_good);
}

net::awaitable<Response> drain_target(ApiParts& parts, Call call) {
  return take_out(parts, std::move(call), Leave::drained);
}

net::awaitable<Response> undrain_target(ApiParts& parts, Call call) {
  const TargetName name = call.target();
  std::function<Proposal()> propose = [&parts, &call, &name]() -> Proposal {
    const auto found = find_targets(parts.registry, name.service, name.id, Clock::now());
    if (auto refusal = condition_failure(call.request, tag_of(found))) return *std::move(refusal);
    return parts.registry.propose_undrain(name.service, name.id);
  };
  const Changes::Outcome outcome =
      co_await parts.changes.make(std::move(propose), call.request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  if (applied.has_changed) {
    log::info("admin: {} lets target {} of {} serve again", call.request.peer, name.id,
              name.service);
  }
  co_return target_reply(parts, call, 200, applied.version);
}

}  // namespace gapura::admin
