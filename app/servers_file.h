/// The list of a service's servers in a YAML file of the dynamic configuration, written by us
/// because somebody called POST /update-servers. Blocks where it says so.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "admin/update_servers.h"
#include "conf/dynamic_config.h"

namespace gapura::app {

/// What was wrong, one sentence.
struct ServersFault {
  std::string message;
};

/// The file's text with exactly these servers in http.services.<service>.loadBalancer.servers. What
/// else it says stays, and so does what it says of a server that stays; comments do not. A text
/// that is not understood, or would not say this afterwards, is a fault. Pure.
std::variant<std::string, ServersFault> with_servers(std::string_view yaml,
                                                     const std::string& service,
                                                     const std::vector<conf::Server>& servers);

/// The same in a file, which is made when it does not exist, atomically. Blocks: disk thread.
admin::ListShown write_servers(const std::filesystem::path& file, const std::string& service,
                               const std::vector<conf::Server>& servers);

}  // namespace gapura::app
