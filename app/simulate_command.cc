#include "app/simulate_command.h"

#include <cstdio>
#include <stdexcept>

#include "app/atomic_file.h"
#include "app/config_files.h"
#include "autoscale/decide/policy_text.h"
#include "autoscale/decide/record.h"
#include "autoscale/simulate/access_log.h"
#include "autoscale/simulate/report.h"
#include "base/format.h"
#include "conf/scalars.h"
#include "conf/static_config.h"

namespace gapura::app {
namespace {

/// What was given cannot be used: one sentence. The command ends with it.
struct Unusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string content_of(const std::filesystem::path& file) {
  std::string text;
  if (const std::error_code error = read_whole(file, text)) {
    throw Unusable(file.string() + " cannot be read: " + error.message());
  }
  return text;
}

Milliseconds duration(const char* flag, const std::string& text) {
  std::string fault;
  const auto out = conf::parse_duration(text, &fault);
  if (!out) throw Unusable(std::string(flag) + " " + fault);
  if (*out == Milliseconds(0)) throw Unusable(std::string(flag) + " must be above 0");
  return *out;
}

conf::Autoscale policy_in(const std::filesystem::path& file) {
  std::string fault;
  const auto out = autoscale::read_policy_text(content_of(file), &fault);
  if (!out) {
    throw Unusable(file.string() + ": " + fault +
                   " (it is to hold what stands below autoscale: in a service)");
  }
  return *out;
}

/// The policy of a service in the dynamic files that a static file names.
conf::Autoscale configured_policy(const std::filesystem::path& file, const std::string& wanted) {
  const conf::StaticResult fixed = conf::parse_static(content_of(file), file);
  for (const conf::Problem& problem : fixed.problems) {
    if (problem.severity == conf::Severity::error) throw Unusable(problem.to_string());
  }
  std::vector<std::string> entry_points;
  for (const conf::EntryPoint& one : fixed.config.entry_points) entry_points.push_back(one.name);
  const conf::DynamicConfig config =
      ConfigFiles(fixed.config.file_provider, entry_points, {}).load().config;
  std::vector<std::string> names;
  for (const auto& [name, service] : config.services) {
    if (!service.autoscale || (!wanted.empty() && name != wanted)) continue;
    names.push_back(name);
  }
  if (names.size() != 1) {
    throw Unusable(names.empty() ? "no service" + (wanted.empty() ? "" : " " + wanted) +
                                       " with autoscale is in the files of " + file.string()
                                 : "several services have autoscale; choose one by --service");
  }
  const conf::Autoscale& policy = *config.services.at(names.front()).autoscale;
  if (!policy.fault.empty())
    throw Unusable("the autoscale of " + names.front() + ": " + policy.fault);
  return policy;
}

/// Only observing or off, a policy would do nothing; simulated is what it would do.
conf::Autoscale awake(conf::Autoscale policy) {
  if (policy.mode != conf::ScalingMode::up_only) policy.mode = conf::ScalingMode::on;
  return policy;
}

conf::Autoscale policy_of(const Options& options) {
  if (!options.simulate.policy.empty()) return awake(policy_in(options.simulate.policy));
  if (!options.config_file.empty()) {
    return awake(configured_policy(options.config_file, options.simulate.service));
  }
  throw Unusable(
      "whose policy? Give --configFile, or --policy with a file that holds, for example,\n"
      "  min: 1\n  max: 10\n  concurrency: 4");
}

autoscale::Trace trace_of(const SimulateOptions& options, double service_s) {
  if (options.trace.empty() == options.log.empty()) {
    throw Unusable("which load? Give either --trace with a CSV file or --log with an access log");
  }
  if (!options.trace.empty()) {
    auto read = autoscale::read_csv_trace(content_of(options.trace), service_s);
    if (const auto* fault = std::get_if<autoscale::TraceFault>(&read)) {
      throw Unusable(options.trace.string() + ": " + fault->message);
    }
    return std::get<autoscale::Trace>(std::move(read));
  }
  auto read = autoscale::read_access_log(content_of(options.log));
  if (const auto* fault = std::get_if<autoscale::TraceFault>(&read)) {
    throw Unusable(options.log.string() + ": " + fault->message);
  }
  auto& log = std::get<autoscale::LogTrace>(read);
  if (log.unread > 0) {
    std::fprintf(stderr, "gapura: %zu of %zu lines are no access log's and were left out\n",
                 log.unread, log.lines);
  }
  if (log.timed == 0) {
    std::fprintf(stderr, "gapura: the log has no durations; each request is taken to need %s\n",
                 options.service_time.c_str());
  }
  return std::move(log.trace);
}

std::unique_ptr<autoscale::Scaler> scaler_for(const std::string& name,
                                              const autoscale::SimulationSettings& settings) {
  if (name == "seed") return autoscale::make_seed_scaler(settings.min, settings.max);
  if (name == "hpa") return autoscale::make_hpa_scaler(settings.min, settings.max);
  if (name == "kpa") {
    return autoscale::make_kpa_scaler(settings.min, settings.max, settings.service.concurrency);
  }
  return autoscale::make_policy_scaler(awake(policy_in(name)), autoscale::kVirtualStart);
}

void write_chart(const std::filesystem::path& file, const autoscale::Report& report) {
  std::string text = autoscale::to_svg(report);
  if (file.extension() == ".html") {
    text = "<!doctype html><meta charset='utf-8'><title>gapura simulate</title>\n" + text;
  } else if (file.extension() != ".svg") {
    throw Unusable("--chart must end in .svg or .html, not " + file.string());
  }
  std::FILE* out = std::fopen(file.c_str(), "w");
  const bool is_written =
      out != nullptr && std::fwrite(text.data(), 1, text.size(), out) == text.size();
  if (out == nullptr || std::fclose(out) != 0 || !is_written) {
    throw Unusable(file.string() + " cannot be written");
  }
}

int replay(const std::filesystem::path& file) {
  const autoscale::Redecided again = autoscale::decide_again(content_of(file));
  if (!again.fault.empty()) throw Unusable(file.string() + ": " + again.fault);
  for (const std::string& one : again.differences) std::printf("%s\n", one.c_str());
  std::printf(
      "%zu decisions taken again, %zu of them changes: %s\n", again.decisions, again.changes,
      again.different == 0 ? "all came out the same"
                           : (std::to_string(again.different) + " came out differently").c_str());
  return again.different == 0 ? 0 : 1;
}

int run(const Options& options) {
  const SimulateOptions& asked = options.simulate;
  if (!asked.recorded.empty()) return replay(asked.recorded);
  const conf::Autoscale policy = policy_of(options);
  autoscale::SimulationSettings settings{.service = {}};
  settings.boot = duration("--boot", asked.boot);
  settings.service.service_s =
      static_cast<double>(duration("--service-time", asked.service_time).count()) / 1'000;
  if (policy.concurrency > 0) settings.service.concurrency = policy.concurrency;
  if (asked.concurrency > 0) settings.service.concurrency = asked.concurrency;
  settings.min = policy.min;
  settings.max = policy.max;
  autoscale::Trace trace = trace_of(asked, settings.service.service_s);
  if (asked.scale != 1) trace.scale(asked.scale);

  autoscale::Report report;
  report.oracle_hours = autoscale::oracle_hours(trace, settings);
  report.static_hours = autoscale::static_hours(trace, settings);
  report.trace_hours = static_cast<double>(trace.rates.size()) / 3'600;
  report.price = asked.price;
  report.currency = asked.currency;
  const auto add = [&](const std::string& name, std::unique_ptr<autoscale::Scaler> scaler) {
    report.outcomes.push_back(autoscale::simulate(trace, *scaler, settings));
    report.outcomes.back().name = name;
  };
  add("this policy", autoscale::make_policy_scaler(policy, autoscale::kVirtualStart));
  for (const std::string& name : asked.compare) add(name, scaler_for(name, settings));
  const std::string text = asked.is_json ? autoscale::to_json(report) : autoscale::to_text(report);
  std::fputs(text.c_str(), stdout);
  if (!asked.chart.empty()) write_chart(asked.chart, report);
  return 0;
}

}  // namespace

int simulate(const Options& options) {
  try {
    return run(options);
  } catch (const Unusable& fault) {
    std::fprintf(stderr, "gapura: %s\n", fault.what());
    return 2;
  }
}

}  // namespace gapura::app
