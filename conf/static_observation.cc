#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "conf/nearest.h"
#include "conf/scalars.h"
#include "conf/static_parts.h"

namespace gapura::conf {
namespace {

/// As many as a worker's histogram has place for (metrics/shard.h).
constexpr std::size_t kBucketsMax = 16;
constexpr std::array<std::string_view, 8> kLevels{"trace", "debug", "info",  "warn",
                                                  "error", "fatal", "panic", "warning"};

/// Reads one of a few words, any case; gives it in lower case, or `otherwise`.
std::string read_word(yaml::Section& section, std::string_view key, std::string otherwise,
                      std::span<const std::string_view> words) {
  const auto found = section.find(key);
  if (!found) return otherwise;
  const auto text = yaml::as_text(section.reader(), *found);
  if (!text) return otherwise;
  const std::string word = to_lower(*text);
  if (std::ranges::find(words, word) != words.end()) return word;
  section.reader().error(
      found->place, found->path,
      "must be one of " + listed(words) + ", not " + in_quotes(*text) + did_you_mean(*text, words));
  return otherwise;
}

void read_log(yaml::Section& log, log::Settings& settings) {
  constexpr std::array<std::string_view, 2> kFormats{"common", "json"};
  const auto shown_levels = std::span(kLevels).first(7);
  std::string level;
  log.read("level", level);
  const bool is_warning = iequals(level, "warning");  // Traefik 2 wrote it so
  settings.level = is_warning ? "warn" : read_word(log, "level", settings.level, shown_levels);
  settings.format = read_word(log, "format", settings.format, kFormats);
  log.read("filePath", settings.file_path);
  log.not_acted_on({"maxSize", "maxAge", "maxBackups", "compress"},
                   "rotate with logrotate and SIGUSR1");
  log.not_acted_on({"noColor"});
  log.finish();
}

void read_access_log(yaml::Section& section, AccessLog& access_log) {
  // "genericclf" is the common format with fewer fields; there is one writer for both here.
  constexpr std::array<std::string_view, 3> kFormats{"common", "json", "genericclf"};
  access_log.is_on = true;
  section.read("filePath", access_log.file_path);
  const std::string format = read_word(section, "format", "common", kFormats);
  access_log.format = format == "json" ? LogFormat::json : LogFormat::common;
  if (format == "genericclf") {
    const auto found = section.find("format");
    section.reader().warn(found->place, found->path,
                          "known to Traefik, not acted on by Gapura yet: genericCLF (lines are in "
                          "the common format)");
  }
  section.not_acted_on({"bufferingSize", "addInternals", "filters", "fields"});
  section.finish();
}

void read_buckets(yaml::Section& prometheus, std::vector<double>& buckets) {
  const auto found = prometheus.find("buckets");
  if (!found) return;
  yaml::Reader& reader = prometheus.reader();
  const auto texts = yaml::as_texts(reader, *found);
  if (!texts || texts->empty()) return;
  std::vector<double> bounds;
  for (const std::string& text : *texts) {
    std::string fault;
    const auto bound = parse_number(text, &fault);
    if (!bound) return reader.error(found->place, found->path, fault);
    if (*bound <= 0) return reader.error(found->place, found->path, "must be above 0 (seconds)");
    bounds.push_back(*bound);
  }
  if (bounds.size() > kBucketsMax) {
    return reader.error(found->place, found->path,
                        "at most " + std::to_string(kBucketsMax) + " buckets, not " +
                            std::to_string(bounds.size()));
  }
  if (std::ranges::adjacent_find(bounds, std::greater_equal<>{}) != bounds.end()) {
    return reader.error(found->place, found->path, "must rise from each bucket to the next");
  }
  buckets = std::move(bounds);
}

/// `entryPoint` of something that is always served on the internal one.
void read_home(yaml::Section& section, std::string_view what) {
  std::string entry_point(kInternalEntryPoint);
  section.read("entryPoint", entry_point);
  if (entry_point != kInternalEntryPoint) {
    const auto found = section.find("entryPoint");
    section.reader().warn(found->place, found->path,
                          std::string(what) +
                              " on another entry point than 'traefik' is not built "
                              "yet; it stays on 'traefik'");
  }
  section.not_acted_on({"manualRouting"});
}

void read_metrics(yaml::Section& section, Metrics& metrics) {
  if (auto prometheus = section.section("prometheus")) {
    read_buckets(*prometheus, metrics.buckets);
    prometheus->read("addEntryPointsLabels", metrics.entry_point_labels);
    prometheus->read("addServicesLabels", metrics.service_labels);
    read_home(*prometheus, "/metrics");
    bool has_router_labels = false;
    prometheus->read("addRoutersLabels", has_router_labels);
    if (has_router_labels) prometheus->not_acted_on({"addRoutersLabels"});
    prometheus->not_acted_on({"headerLabels"});
    prometheus->finish();
  }
  section.not_acted_on({"otlp", "datadog", "statsD", "influxDB2", "addInternals"});
  section.finish();
}

void read_api(yaml::Section& api, StaticConfig& config) {
  api.read("insecure", config.has_traefik_api);
  const auto insecure = api.find("insecure");
  if (config.has_traefik_api && insecure && !config.internal_was_asked_for) {
    api.reader().warn(
        insecure->place, insecure->path,
        "serves Traefik's read-only API on 127.0.0.1:8080 only: the port is not opened "
        "to the network by it; for that, set entryPoints.traefik.address: \":8080\"");
  }
  api.not_acted_on({"dashboard", "debug", "disableDashboardAd", "dashboardName", "basePath"});
  api.finish();
}

}  // namespace

void read_observation(yaml::Section& root, StaticConfig& config) {
  if (auto log = root.section("log")) read_log(*log, config.log);
  if (const auto found = root.find_even_null("accessLog")) {
    auto section = yaml::Section::open(root.reader(), *found);
    if (section) read_access_log(*section, config.access_log);
  }
  if (auto metrics = root.section("metrics")) read_metrics(*metrics, config.metrics);
  if (auto ping = root.section("ping")) {
    read_home(*ping, "/ping");
    ping->not_acted_on({"terminatingStatusCode"}, "it is 503");
    ping->finish();
  }
  if (auto api = root.section("api")) read_api(*api, config);
}

}  // namespace gapura::conf
