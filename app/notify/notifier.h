/// Tells the outside what happens: keeps an outbox for each of `notify`, sends what is due, tries
/// again, and keeps what is not delivered over a restart. Every message is delivered at least once
/// or given up, which the log says. Control thread, but for the writing, on the disk thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "autoscale/autoscaler.h"
#include "autoscale/net/http_client.h"
#include "balancer/registry.h"
#include "conf/hooks.h"
#include "metrics/reading.h"

namespace gapura::app {

class DiskThread;

class Notifier {
 public:
  /// How messages leave us. A way that is not given cannot be used: open() says so.
  struct Ways {
    std::function<boost::asio::awaitable<autoscale::HttpOutcome>(autoscale::HttpCall)> http;
    /// Runs a command with this input; empty when it ended well, else why not, in one sentence.
    std::function<boost::asio::awaitable<std::string>(std::vector<std::string> command,
                                                      std::string input, Milliseconds timeout)>
        run;
  };
  /// `file` holds what is not delivered; empty: nowhere. The references must outlive this object
  /// and the loops' last runs.
  Notifier(boost::asio::io_context& control, DiskThread& disk, std::vector<conf::Notify> receivers,
           Ways ways, std::filesystem::path file);
  ~Notifier();

  /// Reads the secrets and the file, blocking. Once, before start(); gives what must not be.
  std::vector<std::string> open();
  /// What happens before is not told: nobody wants to hear of every target at each start.
  void start();
  /// Sends nothing more, and hands what is left to the disk thread.
  void stop();
  /// Call every second or so: writes what changed.
  void tick();

  void on_event(const balancer::Event& event);
  void on_scaling(const autoscale::ScalingEvent& event);

  /// What became of messages, by receiver as the log names it; those of one name together.
  std::vector<metrics::Reading> readings() const;

 private:
  struct State;
  /// Shared with the coroutines: they may be destroyed later, with the context.
  std::shared_ptr<State> state_;
};

}  // namespace gapura::app
