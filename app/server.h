/// The whole server: what main, the demo and in-process tests run. Composes everything; decides
/// nothing. No globals and no signals in here; several may live in one process.
///
/// Made, started and run on one thread, which is the control thread from then on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/net/endpoint.h"
#include "base/net/lookups.h"
#include "conf/static_config.h"
#include "metrics/shard.h"

namespace gapura::app {

class Server {
 public:
  /// How names in URLs are looked up; tests have their own way.
  struct Naming {
    Lookup lookup{};  ///< the system's unless given
    Milliseconds every{30'000};
  };

  /// `config` is free of errors (conf::StaticResult::ok).
  explicit Server(conf::StaticConfig config, Naming naming);
  explicit Server(conf::StaticConfig config) : Server(std::move(config), Naming{}) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens the state, reads the files, takes all addresses and begins to serve. Empty: serving.
  /// Else everything that is in the way, one sentence each, and the server cannot be used.
  std::vector<std::string> start();

  /// Blocks until stopped: after request_stop(), when what was in flight has ended or the grace
  /// time is up. After a start() without problems.
  void run();

  // --- any thread ---
  void request_stop();
  /// Reads the dynamic configuration again.
  void request_reload();
  /// The access log's file, after a rotation.
  void reopen_logs();

  // --- after start(), until run() returns; any thread ---
  /// Where the entry point really listens; not set when there is none of that name.
  Endpoint entry_point(const std::string& name) const;
  std::uint16_t admin_port() const;     ///< 0: off, or a Unix socket
  std::uint16_t internal_port() const;  ///< 0: off
  /// Of `hooks`, in the order of the configuration; 0: a Unix socket.
  std::vector<std::uint16_t> hook_ports() const;
  /// The file with the admin API's token; empty when there is none.
  std::filesystem::path token_file() const;
  /// Empty: there is no folder for state.
  std::filesystem::path state_dir() const;
  /// The workers' counters, by worker.
  std::vector<const metrics::Shard*> shards() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gapura::app
