/// Instances that a command makes: it is given one JSON object and gives one back
/// (docs/providers.md). Control thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "autoscale/provider/provider.h"

namespace gapura::autoscale {

class ExecInstances : public Provider {
 public:
  ExecInstances(conf::ExecProvider config, std::string name_prefix, std::string service);

  boost::asio::awaitable<Outcome<std::vector<Instance>>> list() override;
  boost::asio::awaitable<Outcome<Instance>> create(std::string name) override;
  boost::asio::awaitable<Outcome<Done>> remove(Instance instance) override;
  /// Yes; a command that cannot refuses.
  bool can_stop() const noexcept override { return true; }
  boost::asio::awaitable<Outcome<Done>> start(Instance instance) override;
  boost::asio::awaitable<Outcome<Done>> stop(Instance instance) override;
  std::string describe_create(const std::string& name) const override;

 private:
  boost::asio::awaitable<Outcome<boost::json::object>> ask(boost::json::object question) const;
  boost::asio::awaitable<Outcome<Done>> operate(std::string operation, Instance instance) const;
  boost::json::object question(const std::string& operation, const std::string& name) const;

  const conf::ExecProvider config_;
  const std::string prefix_;
  const std::string service_;
};

}  // namespace gapura::autoscale
