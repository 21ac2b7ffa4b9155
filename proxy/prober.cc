#include "proxy/prober.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <utility>

#include "proxy/asio_endpoint.h"

namespace gapura::proxy {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr Milliseconds kFirstWait{1'000};
constexpr unsigned kDoublingsMax = 5;  // 1, 2, 4, 8, 16, then 30 s
constexpr Milliseconds kLongestWait{30'000};

}  // namespace

Milliseconds probe_wait(unsigned tries, double jitter) noexcept {
  const unsigned doublings = std::min(tries, kDoublingsMax);
  const Milliseconds whole = std::min(kFirstWait * (1u << doublings), kLongestWait);
  const double share = 1.0 - 0.25 * std::clamp(jitter, 0.0, 1.0);
  return Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(whole.count()) * share));
}

/// Handlers hold it weakly: what ends after stop() finds nothing.
struct Prober::Probes : std::enable_shared_from_this<Probes> {
  struct Probe {
    explicit Probe(asio::io_context& loop) : socket(loop), limit(loop) {}
    tcp::socket socket;
    asio::steady_timer limit;
    unsigned tries = 0;
    TimePoint due{};
    bool is_running = false;
    bool is_wanted = true;
  };

  Probes(asio::io_context& loop_, Settings settings_)
      : loop(loop_), settings(std::move(settings_)), timer(loop_) {}

  void look();
  void begin(const balancer::TargetRef& target, Probe& probe);
  void end(const balancer::TargetRef& target, bool is_reached);
  Milliseconds wait_of(const Probe& probe) const {
    return settings.wait(probe.tries, settings.jitter());
  }

  asio::io_context& loop;
  Settings settings;
  asio::steady_timer timer;
  std::map<balancer::TargetRef, std::unique_ptr<Probe>> all;
};

Prober::Prober(asio::io_context& loop, Settings settings)
    : probes_(std::make_shared<Probes>(loop, std::move(settings))) {}

Prober::~Prober() = default;

void Prober::start() {
  probes_->look();
}

void Prober::stop() {
  probes_.reset();
}

void Prober::Probes::look() {
  const TimePoint now = Clock::now();
  for (auto& [target, probe] : all) probe->is_wanted = false;
  for (const balancer::TargetRef& target : settings.suspended()) {
    std::unique_ptr<Probe>& probe = all[target];
    if (!probe) {
      probe = std::make_unique<Probe>(loop);
      probe->due = now + wait_of(*probe);
    }
    probe->is_wanted = true;
    if (!probe->is_running && probe->due <= now) begin(target, *probe);
  }
  std::erase_if(all, [](const auto& entry) { return !entry.second->is_wanted; });
  timer.expires_after(settings.look_every);
  timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->look();
  });
}

void Prober::Probes::begin(const balancer::TargetRef& target, Probe& probe) {
  probe.is_running = true;
  // A cancelled connect ends with an error like any other: the limit needs no state of its own.
  probe.limit.expires_after(settings.connect_timeout);
  probe.limit.async_wait([weak = weak_from_this(), target](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self || error) return;
    if (const auto found = self->all.find(target); found != self->all.end()) {
      boost::system::error_code ignored;
      found->second->socket.close(ignored);
    }
  });
  probe.socket.async_connect(asio_endpoint(target->endpoint),
                             [weak = weak_from_this(), target](boost::system::error_code error) {
                               if (const auto self = weak.lock()) self->end(target, !error);
                             });
}

void Prober::Probes::end(const balancer::TargetRef& target, bool is_reached) {
  const auto found = all.find(target);
  if (found == all.end() || !found->second->is_running) return;
  Probe& probe = *found->second;
  probe.is_running = false;
  probe.limit.cancel();
  boost::system::error_code ignored;
  probe.socket.close(ignored);
  ++probe.tries;
  probe.due = Clock::now() + wait_of(probe);
  // The probe itself goes when the next look finds the target no longer suspended.
  if (is_reached) settings.reached(target);
}

}  // namespace gapura::proxy
