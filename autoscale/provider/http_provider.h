/// Instances of an API that is described by templates. Control thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autoscale/provider/api.h"
#include "autoscale/provider/creations.h"
#include "autoscale/provider/provider.h"
#include "base/clock.h"

namespace gapura::autoscale {

class HttpInstances : public Provider {
 public:
  /// `creations` is a file for what is left to do of creations (creations.h); empty: none.
  HttpInstances(conf::HttpProvider config, std::string name_prefix, Words secrets,
                std::filesystem::path creations = {}, Milliseconds pause = Milliseconds(500));

  /// Also goes on with what earlier create()s have left undone.
  boost::asio::awaitable<Outcome<std::vector<Instance>>> list() override;
  /// The calls in turn. The first that is no GET makes the instance; when a later one fails, the
  /// instance is there all the same, and that call is made again at each list().
  boost::asio::awaitable<Outcome<Instance>> create(std::string name) override;
  boost::asio::awaitable<Outcome<Done>> remove(Instance instance) override;
  bool can_stop() const noexcept override;
  boost::asio::awaitable<Outcome<Done>> start(Instance instance) override;
  boost::asio::awaitable<Outcome<Done>> stop(Instance instance) override;
  std::string describe_create(const std::string& name) const override;

 private:
  using Steps = std::vector<conf::HttpStep>;
  const Steps* steps(const std::string& operation) const;
  boost::asio::awaitable<Outcome<std::vector<Instance>>> pages();
  boost::asio::awaitable<void> look_up_address(Instance& instance);
  boost::asio::awaitable<void> go_on(std::string name, const std::vector<Instance>& listed);
  boost::asio::awaitable<Outcome<Done>> operate(std::string operation, Instance instance);
  std::optional<std::string> take(const boost::json::value& answer, const Steps& from,
                                  std::vector<Instance>& out) const;
  std::string next_page(const boost::json::value& answer, const conf::HttpStep& step) const;
  Instance instance_of(const boost::json::value& item) const;
  std::optional<ProviderFault> find_words(const conf::HttpStep& step,
                                          const boost::json::value& answer, Words& words) const;

  const conf::HttpProvider config_;
  const std::string prefix_;
  const Api api_;
  std::map<std::string, std::string> addresses_;  ///< by id; of those that are asked for by `get`
  const std::shared_ptr<Creations> creations_;    ///< with the coroutines: they may end later
};

/// Unix time of "2025-01-31 08:15:00", "2025-01-31T08:15:00Z" (UTC) or "1738311300"; 0: neither.
std::int64_t unix_time(const std::string& text);

}  // namespace gapura::autoscale
