#include "autoscale/service_scaler.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <utility>

#include "autoscale/decide/decide.h"
#include "autoscale/decide/record.h"
#include "autoscale/fleet/instance_name.h"
#include "autoscale/net/http_client.h"

namespace gapura::autoscale {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kChangesKept = 100;
constexpr Milliseconds kUnknownBoot{30'000};

bool is_acting(const conf::Autoscale& policy) {
  return policy.mode == conf::ScalingMode::on || policy.mode == conf::ScalingMode::up_only;
}

/// Whether instances of one are none of the other; else only times and numbers differ.
bool is_other_maker(const std::optional<conf::Provider>& a,
                    const std::optional<conf::Provider>& b) {
  if (a.has_value() != b.has_value()) return true;
  return a && (a->how != b->how || a->name_prefix != b->name_prefix);
}

}  // namespace

ServiceScaler::ServiceScaler(asio::io_context& loop, balancer::Registry& registry,
                             const Autoscaler::Settings& settings, balancer::ScaledService service)
    : loop_(loop),
      registry_(registry),
      settings_(settings),
      name_(service.name),
      slot_(service.slot),
      policy_(*service.policy),
      fleet_(new_fleet()),
      sampler_(settings.bounds_s),
      poller_(loop, http_call),
      started_(Clock::now()),
      history_(started_) {
  poller_.adopt(policy_);
  make_provider();
}

void ServiceScaler::adopt(const balancer::ScaledService& service) {
  slot_ = service.slot;
  const bool has_other_provider = is_other_maker(policy_.provider, service.policy->provider);
  // A policy that was changed in the files is wanted: what was set by hand before it has ended.
  if (policy_.mode != service.policy->mode) mode_.reset();
  policy_ = *service.policy;
  poller_.adopt(policy_);
  if (!has_other_provider) return;
  // Its instances are others, even where their ids are the same.
  fleet_ = new_fleet();
  make_provider();
}

Fleet ServiceScaler::new_fleet() {
  return Fleet([this] { return new_instance_name(policy_.provider->name_prefix); });
}

void ServiceScaler::make_provider() {
  provider_.reset();
  provider_fault_.clear();
  if (!policy_.provider) return;
  auto made = autoscale::make_provider(loop_, *policy_.provider, name_, settings_.folder);
  if (auto* fault = std::get_if<std::string>(&made)) {
    provider_fault_ = std::move(*fault);
    settings_.event({.kind = ScalingEvent::Kind::provider_failed,
                     .service = name_,
                     .message = provider_fault_});
    return;
  }
  provider_ = std::get<std::unique_ptr<Provider>>(std::move(made));
}

/// The configuration's, with what was set by hand.
conf::Autoscale ServiceScaler::policy_now() const {
  conf::Autoscale policy = policy_;
  policy.mode = mode_.value_or(policy.mode);
  if (!policy.fault.empty()) policy.mode = conf::ScalingMode::off;
  if (is_acting(policy) && !provider_) policy.mode = conf::ScalingMode::observe;
  if (provider_ && !provider_->can_stop()) policy.warm = 0;
  return policy;
}

void ServiceScaler::tick(const AlertTable& alerts, TimePoint now) {
  const auto service = registry_.service(name_, now);
  if (!service) return;
  if (now >= override_until_) {
    override_size_.reset();
    override_until_ = TimePoint::max();
  }
  const conf::Autoscale policy = policy_now();
  const Operation* const running = operations_.running();
  poller_.tick(service->targets, now);
  if (policy.provider) fleet_.observe(policy, service->targets, now);
  last_sample_ = sample(*service, alerts, now);
  history_.add(last_sample_);
  const Decision decision = decide(policy, history_, now);
  tell(decision);
  last_decision_ = decision;
  // What was not begun is no change: it would count against the limits of changes.
  Decision done = decision;
  const std::int64_t to = static_cast<std::int64_t>(done.from) + carry_out(decision, *service, now);
  done.to = static_cast<std::uint32_t>(std::max<std::int64_t>(to, 0));
  history_.add(done);
  counts_.add(decision, done.to);
  record(record_line(last_sample_, decision, done.to));
  // A step counts for one tick: what could not be begun in it is not begun later.
  if (last_sample_.step_to) operations_.give_up(decision.reason);
  tell_news();
  if (running != nullptr && running->state != Operation::State::running) tell_step(*running);
  registry_.set_retry_after(name_, retry_after_s(), now);
}

std::uint32_t ServiceScaler::unborn() const {
  std::uint32_t unborn = 0;
  for (const auto& [name, unit] : fleet_.units()) {
    if (unit.is_booting() && !unit.is_for_pool && unit.target.empty()) ++unborn;
  }
  return unborn;
}

Sample ServiceScaler::sample(const balancer::ServiceView& service, const AlertTable& alerts,
                             TimePoint now) {
  Sample sample = sampler_.take(service, settings_.load(slot_), unborn(), now, WallClock::now());
  poller_.fill(sample, now);
  const AlertTable::Votes votes = alerts.votes(name_, now);
  sample.alerts_up = votes.up;
  sample.alerts_down = votes.down;
  sample.override_size = override_size_;
  sample.is_paused = is_paused_;
  sample.step_to = std::exchange(step_to_, std::nullopt);
  return sample;
}

/// Brings the fleet to what was decided; gives by how much the size was changed now. It may be less
/// than was decided: the provider may not answer, or a fault may ask for a pause.
std::int64_t ServiceScaler::carry_out(const Decision& decision,
                                      const balancer::ServiceView& service, TimePoint now) {
  const conf::Autoscale policy = policy_now();
  if (!is_acting(policy)) return 0;
  std::uint32_t others = 0;
  for (const balancer::TargetView& target : service.targets) {
    const bool is_leaving =
        target.phase == balancer::Phase::draining || target.phase == balancer::Phase::gone;
    if (target.origin != balancer::Origin::autoscale && !is_leaving) ++others;
  }
  const auto size = [this] {
    const Fleet::Count count = fleet_.count();
    return static_cast<std::int64_t>(count.booting) + count.serving;
  };
  const std::int64_t before = size();
  const std::uint32_t wanted = decision.to > others ? decision.to - others : 0;
  const auto steps = fleet_.plan(policy, wanted, service.targets, now);
  const std::int64_t after = size();
  for (const Step& step : steps) {
    operations_.note(step);
    begin(step);
  }
  operations_.look(fleet_);
  return after - before;
}

/// Once for each change that is wanted, not at every tick that it takes.
void ServiceScaler::tell(const Decision& decision) {
  const bool is_told = last_decision_.to == decision.to && last_decision_.is_change();
  if (!decision.is_change() || is_told) return;
  changes_.push_front(decision);
  if (changes_.size() > kChangesKept) changes_.pop_back();
  settings_.event({.kind = ScalingEvent::Kind::decided,
                   .service = name_,
                   .message = decision.reason,
                   .decision = decision});
}

void ServiceScaler::tell_news() {
  for (const SignalPoller::Fault& fault : poller_.take_faults()) {
    settings_.event({.kind = ScalingEvent::Kind::signal,
                     .service = name_,
                     .message = fault.signal + ": " +
                                (fault.message.empty() ? "it answers again" : fault.message)});
  }
  for (Fleet::News& news : fleet_.take_news()) {
    ScalingEvent event{.service = name_, .instance = news.unit, .message = news.message};
    switch (news.kind) {
      case Fleet::News::Kind::created: event.kind = ScalingEvent::Kind::instance_created; break;
      case Fleet::News::Kind::gone: event.kind = ScalingEvent::Kind::instance_gone; break;
      case Fleet::News::Kind::fault: event.kind = ScalingEvent::Kind::provider_failed; break;
      case Fleet::News::Kind::up:
        event.kind = ScalingEvent::Kind::instance_up;
        if (news.took.count() == 0) break;
        history_.add_boot(news.took);
        record(boot_line(news.took));
        break;
    }
    settings_.event(event);
  }
}

/// Whoever asked for it waits for this.
void ServiceScaler::tell_step(const Operation& ended) {
  const char* const way = ended.direction == Direction::up ? "up" : "down";
  settings_.event({.kind = ScalingEvent::Kind::step_ended,
                   .service = name_,
                   .message = std::string("a step ") + way + ": " + ended.message});
}

void ServiceScaler::record(std::string line) {
  const conf::Autoscale policy = policy_now();
  if (policy.record.empty()) return;
  if (recorded_ != policy) {
    recorded_ = policy;
    settings_.record(policy.record, start_line(name_, policy, started_));
  }
  settings_.record(policy.record, std::move(line));
}

void ServiceScaler::begin(const Step& step) {
  switch (step.kind) {
    case Step::Kind::add_target:
    case Step::Kind::drain_target:
    case Step::Kind::undrain_target:
    case Step::Kind::forget_target: return change_targets(step);
    default: break;
  }
  // It keeps us alive: the provider may take its time, and the service may be gone by then.
  auto asking = ask(step);
  asio::co_spawn(loop_, std::move(asking),
                 [self = shared_from_this(), step](const std::exception_ptr& error) {
                   if (error && !self->is_stopped_) self->never_asked(step);
                 });
}

/// The call itself broke (no thread, no memory): what was begun has to end.
void ServiceScaler::never_asked(const Step& step) {
  const ProviderFault fault{.message = "the provider could not be asked"};
  const TimePoint now = Clock::now();
  counts_.add_call(step.kind, Outcome<Done>(fault));
  switch (step.kind) {
    case Step::Kind::list: return fleet_.listed(fault, now);
    case Step::Kind::create: return fleet_.created(step.unit, fault, now);
    default: return fleet_.done(step, fault, now);
  }
}

asio::awaitable<void> ServiceScaler::ask(Step step) {
  const std::shared_ptr<ServiceScaler> self = shared_from_this();
  const std::shared_ptr<Provider> provider = provider_;
  switch (step.kind) {
    case Step::Kind::list: {
      auto call = provider->list();
      auto outcome = co_await std::move(call);
      counts_.add_call(step.kind, outcome);
      if (is_heard(provider)) fleet_.listed(std::move(outcome), Clock::now());
      co_return;
    }
    case Step::Kind::create: {
      auto call = provider->create(step.unit);
      auto outcome = co_await std::move(call);
      counts_.add_call(step.kind, outcome);
      if (is_heard(provider)) fleet_.created(step.unit, std::move(outcome), Clock::now());
      co_return;
    }
    case Step::Kind::start: {
      auto call = provider->start(step.instance);
      auto outcome = co_await std::move(call);
      counts_.add_call(step.kind, outcome);
      if (is_heard(provider)) fleet_.done(step, outcome, Clock::now());
      co_return;
    }
    case Step::Kind::stop: {
      auto call = provider->stop(step.instance);
      auto outcome = co_await std::move(call);
      counts_.add_call(step.kind, outcome);
      if (is_heard(provider)) fleet_.done(step, outcome, Clock::now());
      co_return;
    }
    default: {
      auto call = provider->remove(step.instance);
      auto outcome = co_await std::move(call);
      counts_.add_call(step.kind, outcome);
      if (is_heard(provider)) fleet_.done(step, outcome, Clock::now());
      co_return;
    }
  }
}

balancer::Proposal ServiceScaler::propose(const Step& step) const {
  if (is_stopped_ || !policy_.provider) {
    return balancer::Refusal{balancer::Refusal::Kind::bad_request,
                             "service '" + name_ + "' is not scaled any more"};
  }
  switch (step.kind) {
    case Step::Kind::add_target: {
      const std::vector<balancer::NewTarget> targets{
          {.id = step.unit,
           .server = {.url = url_of(step.instance, *policy_.provider)},
           .origin = balancer::Origin::autoscale}};
      return registry_.propose_add(name_, targets);
    }
    case Step::Kind::drain_target: return registry_.propose_drain(name_, step.target);
    case Step::Kind::undrain_target: return registry_.propose_undrain(name_, step.target);
    default: return registry_.propose_remove(name_, step.target);
  }
}

void ServiceScaler::change_targets(const Step& step) {
  settings_.change([self = shared_from_this(), step] { return self->propose(step); },
                   [self = shared_from_this(), step](const std::string& fault) {
                     if (!self->is_stopped_) self->fleet_.changed(step, fault, Clock::now());
                   });
}

std::uint32_t ServiceScaler::retry_after_s() const {
  if (last_sample_.serving != 0) return 1;
  const Milliseconds boot = history_.boot_time().count() != 0 ? history_.boot_time() : kUnknownBoot;
  return static_cast<std::uint32_t>(std::max<Milliseconds::rep>(1, (boot.count() + 999) / 1'000));
}

}  // namespace gapura::autoscale
