#include "proxy/resolver.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "base/log.h"

namespace gapura::proxy {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kTick{1'000};

/// "10.0.0.5, 10.0.0.6".
std::string shown(const std::vector<Endpoint>& endpoints) {
  std::string out;
  for (const Endpoint& endpoint : endpoints) {
    if (!out.empty()) out += ", ";
    out += endpoint.address();
  }
  return out;
}

}  // namespace

std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& found,
                                       const std::vector<Endpoint>& known) {
  if (found.empty()) return {};
  const auto is_known_family = [&](const Endpoint& endpoint) {
    return !known.empty() && endpoint.is_v4() == known.front().is_v4();
  };
  const bool stays = std::ranges::any_of(found, is_known_family);
  const bool is_v4 = stays ? known.front().is_v4() : found.front().is_v4();
  std::map<std::string, Endpoint> sorted;
  for (const Endpoint& endpoint : found) {
    if (endpoint.is_v4() == is_v4) sorted.emplace(endpoint.address(), endpoint);
  }
  std::vector<Endpoint> out;
  for (const auto& [address, endpoint] : sorted) out.push_back(endpoint);
  return out;
}

/// Handlers hold it weakly: what ends after stop() finds nothing.
struct Resolver::Names : std::enable_shared_from_this<Names> {
  struct Name {
    std::vector<Endpoint> endpoints;  ///< empty: it was never resolved
    TimePoint due{};
    bool is_running = false;
    bool is_wanted = true;
    std::string last_error;
  };

  Names(asio::io_context& loop, Settings settings_)
      : settings(std::move(settings_)), lookups(loop.get_executor()), timer(loop) {
    if (settings.lookup) return;
    settings.lookup = [this](const std::string& host, std::uint16_t port, Lookups::Done done) {
      return lookups.start(host, port, std::move(done));
    };
  }

  void tick();
  void look();
  void forget_unwanted();
  void begin(const conf::ServerUrl& url, Name& name);
  void end(const std::string& authority, const std::string& error,
           const std::vector<Endpoint>& found);
  void failed(const std::string& authority, Name& name, const std::string& why) const;

  Settings settings;
  Lookups lookups;
  asio::steady_timer timer;
  std::map<std::string, Name> all;  ///< by authority
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
  for (auto& [authority, name] : all) name.is_wanted = false;
  for (const conf::ServerUrl& url : settings.named()) {
    Name& name = all[url.authority()];
    name.is_wanted = true;
    if (!name.is_running && name.due <= now) begin(url, name);
  }
  forget_unwanted();
}

void Resolver::Names::forget_unwanted() {
  for (auto one = all.begin(); one != all.end();) {
    if (one->second.is_wanted) {
      ++one;
      continue;
    }
    settings.resolved(one->first, {});
    one = all.erase(one);
  }
}

void Resolver::Names::begin(const conf::ServerUrl& url, Name& name) {
  name.is_running = true;
  const bool has_begun =
      settings.lookup(url.host, url.port,
                      [weak = weak_from_this(), authority = url.authority()](
                          const std::string& error, const std::vector<Endpoint>& found) {
                        if (const auto self = weak.lock()) self->end(authority, error, found);
                      });
  if (!has_begun) name.is_running = false;
}

void Resolver::Names::end(const std::string& authority, const std::string& error,
                          const std::vector<Endpoint>& found) {
  const auto place = all.find(authority);
  if (place == all.end()) return;
  Name& name = place->second;
  name.is_running = false;
  std::vector<Endpoint> usable = usable_addresses(found, name.endpoints);
  const bool has_failed = !error.empty() || usable.empty();
  const bool is_known = !has_failed || !name.endpoints.empty();
  name.due = Clock::now() + (is_known ? settings.every : settings.retry);
  if (has_failed) return failed(authority, name, error.empty() ? "it has no address" : error);
  name.last_error.clear();
  if (usable == name.endpoints) return;
  log::info("the name in {} stands for {}", authority, shown(usable));
  name.endpoints = usable;
  settings.resolved(authority, std::move(usable));
}

void Resolver::Names::failed(const std::string& authority, Name& name,
                             const std::string& why) const {
  if (name.last_error == why) return;  // said once, until it changes
  name.last_error = why;
  log::error("the name in {} cannot be resolved: {}; {}", authority, why,
             name.endpoints.empty() ? "it gets no traffic until it can"
                                    : "what it stood for stays: " + shown(name.endpoints));
}

}  // namespace gapura::proxy
