#include "proxy/health_checker.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <map>
#include <utility>

#include "proxy/health_probe.h"

namespace gapura::proxy {
namespace {

namespace asio = boost::asio;

/// How often one that joins is asked: it is wanted, and has to wait for nobody else.
constexpr Milliseconds kJoiningInterval{1'000};

/// Between two checks of the target, as its configuration and its phase ask for now.
Milliseconds interval_of(const balancer::CheckedTarget& target) {
  const Milliseconds whole =
      target.is_well ? target.check->interval : target.check->unhealthy_interval;
  return target.is_joining ? std::min(whole, kJoiningInterval) : whole;
}

}  // namespace

/// What ends after stop() finds nothing: it is held weakly.
struct HealthChecker::Checks : std::enable_shared_from_this<Checks> {
  struct Check {
    TimePoint due{};
    bool is_running = false;
    bool is_wanted = true;
  };

  Checks(asio::io_context& loop_, Settings settings_)
      : loop(loop_), settings(std::move(settings_)), timer(loop_) {}

  void look();
  void begin(const balancer::CheckedTarget& target, Check& check);
  void end(const balancer::TargetRef& target, const balancer::ProbeResult& result);

  asio::io_context& loop;
  Settings settings;
  asio::steady_timer timer;
  std::map<balancer::TargetRef, Check> all;
};

HealthChecker::HealthChecker(asio::io_context& loop, Settings settings)
    : checks_(std::make_shared<Checks>(loop, std::move(settings))) {}

HealthChecker::~HealthChecker() = default;

void HealthChecker::start() {
  checks_->look();
}

void HealthChecker::stop() {
  checks_.reset();
}

Milliseconds jittered(Milliseconds interval, double jitter) noexcept {
  const double share = 1.0 - 0.1 * std::clamp(jitter, 0.0, 1.0);
  return Milliseconds(
      static_cast<Milliseconds::rep>(static_cast<double>(interval.count()) * share));
}

void HealthChecker::Checks::look() {
  const TimePoint now = Clock::now();
  for (auto& [target, check] : all) check.is_wanted = false;
  for (const balancer::CheckedTarget& target : settings.targets()) {
    Check& check = all[target.target];
    check.is_wanted = true;
    // An interval that has become shorter counts at once. Whole: what the jitter took off was taken
    // when the check began, and looking again must not take off more.
    check.due = std::min(check.due, now + interval_of(target));
    if (!check.is_running && check.due <= now) begin(target, check);
  }
  std::erase_if(all, [](const auto& entry) { return !entry.second.is_wanted; });
  timer.expires_after(settings.look_every);
  timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->look();
  });
}

void HealthChecker::Checks::begin(const balancer::CheckedTarget& target, Check& check) {
  check.is_running = true;
  check.due = Clock::now() + jittered(interval_of(target), settings.jitter());
  auto asking = ask_target(loop, target.endpoint, *target.url, *target.check);
  asio::co_spawn(loop, std::move(asking),
                 [weak = weak_from_this(), target = target.target](const std::exception_ptr& error,
                                                                   balancer::ProbeResult result) {
                   if (error) result.fault = "it could not be asked";
                   if (const auto self = weak.lock()) self->end(target, result);
                 });
}

void HealthChecker::Checks::end(const balancer::TargetRef& target,
                                const balancer::ProbeResult& result) {
  const auto found = all.find(target);
  if (found == all.end()) return;
  found->second.is_running = false;
  settings.checked(target, result);
}

}  // namespace gapura::proxy
