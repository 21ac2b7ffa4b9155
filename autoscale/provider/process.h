/// Instances that are local processes, one port each. With a folder they outlive us: whether we
/// stop or are killed, the next start finds them again by the files in it. Without one they are
/// ours alone and end with this object. Control thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "autoscale/net/child.h"
#include "autoscale/provider/instance_file.h"
#include "autoscale/provider/provider.h"

namespace gapura::autoscale {

class ProcessInstances : public Provider {
 public:
  /// `folder` exists and is ours alone; empty: none.
  ProcessInstances(boost::asio::io_context& loop, conf::ProcessProvider config,
                   std::string name_prefix, std::string service, std::filesystem::path folder);
  /// Without a folder: SIGTERM to all, and SIGKILL to what is left after a second.
  ~ProcessInstances() override;

  boost::asio::awaitable<Outcome<std::vector<Instance>>> list() override;
  boost::asio::awaitable<Outcome<Instance>> create(std::string name) override;
  /// Returns when the process has ended: SIGTERM, then SIGKILL after the stop timeout.
  boost::asio::awaitable<Outcome<Done>> remove(Instance instance) override;
  bool can_stop() const noexcept override { return false; }
  boost::asio::awaitable<Outcome<Done>> start(Instance instance) override;
  boost::asio::awaitable<Outcome<Done>> stop(Instance instance) override;
  std::string describe_create(const std::string& name) const override;

 private:
  struct Running {
    ProcessRecord record;
    std::unique_ptr<Child> child;  ///< null: started by an earlier one of us
    bool is_ending = false;        ///< it was told to
  };

  void adopt();
  bool settle(ProcessRecord& record) const;
  void forget(const std::string& name);
  void drop_ended();
  void tell_end(const Running& one) const;
  bool is_running(const Running& one) const;
  void signal(const Running& one, int number) const;
  std::uint16_t free_port() const;
  Outcome<Instance> start_one(ProcessRecord record);
  Child::Started spawn(const ProcessRecord& record) const;
  Instance instance_of(const ProcessRecord& record) const;
  std::filesystem::path log_of(const std::string& name) const;

  boost::asio::any_io_executor loop_;
  const conf::ProcessProvider config_;
  const std::string prefix_;
  const std::string service_;
  const std::filesystem::path folder_;
  std::map<std::string, Running> running_;  ///< by name
  bool has_unsettled_ = false;              ///< a note whose process has not been found yet
};

}  // namespace gapura::autoscale
