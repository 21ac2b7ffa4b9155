#include "admin/target_commands.h"

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "admin/json.h"
#include "admin/location.h"
#include "admin/problem_reply.h"
#include "admin/query.h"
#include "base/ascii.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;
using balancer::Proposal;
using balancer::Refusal;

namespace {

unsigned status_of(Refusal::Kind kind) {
  switch (kind) {
    case Refusal::Kind::no_such_service:
    case Refusal::Kind::no_such_target: return 404;
    case Refusal::Kind::already_exists: return 409;
    case Refusal::Kind::bad_request: return 400;
  }
  return 400;
}

/// curl -d sends the form type for JSON too; a web page's other types need no permission of the
/// browser, so they are not taken.
bool is_json_type(std::string_view content_type) {
  const std::string type = to_lower(trim_ows(content_type.substr(0, content_type.find(';'))));
  return type.empty() || type == "application/json" || type.ends_with("+json") ||
         type == "application/x-www-form-urlencoded";
}

std::string seconds_text(Milliseconds time) {
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%.1fs", static_cast<double>(time.count()) / 1000);
  return {text.data(), static_cast<std::size_t>(size)};
}

Response json_reply(unsigned status, const boost::json::value& value) {
  Response response;
  response.status = status;
  response.body = to_text(value);
  return response;
}

Response reply_of(const DrainWaits::Ending& ending, const TargetName& target) {
  using Kind = DrainWaits::Ending::Kind;
  switch (ending.kind) {
    case Kind::gone: break;
    case Kind::cancelled:
      return problem_reply(409, "the drain of " + target.id + " was cancelled: it serves again");
    case Kind::departed:
      return problem_reply(503, "the wait was ended; the drain of " + target.id + " goes on");
    case Kind::timed_out:
      return problem_reply(504, target.id + " is not empty yet; its drain goes on");
  }
  boost::json::object object;
  object["drained"] = true;
  object["service"] = target.service;
  object["id"] = target.id;
  object["took"] = seconds_text(ending.result.took);
  object["tookSeconds"] = static_cast<double>(ending.result.took.count()) / 1000;
  object["finished"] = ending.result.finished;
  object["cut"] = ending.result.cut;
  return json_reply(200, object);
}

}  // namespace

std::optional<Response> failure_of(const Changes::Outcome& outcome) {
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    return problem_reply(status_of(refusal->kind), refusal->message);
  }
  if (const auto* failed = std::get_if<std::error_code>(&outcome)) {
    log::error("a change by API could not be saved, nothing was changed: {}", failed->message());
    const bool is_full = *failed == std::errc::no_space_on_device ||
                         *failed == std::error_code(EDQUOT, std::generic_category());
    return problem_reply(is_full ? 507 : 500,
                         "the change could not be saved, so nothing was "
                         "changed: " +
                             failed->message());
  }
  if (std::get<Applied>(outcome).is_adopted) return std::nullopt;
  return problem_reply(503, "the change is made and saved, but not every worker has it yet");
}

void set_version(Response& response, Version version) {
  response.fields.emplace_back("X-Gapura-Version",
                               std::to_string(static_cast<std::uint64_t>(version)));
}

net::awaitable<Response> TargetCommands::add(Request request, std::string service) {
  if (!is_json_type(request.content_type)) {
    co_return problem_reply(415, "send JSON (Content-Type: application/json)");
  }
  const auto read = read_targets(request.body);
  if (const auto* fault = std::get_if<BodyFault>(&read)) {
    co_return problem_reply(400, fault->message, fault->field);
  }
  const auto& wanted = std::get<WantedTargets>(read);
  std::function<Proposal()> propose = [this, &service, &wanted] {
    return registry_.propose_add(service, wanted.targets);
  };
  const Changes::Outcome outcome = co_await changes_.make(std::move(propose), request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);

  const Applied applied = std::get<Applied>(outcome);
  boost::json::array shown;
  for (const balancer::NewTarget& one : wanted.targets) {
    log::info("admin: {} added target {} ({}) to {}", request.peer, one.id,
              one.server.url.to_string(), service);
    for (const auto& view : find_targets(registry_, service, one.id, Clock::now())) {
      shown.push_back(to_json(view, std::chrono::system_clock::now()));
    }
  }
  const bool is_one = !wanted.is_list && shown.size() == 1;
  Response response = json_reply(applied.has_changed ? 201 : 200,
                                 is_one ? shown.front() : boost::json::value(shown));
  set_version(response, applied.version);
  if (is_one) {
    response.fields.emplace_back("Location", "/api/v1/services/" + percent_encode(service) +
                                                 "/targets/" +
                                                 percent_encode(wanted.targets.front().id));
  }
  co_return response;
}

net::awaitable<Response> TargetCommands::remove(Request request, TargetName target) {
  return take_out(std::move(request), std::move(target), Leave::for_good);
}

net::awaitable<Response> TargetCommands::drain(Request request, TargetName target) {
  return take_out(std::move(request), std::move(target), Leave::drained);
}

net::awaitable<Response> TargetCommands::take_out(Request request, TargetName target, Leave leave) {
  const auto read = read_wait_query(request.query);
  if (const auto* fault = std::get_if<QueryFault>(&read)) {
    co_return problem_reply(400, fault->message, fault->name);
  }
  if (!is_no_body(request.body)) co_return problem_reply(400, "no body is expected here");
  const auto& query = std::get<WaitQuery>(read);
  const TimePoint began = Clock::now();

  DrainWaits::Wait wait(waits_, target.service, target.id);
  std::function<Proposal()> propose = [this, &target, leave] {
    return leave == Leave::for_good ? registry_.propose_remove(target.service, target.id)
                                    : registry_.propose_drain(target.service, target.id);
  };
  const Changes::Outcome outcome = co_await changes_.make(std::move(propose), request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  if (applied.has_changed) {
    log::info("admin: {} {} target {} of {}", request.peer,
              leave == Leave::for_good ? "removed" : "drains", target.id, target.service);
  }
  if (!query.is_waiting) co_return show(target, applied.version);

  const TimePoint deadline = query.timeout ? began + *query.timeout : Condition::kNever;
  const DrainWaits::Ending ending = co_await wait.end(request.departure, deadline);
  Response response = reply_of(ending, target);
  set_version(response, applied.version);
  co_return response;
}

net::awaitable<Response> TargetCommands::undrain(Request request, TargetName target) {
  if (!is_no_body(request.body)) co_return problem_reply(400, "no body is expected here");
  std::function<Proposal()> propose = [this, &target] {
    return registry_.propose_undrain(target.service, target.id);
  };
  const Changes::Outcome outcome = co_await changes_.make(std::move(propose), request.trace);
  if (auto failed = failure_of(outcome)) co_return *std::move(failed);
  const Applied applied = std::get<Applied>(outcome);
  if (applied.has_changed) {
    log::info("admin: {} lets target {} of {} serve again", request.peer, target.id,
              target.service);
  }
  co_return show(target, applied.version);
}

Response TargetCommands::show(const TargetName& target, Version version) const {
  const auto found = find_targets(registry_, target.service, target.id, Clock::now());
  boost::json::object gone;
  gone["id"] = target.id;
  gone["state"] = balancer::to_string(balancer::Phase::gone);
  const boost::json::value shown =
      found.empty() ? gone : to_json(found, std::chrono::system_clock::now());
  Response response = json_reply(200, shown);
  set_version(response, version);
  return response;
}

}  // namespace gapura::admin
