/// Where the admin API of a running Gapura is, and what opens it: said on the command line, or
/// found as `gapura` itself finds its configuration. Blocks (reads files, tries whether somebody
/// listens on a socket file); any thread.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "app/options.h"
#include "conf/static_config.h"

namespace gapura::app::cli {

struct Place {
  std::string url;                    ///< "http://127.0.0.1:8081", without a slash at the end
  std::filesystem::path unix_socket;  ///< connected to instead; empty: TCP
  std::string token;                  ///< for TCP; empty: there is none, or none is known
  std::string name;                   ///< for messages: `url`, or "unix:/run/gapura.sock"
  std::string found_by;               ///< "--admin", "admin.address of /etc/gapura/gapura.yml"
  std::string token_advice;           ///< why `token` is empty, and what to do; may be empty
};

/// The static configuration of this machine, as far as it can be had.
struct Installation {
  conf::StaticConfig config;  ///< defaults, when `config.file` is empty
  /// The folders that hold the state, if any does, in the order in which the server tries them.
  std::vector<std::filesystem::path> state_folders() const;
  /// The socket file in a state folder on which somebody listens; empty: there is none.
  std::filesystem::path live_socket() const;
  /// Where the admin token is: admin.tokenFile, else that of the state folders which has one (the
  /// first, when none has, or when they cannot be looked into).
  std::filesystem::path token_file() const;
};

/// Of the file asked for, else of the one that is found, else the defaults. A sentence that says
/// what is wrong with the file.
std::variant<Installation, std::string> find_installation(const PlaceOptions& options,
                                                          const Environment& environment);

/// Or a sentence that says what was tried and what to do.
std::variant<Place, std::string> find_place(const PlaceOptions& options,
                                            const Environment& environment);

}  // namespace gapura::app::cli
