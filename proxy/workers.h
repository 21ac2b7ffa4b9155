/// All workers, as the rest of the process sees them. Control thread only, but for what a comment
/// says otherwise.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "balancer/snapshot.h"
#include "base/clock.h"
#include "base/net/endpoint.h"
#include "conf/static_config.h"
#include "metrics/shard.h"

namespace gapura::proxy {

class AccessLog;

/// What workers report. Called on worker threads: implementations post to the control loop.
struct Observations {
  /// `old` is what the worker used before: let it die on the control thread.
  std::function<void(unsigned worker, Version, balancer::SnapshotPtr old)> adopted;
  std::function<void(balancer::TargetRef, std::string reason)> connect_failed;
  /// Said only of a target that was suspended.
  std::function<void(balancer::TargetRef)> connect_succeeded;
  /// Too many requests failed there (passive checks).
  std::function<void(balancer::TargetRef, std::string reason)> requests_fail;
  std::function<void(balancer::TargetRef)> went_idle;
  /// A worker has no connection left and its thread is about to end.
  std::function<void(unsigned worker)> finished;
};

/// A listening socket that could not be had.
struct BindFailure {
  std::string entry_point;
  conf::ListenAddress address;
  int error = 0;  ///< errno
};

class Workers {
 public:
  struct Settings {
    unsigned count = 1;
    std::vector<conf::EntryPoint> entry_points;  ///< a place in here is an EntryPointSlot
    std::vector<double> histogram_bounds_s;
    std::string hostname;  ///< X-Forwarded-Server
    conf::Limits limits;
    AccessLog* access_log = nullptr;  ///< null: off. Must outlive the workers
  };
  Workers(Settings settings, Observations observations);
  ~Workers();  ///< kill()s and joins if still running

  /// Binds every entry point on every worker. Nothing is accepted before start().
  std::vector<BindFailure> listen();
  /// Starts the threads. The first snapshot must have been published.
  void start();
  /// Any number of times; before start() the last one counts.
  void publish(balancer::SnapshotPtr snapshot);
  /// Ends exchanges with `target` without progress for `stalled`; all of them when that is 0.
  void cut(balancer::TargetRef target, Milliseconds stalled);

  /// A stop will follow: answers say "Connection: close" from now on, so that clients leave.
  void announce_stop();
  /// Closes listeners and idle clients; running exchanges end with "Connection: close".
  /// Each worker reports finished() when its last connection is gone.
  void stop();
  /// Cuts whatever is left after stop().
  void kill();
  /// Waits for the threads. After stop() or kill().
  void join();

  /// Where an entry point really listens (its port was 0, say). After listen().
  Endpoint local_endpoint(EntryPointSlot slot) const;
  /// Readable from any thread while this object lives.
  std::vector<const metrics::Shard*> shards() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gapura::proxy
