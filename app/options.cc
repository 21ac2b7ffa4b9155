#include "app/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <system_error>

#include "app/cli/completion.h"
#include "app/cli/completion_verb.h"
#include "app/cli/verbs.h"
#include "base/ascii.h"
#include "conf/nearest.h"

namespace gapura::app {
namespace {

constexpr unsigned kWorkersMax = 1024;

constexpr const char* kFooter =
    "Without --configFile the file is searched for: traefik.yml or traefik.yaml in /etc/traefik,\n"
    "$XDG_CONFIG_HOME, $HOME/.config and the current folder, then /etc/gapura/gapura.yml.\n"
    "Signals: TERM and INT stop: what is in flight may end, for graceTimeOut (10 s) at most; a\n"
    "second one stops at once. HUP reads the dynamic configuration again (the static file is read\n"
    "at start only); USR1 opens the log files again.";

/// Traefik's static settings as flags, by their first word. They are known so that whoever moves a
/// command line over is told where they go.
constexpr std::string_view kTraefikFlags[] = {
    "accesslog",    "api",       "certificatesresolvers", "core",   "entrypoints",
    "experimental", "global",    "hostresolver",          "log",    "metrics",
    "ping",         "providers", "serverstransport",      "spiffe", "tcpserverstransport",
    "tracing"};

/// "entryPoints" for "--entryPoints.web.address=:80"; empty when it is no flag of Traefik's.
std::string traefik_flag(std::string_view argument) {
  if (!argument.starts_with("--")) return {};
  argument.remove_prefix(2);
  argument = argument.substr(0, argument.find('='));
  const std::string word = to_lower(argument.substr(0, argument.find('.')));
  for (const std::string_view known : kTraefikFlags) {
    if (word == known) return std::string(argument);
  }
  return {};
}

std::optional<unsigned> workers_from(std::string_view text) {
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (count < 1 || count > kWorkersMax) return std::nullopt;
  return count;
}

Exit wrong(std::string message) {
  return Exit{.code = 2, .text = "gapura: " + std::move(message) + "\nSee gapura --help.\n"};
}

Exit unknown(const CLI::App& app, const std::vector<std::string>& rest) {
  for (const std::string& argument : rest) {
    if (const std::string flag = traefik_flag(argument); !flag.empty()) {
      return wrong(
          "--" + flag +
          " is a setting of the static configuration and is not read from the command "
          "line; write it in the file given by --configFile (as YAML, the dots are levels)");
    }
  }
  const std::string& first = rest.front();
  if (!first.starts_with("-")) {
    const auto chosen = app.get_subcommands();
    if (!chosen.empty()) {
      return wrong("\"" + first + "\" is one word too many for " + chosen.front()->get_name());
    }
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    return wrong("\"" + first + "\" is not a command" + conf::did_you_mean(first, known));
  }
  return wrong("the flag " + first.substr(0, first.find('=')) + " is not known");
}

struct Raw {
  std::string file;
  std::string workers;
};

void add_file(CLI::App& app, Raw& raw) {
  app.add_option("-c,--configFile", raw.file, "static configuration (Traefik's YAML)")
      ->type_name("FILE")
      ->ignore_case();
}

CLI::App* add_simulate(CLI::App& app, Raw& raw, SimulateOptions& out) {
  CLI::App* verb = app.add_subcommand(
      "simulate", "say what an autoscale policy would have done under a recorded load");
  add_file(*verb, raw);
  verb->add_option("--policy", out.policy,
                   "the content of an `autoscale`, instead of --configFile");
  verb->add_option("--service", out.service, "whose policy; default: the only one that has one");
  verb->add_option("--trace", out.trace, "load as CSV (minute,requests or seconds,work)");
  verb->add_option("--log", out.log, "load as an access log (JSON, common, combined)");
  verb->add_option("--boot", out.boot, "from the wish for a target until it serves (90s)");
  verb->add_option("--service-time", out.service_time, "work of a request (200ms)");
  verb->add_option("--concurrency", out.concurrency, "requests a target works on at once");
  verb->add_option("--scale", out.scale, "times as much load as the trace has")
      ->check(CLI::PositiveNumber);
  verb->add_option("--price", out.price, "of an instance-hour")->check(CLI::NonNegativeNumber);
  verb->add_option("--currency", out.currency, "of the price (IDR)");
  verb->add_option("--compare", out.compare, "policy files, or seed, hpa, kpa")->delimiter(',');
  verb->add_option("--chart", out.chart, "write a chart: out.svg or out.html");
  verb->add_flag("--json", out.is_json, "print JSON");
  verb->add_option("--recorded", out.recorded,
                   "take the decisions of a recorded run again; exit 1 when one differs");
  return verb;
}

CLI::App* add_demo(CLI::App& app, DemoOptions& out) {
  CLI::App* verb = app.add_subcommand(
      "demo", "scale a small service under load that rises and falls, and say what happens");
  verb->add_option("--seconds", out.seconds, "how long the load rises and falls (120)")
      ->check(CLI::Range(10, 3'600));
  verb->add_flag("--once", out.is_once, "end after that; exit 1 when a request failed");
  return verb;
}

std::optional<Exit> read_workers(const std::string& flag, const Environment& environment,
                                 Options& options) {
  const std::optional<std::string> variable = environment("GAPURA_WORKERS");
  const bool from_flag = !flag.empty();
  if (!from_flag && (!variable || variable->empty())) return std::nullopt;
  const std::string& text = from_flag ? flag : *variable;
  options.workers = workers_from(text);
  if (options.workers) return std::nullopt;
  return wrong(std::string(from_flag ? "--workers" : "GAPURA_WORKERS") +
               " must be a number from 1 to " + std::to_string(kWorkersMax) + ", not \"" + text +
               "\"");
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

std::variant<Options, Exit> parse_options(std::vector<std::string> arguments,
                                          const Environment& environment) {
  CLI::App app("Gapura, an HTTP load balancer that reads Traefik's configuration.", "gapura");
  app.footer(kFooter);
  app.allow_extras();
  Raw raw;
  bool wants_version = false;
  Options options;
  add_file(app, raw);
  app.add_option(
         "--workers", raw.workers,
         "worker threads (also GAPURA_WORKERS, or workers in the YAML; default: one a core)")
      ->type_name("N");
  app.add_flag("--version", wants_version, "print the version");
  CLI::App* check =
      app.add_subcommand("check", "say what is wrong with the configuration; exit 0 or 1");
  add_file(*check, raw);
  check->add_flag("--strict", options.is_strict, "warnings count as errors");
  CLI::App* provider = app.add_subcommand("provider", "look at who makes targets");
  CLI::App* provider_check = provider->add_subcommand(
      "check",
      "ask the providers for their instances and say what a scale-up would call; creates "
      "nothing; exit 0 or 1");
  add_file(*provider_check, raw);
  provider_check->add_option("--service", options.service, "of this service only")
      ->type_name("NAME");
  provider->require_subcommand(1);
  CLI::App* version = app.add_subcommand("version", "print the version");
  CLI::App* demo = add_demo(app, options.demo);
  CLI::App* demo_service = app.add_subcommand("demo-service", "what the demo scales")->group("");
  demo_service->add_option("--port", options.port)->required();
  CLI::App* simulate = add_simulate(app, raw, options.simulate);
  cli::add_verbs(app, options.client);
  app.require_subcommand(0, 1);
  if (!arguments.empty() && arguments.front() == cli::kCompleteVerb) {
    options.verb = Options::Verb::client;
    options.client = cli::completing(app, {arguments.begin() + 1, arguments.end()});
    return options;
  }

  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return Exit{.code = 0, .text = chosen.empty() ? app.help() : chosen.front()->help()};
  } catch (const CLI::ParseError& error) {
    return wrong(error.what());
  }
  if (const auto rest = app.remaining(/*recurse=*/true); !rest.empty()) return unknown(app, rest);
  if (*version || wants_version) return Exit{.code = 0, .text = "gapura " GAPURA_VERSION "\n"};
  if (*check) options.verb = Options::Verb::check;
  if (*provider_check) options.verb = Options::Verb::provider_check;
  if (*demo) options.verb = Options::Verb::demo;
  if (*demo_service) options.verb = Options::Verb::demo_service;
  if (*simulate) options.verb = Options::Verb::simulate;
  if (options.client.verb) options.verb = Options::Verb::client;
  options.config_file = raw.file;
  if (options.client.place.config_file.empty()) options.client.place.config_file = raw.file;
  const bool has_workers = options.verb == Options::Verb::serve ||
                           options.verb == Options::Verb::check ||
                           options.verb == Options::Verb::demo;
  if (!has_workers) return options;
  if (auto exit = read_workers(raw.workers, environment, options)) return *std::move(exit);
  return options;
}

std::vector<std::filesystem::path> config_search_places(const Environment& environment) {
  std::vector<std::filesystem::path> folders{"/etc/traefik"};
  if (const auto xdg = environment("XDG_CONFIG_HOME"); xdg && !xdg->empty()) {
    folders.emplace_back(*xdg);
  }
  if (const auto home = environment("HOME"); home && !home->empty()) {
    folders.push_back(std::filesystem::path(*home) / ".config");
  }
  folders.emplace_back(".");
  std::vector<std::filesystem::path> files;
  for (const auto& folder : folders) {
    files.push_back(folder / "traefik.yml");
    files.push_back(folder / "traefik.yaml");
  }
  files.emplace_back("/etc/gapura/gapura.yml");
  return files;
}

std::filesystem::path find_config_file(const Environment& environment) {
  for (const auto& file : config_search_places(environment)) {
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) return file;
  }
  return {};
}

std::string no_config_message(const Environment& environment) {
  std::string text = "gapura: no configuration file was given, and none was found at\n";
  for (const auto& file : config_search_places(environment)) text += "  " + file.string() + "\n";
  text +=
      "Start with gapura --configFile=FILE (the static.yaml or traefik.yml that Traefik uses), or "
      "try gapura demo.\n";
  return text;
}

}  // namespace gapura::app
