/// Our own listeners: the admin API, Traefik's internal entry point, and those for hooks. Control
/// thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admin/api.h"
#include "admin/rest_provider.h"
#include "balancer/registry.h"
#include "conf/static_config.h"

namespace gapura::app {

class AdminFront {
 public:
  struct Settings {
    const conf::StaticConfig& config;
    std::filesystem::path socket_file;      ///< of the API, besides its address; empty: none
    std::filesystem::path token_file;       ///< empty: there is no place for one
    std::filesystem::path read_token_file;  ///< empty: there is no token that may only read
    std::function<std::string()> expose;    ///< the metrics' text
    admin::Api::Doors doors;
    admin::RestProvider::Take take_rest;
  };
  AdminFront(boost::asio::io_context& control, balancer::Registry& registry, Settings settings);
  ~AdminFront();

  struct Listening {
    std::vector<std::string> errors;    ///< must not go on
    std::vector<std::string> warnings;  ///< goes on without that listener
  };
  /// Takes all addresses and reads their secrets; nothing is answered before start().
  Listening listen();
  void start();
  /// /ping answers 503 from here on.
  void set_terminating();
  void stop();
  /// The admin API's token that may do everything becomes this one.
  void use_token(const std::string& text);
  /// Answers that are still being sent.
  std::size_t connections() const;

  /// A change of targets by us: see admin::Api::change. `done` gets what was wrong.
  void change(std::function<balancer::Proposal()> propose, std::function<void(std::string)> done);

  /// Every second or so.
  void tick();
  void tell(const admin::Happening& what);
  void on_event(const balancer::Event& event);
  void on_adopted();
  void on_scaling();
  /// See admin::Api::readings.
  std::vector<metrics::Reading> readings() const;

  /// Where they really listen; 0: not, or on a Unix socket.
  std::uint16_t admin_port() const;
  std::uint16_t internal_port() const;
  std::vector<std::uint16_t> hook_ports() const;  ///< in the order of the configuration
  /// One line for the log: "admin API on http://127.0.0.1:8081 (dashboard at /dashboard/, …) and
  /// …".
  std::string describe() const;

 private:
  struct Servers;
  std::unique_ptr<Servers> servers_;
};

}  // namespace gapura::app
