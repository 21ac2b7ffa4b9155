#include "app/commands.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "app/atomic_file.h"
#include "app/config_change.h"
#include "app/config_files.h"
#include "app/process.h"
#include "app/provider_command.h"
#include "app/server.h"
#include "app/signals.h"
#include "balancer/registry.h"
#include "base/log.h"
#include "base/plural.h"
#include "conf/static_config.h"

namespace gapura::app {
namespace {

void print(std::FILE* out, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out);
}

/// The file asked for, or the one found. Empty after having said that there is none.
std::filesystem::path file_of(const Options& options) {
  if (!options.config_file.empty()) return options.config_file;
  const Environment environment = process_environment();
  auto file = find_config_file(environment);
  if (file.empty()) print(stderr, no_config_message(environment));
  return file;
}

/// The static file, with what the command line overrides.
conf::StaticResult read_static(const std::filesystem::path& file, const Options& options) {
  std::string text;
  if (const std::error_code error = read_whole(file, text)) {
    conf::StaticResult result;
    conf::Problem problem;
    problem.file = file.string();
    problem.message = "cannot be read: " + error.message();
    result.problems.push_back(std::move(problem));
    return result;
  }
  conf::StaticResult result = conf::parse_static(text, file);
  result.config.file = file;
  if (options.workers) result.config.workers = *options.workers;
  return result;
}

std::string line_of(const conf::Problem& problem) {
  const bool is_warning = problem.severity == conf::Severity::warning;
  return problem.to_string() + (is_warning ? " (warning)\n" : "\n");
}

/// The log is not started yet when the static file is read; its problems wait for it.
void log_problems(const conf::Problems& problems) {
  for (const conf::Problem& problem : problems) {
    if (problem.severity == conf::Severity::warning) log::warn("{}", problem.to_string());
  }
}

/// From here on a signal stops the server in good order, even while it still starts.
int run(Server& server) {
  const Signals signals({.stop =
                             [&server] {
                               notify_systemd("STOPPING=1");
                               server.request_stop();
                             },
                         .reload = [&server] { server.request_reload(); },
                         .reopen =
                             [&server] {
                               log::reopen();
                               server.reopen_logs();
                             }});
  if (const auto errors = server.start(); !errors.empty()) {
    for (const std::string& error : errors) log::error("{}", error);
    log::error("not started");
    return 1;
  }
  notify_systemd("READY=1");
  server.run();
  return 0;
}

/// Nothing is wrong with such a configuration; yet nobody wants it.
void warn_of_no_router(const conf::FileProvider& files, const LoadedConfig& loaded,
                       conf::Problems& problems) {
  const auto& source = files.directory.empty() ? files.filename : files.directory;
  const bool is_told = source.empty() || std::ranges::any_of(loaded.problems, [](const auto& one) {
                         return one.severity == conf::Severity::error;
                       });
  if (is_told || !loaded.config.routers.empty()) return;
  conf::Problem problem;
  problem.severity = conf::Severity::warning;
  problem.file = source.string();
  problem.path = "http.routers";
  problem.message = "there is no router, so every request gets 404";
  problems.push_back(std::move(problem));
}

/// What the dynamic files hold against the static ones, rules included.
LoadedConfig read_dynamic(const conf::StaticConfig& config, conf::Problems& problems) {
  std::vector<std::string> names;
  for (const auto& entry_point : config.entry_points) names.push_back(entry_point.name);
  LoadedConfig loaded = ConfigFiles(config.file_provider, names, {}).load();
  // Rules are the balancer's to read: a registry that nobody listens to says what is wrong.
  balancer::Registry registry(config.entry_points, 1,
                              {.publish = [](balancer::SnapshotPtr) {},
                               .event = [](const balancer::Event&) {},
                               .cut = [](balancer::TargetRef, Milliseconds) {}});
  const conf::Problems rules = registry.set_files(loaded.config, Clock::now());
  problems.insert(problems.end(), loaded.problems.begin(), loaded.problems.end());
  conf::add_untold(problems, rules);
  warn_of_no_router(config.file_provider, loaded, problems);
  return loaded;
}

}  // namespace

int serve(const Options& options) {
  const std::filesystem::path file = file_of(options);
  if (file.empty()) return 1;
  conf::StaticResult result = read_static(file, options);
  if (!result.ok()) {
    for (const conf::Problem& problem : result.problems) print(stderr, line_of(problem));
    print(stderr, "gapura: not started; gapura check says all that is wrong\n");
    return 1;
  }
  try {
    log::start(result.config.log);
  } catch (const std::exception& error) {
    print(stderr, "gapura: " + std::string(error.what()) + "\n");
    return 1;
  }
  log_problems(result.problems);
  log::info("at most {}", counted(raise_descriptor_limit(), "open descriptor"));
  int code = 1;
  {
    Server server(std::move(result.config));
    code = run(server);
  }
  log::stop();
  return code;
}

int check(const Options& options) {
  const std::filesystem::path file = file_of(options);
  if (file.empty()) return 1;
  const conf::StaticResult result = read_static(file, options);
  conf::Problems problems = result.problems;
  std::string size;
  // Without entry points every router would be at fault for that alone.
  if (result.ok()) {
    const LoadedConfig loaded = read_dynamic(result.config, problems);
    size =
        ": " + counted(loaded.files.size(), "dynamic file") + ", " + describe_size(loaded.config);
  }
  for (const conf::Problem& problem : problems) print(stdout, line_of(problem));
  const auto errors = static_cast<std::size_t>(
      std::ranges::count(problems, conf::Severity::error, &conf::Problem::severity));
  const std::size_t warnings = problems.size() - errors;
  const bool is_refused = errors != 0 || (warnings != 0 && options.is_strict);
  print(stdout, file.string() + size + "; " + counted(errors, "error") + ", " +
                    counted(warnings, "warning") + (problems.empty() ? ". Good.\n" : "\n"));
  return is_refused ? 1 : 0;
}

int provider_check(const Options& options) {
  const std::filesystem::path file = file_of(options);
  if (file.empty()) return 1;
  const conf::StaticResult result = read_static(file, options);
  conf::Problems problems = result.problems;
  std::optional<LoadedConfig> loaded;
  if (result.ok()) loaded = read_dynamic(result.config, problems);
  bool is_refused = false;
  for (const conf::Problem& problem : problems) {
    if (problem.severity != conf::Severity::error) continue;
    print(stdout, line_of(problem));
    is_refused = true;
  }
  if (!loaded) return 1;
  const ProviderReport report = check_providers(loaded->config, options.service);
  print(stdout, report.text);
  return report.is_good && !is_refused ? 0 : 1;
}

}  // namespace gapura::app
