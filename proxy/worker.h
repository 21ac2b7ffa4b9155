/// One loop, one thread, and all it owns: listeners, clients, links, pickers, counters.
/// Everything here is used on its own thread, but for what says "any thread".
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "balancer/picker.h"
#include "balancer/snapshot.h"
#include "balancer/ways.h"
#include "base/async/loop.h"
#include "base/async/pipe.h"
#include "base/net/ip_set.h"
#include "conf/static_config.h"
#include "metrics/shard.h"
#include "proxy/accepted_client.h"
#include "proxy/access_line.h"
#include "proxy/admission.h"
#include "proxy/buffer_pool.h"
#include "proxy/client_connection.h"
#include "proxy/fault_log.h"
#include "proxy/head_writer.h"
#include "proxy/http_date.h"
#include "proxy/http_head.h"
#include "proxy/kept_bytes.h"
#include "proxy/listener.h"
#include "proxy/mirror.h"
#include "proxy/path.h"
#include "proxy/retry_budget.h"
#include "proxy/spread.h"
#include "proxy/target_slots.h"
#include "proxy/via.h"
#include "proxy/waiting_line.h"
#include "proxy/workers.h"

namespace gapura::proxy {

class Worker {
 public:
  Worker(unsigned number, const Workers::Settings& settings, const Observations& observations,
         Admission& admission, Spread& spread, const Via& via);
  ~Worker();

  // --- any thread; done on the worker's, in order ---
  void publish(balancer::SnapshotPtr snapshot);
  void cut(balancer::TargetRef target, Milliseconds stalled);
  void announce_stop();
  void stop();
  void kill();
  /// A client that another worker has accepted and placed here.
  void take_over(AcceptedClient client);
  /// A target of `service` has room, and the request that waits longest is this worker's.
  void let_try(ServiceSlot service);

  // --- before start() or on the worker's thread ---
  void add_listener(int fd, EntryPointSlot entry_point);
  /// All workers, by number; must outlive this one's thread.
  void know(const std::vector<std::unique_ptr<Worker>>& peers) noexcept { peers_ = &peers; }
  void start();
  void join();

  // --- for connections and exchanges ---
  Loop& loop() noexcept { return loop_; }
  const balancer::Snapshot& snapshot() const noexcept { return *snapshot_; }
  bool has_snapshot() const noexcept { return snapshot_->version != Version{}; }
  const conf::EntryPoint& entry_point(EntryPointSlot slot) const {
    return settings_.entry_points[index(slot)];
  }
  bool is_trusted(EntryPointSlot slot, const Endpoint& peer) const noexcept;
  /// Whether `peer` may say by PROXY protocol whom it speaks for.
  bool takes_preamble(EntryPointSlot slot, const Endpoint& peer) const noexcept;
  Admission& admission() noexcept { return admission_; }
  const Via& via() const noexcept { return via_; }
  bool is_stopping() const noexcept { return is_stopping_; }
  /// Connections are not to be kept any longer than for the answer that is due.
  bool sends_clients_away() const noexcept { return is_stop_announced_ || is_stopping_; }
  std::string_view hostname() const noexcept { return settings_.hostname; }
  BufferPool& buffers() noexcept { return buffers_; }
  std::span<char> scratch() noexcept { return scratch_; }
  Pipes& pipes() noexcept { return pipes_; }
  RequestHead& request_head() noexcept { return request_head_; }
  ResponseHead& response_head() noexcept { return response_head_; }
  CleanPath& path() noexcept { return path_; }
  HeadText& head_text() noexcept { return head_text_; }
  TargetSlots& slots() noexcept { return slots_; }
  balancer::Picker& picker(ServiceSlot service) { return *pickers_[index(service)]; }
  balancer::Ways& ways() noexcept { return ways_; }
  Mirrors& mirrors() noexcept { return mirrors_; }
  KeptBudget& kept_budget() noexcept { return kept_budget_; }
  WaitingLine& line(ServiceSlot service) { return lines_[index(service)]; }
  unsigned number() const noexcept { return number_; }
  /// Another worker; only its functions for any thread may be called.
  Worker& peer(unsigned number) const { return *(*peers_)[number]; }
  FaultLog& faults() noexcept { return faults_; }
  RetryBudget& retry_budget(ServiceSlot service) { return budgets_[index(service)]; }
  metrics::Shard& shard() noexcept { return shard_; }
  const metrics::Shard& shard() const noexcept { return shard_; }
  std::string_view date() { return date_.now(); }
  AccessLines* access_lines() noexcept { return access_lines_.get(); }
  const Observations& observations() const noexcept { return observations_; }
  /// Wakes the connection at the loop's next turn: it has more to do, but others come first.
  void wake_later(ClientConnection& connection);

  /// A listener has accepted a client, whom this worker or the one with fewest serves.
  void accept(AcceptedClient client);
  /// Closes some clients that wait between two requests, so that others find room.
  void make_room();
  /// Destroys `connection`.
  void remove(ClientConnection& connection);
  /// After each exchange: brings the cost counters up to date.
  void count_costs() noexcept;

 private:
  void adopt(balancer::SnapshotPtr snapshot);
  void add(AcceptedClient client);
  /// A client that was placed here is gone.
  void count_out();
  void stop_now();
  void kill_now();
  void finish_if_empty();
  void run_later();

  const unsigned number_;
  const Workers::Settings& settings_;
  const Observations& observations_;
  Admission& admission_;
  Spread& spread_;
  const Via& via_;
  Loop loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<IpSet> trusted_;        // by entry point
  std::vector<IpSet> proxy_trusted_;  // by entry point
  balancer::SnapshotPtr snapshot_;
  BufferPool buffers_;
  std::vector<char> scratch_;
  Pipes pipes_;
  RequestHead request_head_;
  ResponseHead response_head_;
  CleanPath path_;
  HeadText head_text_;
  HttpDate date_;
  TargetSlots slots_;
  std::vector<std::unique_ptr<balancer::Picker>> pickers_;  // by ServiceSlot
  balancer::Ways ways_;
  KeptBudget kept_budget_;
  Mirrors mirrors_;
  std::vector<RetryBudget> budgets_;  // by ServiceSlot
  std::deque<WaitingLine> lines_;     // by ServiceSlot
  const std::vector<std::unique_ptr<Worker>>* peers_ = nullptr;
  FaultLog faults_;
  metrics::Shard shard_;
  std::unique_ptr<AccessLines> access_lines_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  ClientConnection* connections_ = nullptr;
  std::vector<ClientConnection*> later_;
  bool is_stop_announced_ = false;
  bool is_stopping_ = false;
  bool is_killed_ = false;
  bool is_finished_ = false;
  std::uint64_t socket_calls_counted_ = 0;
  std::uint64_t allocations_counted_ = 0;
  std::thread thread_;
};

}  // namespace gapura::proxy
