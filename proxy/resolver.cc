#include "proxy/resolver.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "base/log.h"
#include "conf/dynamic_config.h"
#include "proxy/lookups.h"

namespace gapura::proxy {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kTick{1'000};

}  // namespace

/// Handlers hold it weakly: what ends after stop() finds nothing.
struct Resolver::Names : std::enable_shared_from_this<Names> {
  struct Name {
    Endpoint endpoint;
    TimePoint due{};
    bool is_running = false;
    bool is_wanted = true;
    std::string last_error;
  };

  Names(asio::io_context& loop, Settings settings_)
      : settings(std::move(settings_)), lookups(loop), timer(loop) {}

  void tick();
  void look();
  void begin(const balancer::TargetRef& target, Name& name);
  void end(const balancer::TargetRef& target, const std::string& host, const std::string& error,
           const std::vector<Endpoint>& results);
  void failed(const balancer::TargetRef& target, const std::string& host, Name& name,
              const std::string& why) const;

  Settings settings;
  Lookups lookups;
  asio::steady_timer timer;
  std::map<balancer::TargetRef, Name> all;
};

Resolver::Resolver(asio::io_context& loop, Settings settings)
    : names_(std::make_shared<Names>(loop, std::move(settings))) {}

Resolver::~Resolver() = default;

void Resolver::start() {
  names_->tick();
}

void Resolver::look() {
  if (names_) names_->look();
}

void Resolver::stop() {
  names_.reset();
}

Endpoint Resolver::known(const balancer::TargetRef& target) const {
  if (!names_) return {};
  const auto found = names_->all.find(target);
  return found == names_->all.end() ? Endpoint() : found->second.endpoint;
}

void Resolver::Names::tick() {
  look();
  timer.expires_after(std::min({kTick, settings.every, settings.retry}));
  timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->tick();
  });
}

void Resolver::Names::look() {
  const TimePoint now = Clock::now();
  for (auto& [target, name] : all) name.is_wanted = false;
  for (const balancer::TargetRef& target : settings.named()) {
    Name& name = all[target];
    name.is_wanted = true;
    if (!name.is_running && name.due <= now) begin(target, name);
  }
  std::erase_if(all, [](const auto& entry) { return !entry.second.is_wanted; });
}

void Resolver::Names::begin(const balancer::TargetRef& target, Name& name) {
  const auto url = conf::ServerUrl::parse(target->url, nullptr);
  if (!url) return;
  name.is_running =
      lookups.start(url->host, url->port,
                    [weak = weak_from_this(), target, host = url->host](
                        const std::string& error, const std::vector<Endpoint>& results) {
                      if (const auto self = weak.lock()) self->end(target, host, error, results);
                    });
}

void Resolver::Names::end(const balancer::TargetRef& target, const std::string& host,
                          const std::string& error, const std::vector<Endpoint>& results) {
  const auto found = all.find(target);
  if (found == all.end()) return;
  Name& name = found->second;
  name.is_running = false;
  name.due = Clock::now() + (name.endpoint.is_set() ? settings.every : settings.retry);
  if (!error.empty()) {
    failed(target, host, name, error);
    return;
  }
  name.due = Clock::now() + settings.every;
  name.last_error.clear();
  // The address in use stays while it is among the answers: servers give them in turning order, and
  // a target that jumps would lose its idle links each time.
  Endpoint first;
  for (const Endpoint& endpoint : results) {
    if (endpoint == name.endpoint) return;
    if (!first.is_set()) first = endpoint;
  }
  log::info("service {}: {} is {}", target->service, host, first.address());
  name.endpoint = first;
  settings.resolved(target, first);
}

void Resolver::Names::failed(const balancer::TargetRef& target, const std::string& host, Name& name,
                             const std::string& why) const {
  if (name.last_error == why) return;  // said once, until it changes
  name.last_error = why;
  log::error("service {}: the name {} cannot be resolved: {}; {}", target->service, host, why,
             name.endpoint.is_set() ? "its last address " + name.endpoint.address() + " stays"
                                    : "the target gets no traffic until it can");
}

}  // namespace gapura::proxy
