/// A scripted HTTP target on threads of its own, with a ledger of what it received.
/// Public functions: any thread, but stop() and destruction only by the owner.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "tests/support/ledger.h"
#include "tests/support/reply.h"
#include "tests/support/sockets.h"

namespace gapura::test {

class FakeTarget {
 public:
  /// Listens on a free port of 127.0.0.`host`, or on `port`. Answers 200 with default_body() unless
  /// told otherwise.
  explicit FakeTarget(std::string name, std::uint16_t port = 0, std::uint8_t host = 1);
  FakeTarget(const FakeTarget&) = delete;
  FakeTarget& operator=(const FakeTarget&) = delete;
  ~FakeTarget();  ///< stop(abruptly)

  const std::string& name() const { return name_; }
  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

  /// For one path (without query), or for every other one.
  void on(const std::string& path, Behaviour behaviour);
  void on(const std::string& path, Reply reply);
  void on_anything_else(Behaviour behaviour);
  /// Asked first, with the head alone.
  void on_head(EarlyBehaviour behaviour);
  /// Closes each connection after its n-th request, without saying so before. 0: never.
  void close_after(int requests) { close_after_ = requests; }

  enum class Stop { abruptly, gently };
  /// abruptly: connections end with a RST, as when the machine's process is killed with bytes
  /// unread. gently: no new connection; running requests end, then the connections.
  void stop(Stop how);

  const Ledger& ledger() const { return ledger_; }
  std::uint64_t requests() const { return ledger_.total(); }
  std::uint64_t connections() const { return connections_; }
  std::uint64_t open_connections() const { return open_connections_; }
  /// Heads that have arrived, their bodies perhaps not.
  std::uint64_t heads() const { return heads_; }
  /// Requests whose body ended too early: the client, or the proxy, left.
  std::uint64_t broken_requests() const { return broken_requests_; }
  /// The last request that arrived whole.
  Request last_request() const;

 private:
  struct Connection;
  void accept_all();
  void serve(Connection& connection);
  bool serve_one(Connection& connection, int count);
  bool answer(Connection& connection, const Request& request, const Reply& reply);
  std::optional<Reply> early_reply(const Request& request) const;
  Reply reply_to(const Request& request) const;
  void note(const Request& request);
  void reap_ended();

  const std::string name_;
  Fd listener_;
  const std::uint16_t port_;
  Fd stop_event_;  ///< readable once stop() was called
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> stops_abruptly_{false};
  std::atomic<int> close_after_{0};

  mutable std::mutex script_mutex_;
  std::map<std::string, Behaviour> by_path_;
  Behaviour otherwise_;
  EarlyBehaviour early_;
  Request last_request_;

  Ledger ledger_;
  std::atomic<std::uint64_t> connections_{0}, open_connections_{0}, heads_{0};
  std::atomic<std::uint64_t> broken_requests_{0};
  std::mutex list_mutex_;
  std::list<std::unique_ptr<Connection>> list_;
  std::thread acceptor_;
};

/// "target=<name> number=<n> method=<m> size=<bytes> sum=<checksum>\n": what every target says
/// unless told otherwise, so that a client can check that the answer is its own.
std::string default_body(const std::string& target, const std::string& number,
                         const std::string& method, const Checksum& body);

}  // namespace gapura::test
