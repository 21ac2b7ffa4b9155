#include "proxy/worker.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <random>

#include "base/check.h"
#include "base/io_count.h"
#include "base/log.h"

namespace gapura::proxy {
namespace {

constexpr std::size_t kScratchBytes = 256 * 1024;

}  // namespace

Worker::Worker(unsigned number, const Workers::Settings& settings, const Observations& observations,
               Admission& admission, Spread& spread, const Via& via)
    : number_(number),
      settings_(settings),
      observations_(observations),
      admission_(admission),
      spread_(spread),
      via_(via),
      work_(boost::asio::make_work_guard(loop_.context())),
      snapshot_(std::make_shared<balancer::Snapshot>()),
      scratch_(kScratchBytes),
      slots_(loop_),
      ways_(number),
      mirrors_(*this),
      shard_(settings.histogram_bounds_s, settings.entry_points.size()) {
  for (const conf::EntryPoint& entry : settings.entry_points) {
    IpSet& set = trusted_.emplace_back();
    for (const std::string& network : entry.trusted_ips) set.add(network);
    IpSet& proxies = proxy_trusted_.emplace_back();
    for (const std::string& network : entry.proxy_trusted_ips) proxies.add(network);
  }
  if (settings.access_log != nullptr) {
    access_lines_ = std::make_unique<AccessLines>(loop_, *settings.access_log, shard_);
  }
}

Worker::~Worker() {
  check(connections_ == nullptr, "a worker is destroyed with connections left");
}

bool Worker::is_trusted(EntryPointSlot slot, const Endpoint& peer) const noexcept {
  return settings_.entry_points[index(slot)].trusts_all_forwarded ||
         trusted_[index(slot)].contains(peer);
}

bool Worker::takes_preamble(EntryPointSlot slot, const Endpoint& peer) const noexcept {
  return settings_.entry_points[index(slot)].takes_proxy_from_all ||
         proxy_trusted_[index(slot)].contains(peer);
}

void Worker::publish(balancer::SnapshotPtr snapshot) {
  boost::asio::post(loop_.context(),
                    [this, next = std::move(snapshot)]() mutable { adopt(std::move(next)); });
}

/// Nothing holds a pointer into the old snapshot here: exchanges look at it only between two waits,
/// and this runs from the loop. So adopting it proves that nobody can pick from the old one again.
void Worker::adopt(balancer::SnapshotPtr snapshot) {
  balancer::SnapshotPtr old = std::exchange(snapshot_, std::move(snapshot));
  slots_.adopt(*snapshot_);
  while (pickers_.size() < snapshot_->service_slots) {
    const balancer::PickStart start{.offset = number_, .seed = std::random_device{}()};
    pickers_.push_back(std::make_unique<balancer::Picker>(start));
    budgets_.emplace_back();
    lines_.emplace_back(*this, static_cast<ServiceSlot>(lines_.size()));
  }
  ways_.adopt(*snapshot_);
  for (const balancer::Service& service : snapshot_->services) {
    pickers_[index(service.slot)]->adopt(service);
    lines_[index(service.slot)].adopt(service.queue);
  }
  // There may be new targets, or for some no service any more.
  for (WaitingLine& line : lines_) line.try_first();
  // Before the first one nobody was accepted.
  if (old->version == Version{}) {
    for (const auto& listener : listeners_) listener->accept_all();
  }
  observations_.adopted(number_, snapshot_->version, std::move(old));
}

void Worker::cut(balancer::TargetRef target, Milliseconds stalled) {
  boost::asio::post(loop_.context(), [this, target, stalled] {
    TargetSlot& slot = slots_[target->slot];
    if (slot.state != target) return;
    const TimePoint now = Clock::now();
    // Cutting wakes a connection, which may take its own lease, and only that, off the list.
    for (Lease* lease = slot.leases; lease != nullptr;) {
      Lease* next = lease->next();
      const bool is_stalled = now - lease->moved_at() >= stalled && !lease->is_upgrade();
      if (stalled.count() == 0 || is_stalled) lease->cut();
      lease = next;
    }
  });
}

void Worker::add_listener(int fd, EntryPointSlot entry_point) {
  listeners_.push_back(std::make_unique<Listener>(*this, fd, entry_point));
}

void Worker::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), ("worker-" + std::to_string(number_)).c_str());
    loop_.context().run();
  });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::accept(AcceptedClient client) {
  admission_.opened();
  shard_.connections_accepted.add();
  const unsigned place = spread_.place(number_);
  if (place == number_) {
    add(std::move(client));
  } else {
    shard_.connections_handed_over.add();
    peer(place).take_over(std::move(client));
  }
}

void Worker::take_over(AcceptedClient client) {
  boost::asio::post(loop_.context(), [this, arrived = std::move(client)]() mutable {
    if (!is_killed_) {
      add(std::move(arrived));
    } else {
      count_out();
    }
  });
}

void Worker::add(AcceptedClient client) {
  auto* made = new ClientConnection(*this, client.entry_point(), client.peer());
  made->next_ = connections_;
  if (connections_ != nullptr) connections_->previous_ = made;
  connections_ = made;
  shard_.open_connections[index(client.entry_point())].add();
  // Last: a client that may not stay is gone when this returns.
  if (made->open(client.release())) return;
  log::error("a client's socket could not be watched: {}", std::strerror(errno));
  remove(*made);
}

void Worker::remove(ClientConnection& connection) {
  (connection.previous_ != nullptr ? connection.previous_->next_ : connections_) = connection.next_;
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
  shard_.open_connections[index(connection.entry_point())].sub();
  std::erase(later_, &connection);
  delete &connection;
  count_out();
}

void Worker::count_out() {
  admission_.closed();
  spread_.closed(number_);
  finish_if_empty();
}

void Worker::make_room() {
  constexpr unsigned kMost = 64;  // as many as wait in one pause of a listener, about
  unsigned closed = 0;
  for (ClientConnection* one = connections_; one != nullptr && closed < kMost;) {
    ClientConnection* next = one->next_;
    if (one->is_dispensable()) {
      remove(*one);
      ++closed;
    }
    one = next;
  }
}

void Worker::wake_later(ClientConnection& connection) {
  if (later_.empty()) {
    boost::asio::post(loop_.context(), [this] { run_later(); });
  }
  if (std::ranges::find(later_, &connection) == later_.end()) later_.push_back(&connection);
}

void Worker::run_later() {
  // A connection that is woken may ask for another turn, or remove any other.
  for (std::size_t left = later_.size(); left > 0 && !later_.empty(); --left) {
    ClientConnection* next = later_.front();
    later_.erase(later_.begin());
    next->wake();
  }
  if (!later_.empty()) {
    boost::asio::post(loop_.context(), [this] { run_later(); });
  }
}

void Worker::count_costs() noexcept {
  shard_.socket_calls.add(io_count::socket_calls -
                          std::exchange(socket_calls_counted_, io_count::socket_calls));
  shard_.heap_allocations.add(io_count::heap_allocations -
                              std::exchange(allocations_counted_, io_count::heap_allocations));
}

void Worker::let_try(ServiceSlot service) {
  boost::asio::post(loop_.context(), [this, service] { line(service).try_first(); });
}

void Worker::announce_stop() {
  boost::asio::post(loop_.context(), [this] { is_stop_announced_ = true; });
}

void Worker::stop() {
  boost::asio::post(loop_.context(), [this] { stop_now(); });
}

void Worker::kill() {
  boost::asio::post(loop_.context(), [this] { kill_now(); });
}

void Worker::stop_now() {
  if (std::exchange(is_stopping_, true)) return;
  spread_.stop(number_);
  for (const auto& listener : listeners_) listener->stop();
  listeners_.clear();
  mirrors_.stop();
  for (ClientConnection* one = connections_; one != nullptr;) {
    ClientConnection* next = one->next_;
    one->stop();  // ends `one` at most: nothing here wakes another connection
    one = next;
  }
  finish_if_empty();
}

void Worker::kill_now() {
  is_killed_ = true;
  stop_now();
  while (connections_ != nullptr) {
    ClientConnection* first = connections_;
    first->kill();
    check(connections_ != first, "a killed connection lives on");
  }
}

void Worker::finish_if_empty() {
  // Who is placed here and not in the list is on the way from another worker.
  const bool may_come = !is_stopping_ || !listeners_.empty() || spread_.open(number_) != 0;
  if (may_come || connections_ != nullptr || std::exchange(is_finished_, true)) return;
  // Not from here: a connection's coroutine may still be on the stack.
  boost::asio::post(loop_.context(), [this] {
    slots_.close_all_idle();
    access_lines_.reset();
    loop_.wheel().stop();
    work_.reset();
    observations_.finished(number_);
  });
}

}  // namespace gapura::proxy
