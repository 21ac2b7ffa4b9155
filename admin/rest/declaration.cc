#include "admin/rest/declaration.h"

#include <algorithm>
#include <boost/json.hpp>
#include <list>

#include "admin/body.h"
#include "admin/json.h"
#include "admin/problem_reply.h"
#include "admin/query.h"
#include "admin/rest/drains.h"
#include "admin/rest/entity_tag.h"
#include "admin/rest/parts.h"
#include "admin/rest/reply.h"
#include "balancer/proposals.h"
#include "base/log.h"
#include "base/plural.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace json = boost::json;
using balancer::Missing;
using balancer::NewTarget;
using balancer::Phase;
using balancer::Proposal;
using balancer::TargetView;

namespace {

/// One declaration under way.
struct Declaration {
  ApiParts& parts;
  const Call& call;
  const std::vector<NewTarget> targets;
  const DrainQuery query;
  const TimePoint deadline;
  std::vector<std::string> newcomers{};   ///< ids
  std::list<DrainWaits::Wait> leavers{};  ///< begun before they drain, so that no end is missed
  std::vector<std::string> leaver_ids{};  ///< of these
  bool is_first = true;                   ///< conditions hold for what was there at first

  Proposal propose(Missing missing);
  void note_newcomers(const balancer::ServiceView& before);
  void note_leavers(const balancer::ServiceView& before);
  std::vector<const TargetView*> without_use(const balancer::ServiceView& now) const;
  net::awaitable<Changes::Outcome> make(Missing missing);
  net::awaitable<std::optional<Response>> wait_for_newcomers();
  net::awaitable<Response> wait_for_leavers();
  Response reply(json::array removed) const;
};

bool leaves(const TargetView& target) {
  return !target.is_drained && (target.phase == Phase::draining || target.phase == Phase::gone);
}

Proposal Declaration::propose(Missing missing) {
  const auto before = parts.registry.service(call.service(), Clock::now());
  if (std::exchange(is_first, false)) {
    if (auto refusal = condition_failure(call.request, tag_of(before))) return *std::move(refusal);
    if (before) note_newcomers(*before);
  }
  if (before && missing == Missing::leave) note_leavers(*before);
  return parts.registry.propose_declare(call.service(), targets, missing);
}

void Declaration::note_newcomers(const balancer::ServiceView& before) {
  for (const NewTarget& target : targets) {
    const auto is_it = [&target](const TargetView& one) {
      return one.listed_id == target.id && one.url == target.server.url.to_string() && !leaves(one);
    };
    if (std::ranges::none_of(before.targets, is_it)) newcomers.push_back(target.id);
  }
}

void Declaration::note_leavers(const balancer::ServiceView& before) {
  for (const TargetView& one : before.targets) {
    const bool is_declared =
        std::ranges::find(targets, one.listed_id, &NewTarget::id) != targets.end();
    const bool stays = is_declared || balancer::is_of_its_own(one.origin, one.ttl);
    if (stays || leaves(one)) continue;
    leavers.emplace_back(parts.waits, one.service, one.id);
    leaver_ids.push_back(one.id);
  }
}

/// Newcomers of which nothing is used yet.
std::vector<const TargetView*> Declaration::without_use(const balancer::ServiceView& now) const {
  std::vector<const TargetView*> out;
  for (const std::string& id : newcomers) {
    const TargetView* idle = nullptr;
    bool has_use = false;
    for (const TargetView& one : now.targets) {
      if (one.listed_id != id || leaves(one)) continue;
      has_use = has_use || is_well(one.phase) || one.is_drained;
      idle = &one;
    }
    if (!has_use && idle != nullptr) out.push_back(idle);
  }
  return out;
}

net::awaitable<Changes::Outcome> Declaration::make(Missing missing) {
  std::function<Proposal()> asked = [this, missing] { return propose(missing); };
  co_return co_await parts.changes.make(std::move(asked), call.request.trace);
}

/// Nothing when all newcomers are used; else the answer, and nobody drains.
net::awaitable<std::optional<Response>> Declaration::wait_for_newcomers() {
  std::function<bool()> are_used = [this] {
    const auto now = parts.registry.service(call.service(), Clock::now());
    return !now || without_use(*now).empty();
  };
  const auto departure = call.request.departure;
  const Waited waited = co_await parts.waits.until(std::move(are_used), departure, deadline);
  if (waited == Waited::met) co_return std::nullopt;
  const std::string rest = "; nothing was taken out yet";
  if (waited == Waited::departed) {
    co_return problem_reply(503, "the wait for the newcomers was ended" + rest);
  }
  const auto now = parts.registry.service(call.service(), Clock::now());
  std::vector<BodyFault> missing;
  for (const TargetView* one : without_use(*now)) {
    missing.push_back({std::string(balancer::to_string(one->phase)) + ": " + one->reason, one->id});
  }
  const std::string who = counted(missing.size(), "newcomer");
  co_return problem_reply(504, who + " did not come to serve in time" + rest, missing);
}

net::awaitable<Response> Declaration::wait_for_leavers() {
  json::array removed;
  std::vector<BodyFault> missing;
  std::optional<Response> failed;
  auto id = leaver_ids.begin();
  for (DrainWaits::Wait& wait : leavers) {
    const auto departure = call.request.departure;
    const DrainWaits::Ending ending = co_await wait.end(departure, deadline);
    if (ending.kind == DrainWaits::Ending::Kind::gone) {
      removed.push_back(to_json(ending.result, {call.service(), *id}));
    } else if (ending.kind == DrainWaits::Ending::Kind::timed_out) {
      missing.push_back({"draining: it is not empty yet", *id});
    } else if (!failed) {
      failed = unfinished_reply(ending.kind, *id);
    }
    ++id;
  }
  if (failed) co_return *std::move(failed);
  if (!missing.empty()) {
    const std::string who = counted(missing.size(), "target");
    co_return problem_reply(
        504, "the newcomers serve, but " + who + " did not become empty in time", missing);
  }
  co_return reply(std::move(removed));
}

Response Declaration::reply(json::array removed) const {
  const auto now = parts.registry.service(call.service(), Clock::now());
  json::object object;
  object["added"] = json::array(newcomers.begin(), newcomers.end());
  object["removed"] = std::move(removed);
  object["targets"] =
      now ? to_json(*now, std::chrono::system_clock::now()).at("targets") : json::array();
  Response response = json_reply(200, object);
  set_tag(response, call.request, tag_of(now));
  return response;
}

}  // namespace

net::awaitable<Response> declare_targets(ApiParts& parts, Call call) {
  const auto query = read_declare_query(call.query);
  if (auto refusal = refusal_of(query)) co_return *std::move(refusal);
  auto read = read_targets(call.body);
  if (auto refusal = refusal_of(read)) co_return *std::move(refusal);
  auto& wanted = std::get<WantedTargets>(read);
  if (!wanted.is_list) co_return problem_reply(400, "the body must be an array of all targets");
  const auto& asked = std::get<DrainQuery>(query);
  const TimePoint deadline = asked.timeout ? Clock::now() + *asked.timeout : Condition::kNever;
  Declaration declaration{parts, call, std::move(wanted.targets), asked, deadline};

  if (asked.is_waiting) {
    const Changes::Outcome joined = co_await declaration.make(Missing::stay);
    if (auto failed = failure_of(joined)) co_return *std::move(failed);
    auto failed = co_await declaration.wait_for_newcomers();
    if (failed) co_return *std::move(failed);
  }
  const Changes::Outcome outcome = co_await declaration.make(Missing::leave);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  log::info("admin: {} declared {} of {}: {} joined, {} left", call.request.peer,
            counted(declaration.targets.size(), "target"), call.service(),
            declaration.newcomers.size(), declaration.leaver_ids.size());
  Response response;
  if (asked.is_waiting) {
    response = co_await declaration.wait_for_leavers();
  } else {
    json::array removed;
    for (const std::string& id : declaration.leaver_ids) {
      json::object one;
      one["id"] = id;
      removed.push_back(std::move(one));
    }
    response = declaration.reply(std::move(removed));
  }
  set_version(response, applied.version);
  co_return response;
}

}  // namespace gapura::admin
