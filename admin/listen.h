/// Listening sockets of our own listeners (admin, metrics). Start-up, any thread.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "conf/static_config.h"

namespace gapura::admin {

/// A socket that could not be had. Who holds the port is for the caller to find out.
struct ListenFailure {
  int error = 0;        ///< errno
  std::string message;  ///< what and where, one sentence
};

/// An open, listening, non-blocking descriptor, which the caller owns, or what went wrong.
using Listening = std::variant<int, ListenFailure>;

/// An empty host listens on every address, IPv4 and IPv6. A name is looked up, blocking.
Listening listen_on(const conf::ListenAddress& address);

/// A socket file that only its owner may use (0600). The file of a process that no longer lives is
/// replaced; that of one that answers is left alone, and so is any other kind of file.
Listening listen_on(const std::filesystem::path& path);

}  // namespace gapura::admin
