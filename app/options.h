/// The command line and its environment, as values. Pure; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gapura::app {

namespace cli {
class Session;
}

/// Where the admin API of a running Gapura is, as written; app/cli/place.h finds it.
struct PlaceOptions {
  std::filesystem::path config_file, token_file;  ///< empty: not given
  std::string admin;                              ///< a URL or unix:/path; empty: not given
};

/// A verb that asks a running Gapura; app/cli/verbs.h runs it.
struct ClientOptions {
  PlaceOptions place;
  bool is_json = false;
  std::function<void(cli::Session&)> verb;
};

/// Of `gapura simulate`, as written; simulate_command.cc reads them.
struct SimulateOptions {
  std::filesystem::path policy, trace, log, recorded, chart;  ///< files; empty: not given
  std::string service;
  std::string boot = "90s", service_time = "200ms";
  double concurrency = 0;  ///< 0: the policy's, else 4
  double scale = 1;
  double price = 0;
  std::string currency = "IDR";
  std::vector<std::string> compare;
  bool is_json = false;
};

/// Of `gapura demo`.
struct DemoOptions {
  std::uint32_t seconds = 120;  ///< from the first user until the load has risen and fallen
  bool is_once = false;         ///< end after that
};

struct Options {
  enum class Verb { serve, check, provider_check, demo, demo_service, simulate, client };
  Verb verb = Verb::serve;
  std::filesystem::path config_file;  ///< empty: to be searched for
  std::optional<unsigned> workers;    ///< --workers, else GAPURA_WORKERS; unset: the YAML decides
  bool is_strict = false;             ///< check --strict: warnings count as errors
  std::string service;                ///< provider check --service; empty: all
  SimulateOptions simulate;
  ClientOptions client;
  DemoOptions demo;
  std::uint16_t port = 0;  ///< of demo-service
};

/// The run is over before it began: what to print, where, and the exit code.
struct Exit {
  int code = 0;
  std::string text;
};

/// Value of an environment variable, or nullopt.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

/// `arguments` without the program's name.
std::variant<Options, Exit> parse_options(std::vector<std::string> arguments,
                                          const Environment& environment);

/// Traefik's search places and /etc/gapura, in order; the first is the best.
std::vector<std::filesystem::path> config_search_places(const Environment& environment);

/// The first of config_search_places() that is a file; empty when there is none.
std::filesystem::path find_config_file(const Environment& environment);

/// What to say when find_config_file() found nothing.
std::string no_config_message(const Environment& environment);

}  // namespace gapura::app
