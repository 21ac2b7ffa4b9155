#include "admin/api.h"

#include <ctime>
#include <utility>

#include "admin/guard.h"
#include "admin/hook_auth.h"
#include "admin/rest/dispatch.h"
#include "admin/rest/parts.h"
#include "admin/rest/reply.h"
#include "base/log.h"

namespace gapura::admin {
namespace net = boost::asio;

namespace {

constexpr Milliseconds kExpiryPause{10'000};  // of an expiry that could not be saved

HookScope every_hook() {
  using conf::HookRoute;
  HookScope scope;
  scope.serves = {HookRoute::scale, HookRoute::update_servers, HookRoute::alerts, HookRoute::sd};
  return scope;
}

/// What was wrong with a change of ours; empty: nothing.
std::string fault_of(const Changes::Outcome& outcome) {
  if (const auto* refusal = std::get_if<balancer::Refusal>(&outcome)) return refusal->message;
  const auto* error = std::get_if<std::error_code>(&outcome);
  return error == nullptr ? std::string() : "it cannot be made durable: " + error->message();
}

net::awaitable<Response> serve(ApiParts& parts, Request request) {
  if (Hooks::route_of(request.path)) {
    HookScope scope = every_hook();
    co_return co_await parts.hooks.answer(std::move(request), std::move(scope));
  }
  auto found = find_operation(operations(), std::move(request));
  if (auto* refusal = std::get_if<Response>(&found)) co_return std::move(*refusal);
  auto& [operation, call] = std::get<Found>(found);
  co_return co_await operation->serve(parts, std::move(call));
}

}  // namespace

Api::Api(balancer::Registry& registry, Settings settings, Doors doors)
    : parts_(std::make_shared<ApiParts>(registry, std::move(settings), std::move(doors))) {}
Api::~Api() = default;

net::awaitable<Response> Api::answer(Request request) {
  const auto parts = parts_;  // a local of this frame: lives as long as what it awaits
  Response response = co_await serve(*parts, std::move(request));
  if (!has_version(response)) set_version(response, parts->registry.version());
  co_return response;
}

net::awaitable<Response> Api::answer_guarded(Guard& guard, Request request) {
  const auto parts = parts_;
  if (auto refusal = guard.refuse(request, Clock::now())) {
    parts->hooks.counts().add(request.path, refusal->status);
    set_version(*refusal, parts->registry.version());
    co_return *std::move(refusal);
  }
  Audit::Entry entry = parts->audit.begin(request, guard.who(request));
  Response response = co_await answer(std::move(request));
  co_await parts->audit.end(std::move(entry), response.status);
  co_return response;
}

net::awaitable<Response> Api::answer_hook(HookAuth& auth, const HookScope& scope, Request request) {
  const auto parts = parts_;
  const std::int64_t unix_s = std::time(nullptr);
  if (auto refusal = auth.refuse(request, Clock::now(), unix_s)) {
    parts->hooks.counts().add(request.path, refusal->status);
    co_return *std::move(refusal);
  }
  HookScope served = scope;
  Audit::Entry entry = parts->audit.begin(request, auth.who(request));
  Response response = co_await parts->hooks.answer(std::move(request), std::move(served));
  co_await parts->audit.end(std::move(entry), response.status);
  co_return response;
}

net::awaitable<std::string> Api::change(std::function<balancer::Proposal()> propose) {
  const auto parts = parts_;
  Audit::Entry entry = parts->audit.begin_own("autoscaler");
  auto making = parts->changes.make(std::move(propose), entry.trace);
  const Changes::Outcome outcome = co_await std::move(making);
  co_await parts->audit.end_own(std::move(entry));
  co_return fault_of(outcome);
}

net::awaitable<void> Api::expire() {
  const auto parts = parts_;
  if (std::exchange(parts->is_expiring, true)) co_return;
  /// Over on every way out.
  struct Turn {
    ApiParts& parts;
    ~Turn() { parts.is_expiring = false; }
  };
  const Turn turn{*parts};
  const auto expired = parts->registrations.expired(parts->registry.overlay(), Clock::now());
  for (const TargetName& name : expired) {
    std::function<balancer::Proposal()> propose = [&parts, &name]() -> balancer::Proposal {
      // It may have been renewed while this waited for its turn.
      if (!parts->registrations.is_expired(name, Clock::now())) return parts->registry.overlay();
      return parts->registry.propose_remove(name.service, name.id);
    };
    Audit::Entry entry = parts->audit.begin_own("expiry");
    auto making = parts->changes.make(std::move(propose), entry.trace);
    const Changes::Outcome outcome = co_await std::move(making);
    co_await parts->audit.end_own(std::move(entry));
    const std::string fault = fault_of(outcome);
    const auto* applied = std::get_if<Applied>(&outcome);
    if (applied != nullptr && !applied->has_changed) continue;
    if (fault.empty()) {
      log::info("target {} of {} did not renew its registration: it is drained and removed",
                name.id, name.service);
      continue;
    }
    log::error("target {} of {} did not renew its registration, and cannot be removed: {}", name.id,
               name.service, fault);
    parts->registrations.renew(name, kExpiryPause, Clock::now());
  }
}

void Api::tell(const Happening& what) {
  parts_->events.add(what);
}
void Api::on_event(const balancer::Event& event) {
  parts_->waits.on_event(event);
}
void Api::on_adopted() {
  parts_->changes.on_adopted();
}
void Api::on_scaling() {
  parts_->hooks.look();
}
std::vector<metrics::Reading> Api::readings() const {
  return parts_->hooks.counts().readings();
}

}  // namespace gapura::admin
