/// Asks others what a service's signals need: node_exporter on the targets' machines, and servers
/// that know PromQL. Control thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "autoscale/decide/sample.h"
#include "autoscale/net/http_client.h"
#include "autoscale/signals/node_metrics.h"
#include "balancer/registry.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

class SignalPoller {
 public:
  using Call = std::function<boost::asio::awaitable<HttpOutcome>(HttpCall)>;
  SignalPoller(boost::asio::io_context& loop, Call call);
  ~SignalPoller();

  /// What is to be asked from now on. Reads the files of tokens.
  void adopt(const conf::Autoscale& policy);
  /// Begins to ask what is due. `targets`: all of the service.
  void tick(const std::vector<balancer::TargetView>& targets, TimePoint now);
  /// What is known now.
  void fill(Sample& sample, TimePoint now) const;

  struct Fault {
    std::string signal{};  ///< "cpu of 10.0.0.5", a query's name
    std::string message{};
  };
  /// New ones, and those that ended (with an empty message), since the last call.
  std::vector<Fault> take_faults();

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< held weakly by what is under way
};

}  // namespace gapura::autoscale
