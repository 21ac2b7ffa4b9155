#include "proxy/workers.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "proxy/tcp_options.h"
#include "proxy/worker.h"

namespace gapura::proxy {
namespace {

constexpr int kBacklog = 4096;  // the kernel lowers it to net.core.somaxconn

Endpoint local_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return Endpoint::from(reinterpret_cast<const sockaddr*>(&address));
}

/// "" is every address: IPv6 with IPv4 mapped into it, or IPv4 alone where IPv6 is switched off.
int make_socket(const conf::ListenAddress& address, std::uint16_t port, sockaddr_storage& storage,
                socklen_t& size) {
  if (!address.host.empty()) {
    const auto endpoint = Endpoint::parse(address.host, port);
    if (!endpoint) {
      errno = EADDRNOTAVAIL;
      return -1;
    }
    std::memcpy(&storage, endpoint->data(), endpoint->size());
    size = endpoint->size();
    const int family = endpoint->is_v4() ? AF_INET : AF_INET6;
    return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }
  const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0) {
    const int off = 0;
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    std::memcpy(&storage, &any, size = sizeof any);
    return fd;
  }
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(port);
  std::memcpy(&storage, &any, size = sizeof any);
  return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// A listening socket, or -1 and errno. `reuse_port`: shared with our own other workers.
int listen_on(const conf::ListenAddress& address, std::uint16_t port, bool reuse_port) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const int fd = make_socket(address, port, storage, size);
  if (fd < 0) return -1;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (reuse_port) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  set_tcp_options(fd);  // inherited by what is accepted
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&storage), size) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

}  // namespace

struct Workers::State {
  State(Settings its_settings, Observations its_observations)
      : settings(std::move(its_settings)),
        observations(std::move(its_observations)),
        admission(settings.limits.connections_max, settings.limits.connections_of_client_max),
        spread(settings.count) {
    for (unsigned i = 0; i < settings.count; ++i) {
      workers.push_back(
          std::make_unique<Worker>(i, settings, observations, admission, spread, via));
    }
    for (const auto& worker : workers) worker->know(workers);
  }
  const Settings settings;
  const Observations observations;
  const Via via;
  Admission admission;
  Spread spread;
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Endpoint> endpoints;  // by EntryPointSlot
  bool is_running = false;
};

Workers::Workers(Settings settings, Observations observations)
    : state_(std::make_unique<State>(std::move(settings), std::move(observations))) {
  check(state_->settings.count > 0, "at least one worker is needed");
}

Workers::~Workers() {
  kill();
  join();
}

std::vector<BindFailure> Workers::listen() {
  std::vector<BindFailure> failures;
  for (std::size_t i = 0; i < state_->settings.entry_points.size(); ++i) {
    const conf::EntryPoint& entry = state_->settings.entry_points[i];
    std::uint16_t port = entry.address.port;
    Endpoint local;
    // The port is first asked for without SO_REUSEPORT: with it, another process of the same user
    // that shares the port would quietly take a part of the clients.
    const int probe = listen_on(entry.address, port, /*reuse_port=*/false);
    if (probe < 0) {
      failures.push_back({entry.name, entry.address, errno});
      state_->endpoints.emplace_back();
      continue;
    }
    port = local_of(probe).port();
    ::close(probe);
    for (const auto& worker : state_->workers) {
      const int fd = listen_on(entry.address, port, /*reuse_port=*/true);
      if (fd < 0) {
        failures.push_back({entry.name, entry.address, errno});
        break;
      }
      local = local_of(fd);
      worker->add_listener(fd, EntryPointSlot(static_cast<std::uint32_t>(i)));
    }
    state_->endpoints.push_back(local);
  }
  return failures;
}

void Workers::start() {
  state_->is_running = true;
  for (const auto& worker : state_->workers) worker->start();
}

void Workers::publish(balancer::SnapshotPtr snapshot) {
  for (const auto& worker : state_->workers) worker->publish(snapshot);
}

void Workers::cut(balancer::TargetRef target, Milliseconds stalled) {
  for (const auto& worker : state_->workers) worker->cut(target, stalled);
}

void Workers::announce_stop() {
  for (const auto& worker : state_->workers) worker->announce_stop();
}

void Workers::stop() {
  for (const auto& worker : state_->workers) worker->stop();
}

void Workers::kill() {
  for (const auto& worker : state_->workers) worker->kill();
  // Never started: nobody else will run what was posted.
  if (!std::exchange(state_->is_running, true)) {
    for (const auto& worker : state_->workers) worker->start();
  }
}

void Workers::join() {
  for (const auto& worker : state_->workers) worker->join();
}

Endpoint Workers::local_endpoint(EntryPointSlot slot) const {
  return state_->endpoints.at(index(slot));
}

std::vector<const metrics::Shard*> Workers::shards() const {
  std::vector<const metrics::Shard*> shards;
  for (const auto& worker : state_->workers) {
    shards.push_back(&static_cast<const Worker&>(*worker).shard());
  }
  return shards;
}

}  // namespace gapura::proxy
