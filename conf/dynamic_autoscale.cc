// How many targets a service is to have: `autoscale`, all of it ours. Meanings and defaults:
// docs/autoscaling.md.
#include <array>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/scalars.h"

namespace gapura::conf {
namespace {

constexpr std::int64_t kSizeMax = 10'000;

void read_count(yaml::Section& section, std::string_view key, std::int64_t min,
                std::uint32_t& out) {
  if (const auto count = section.integer(key, min, kSizeMax)) {
    out = static_cast<std::uint32_t>(*count);
  }
}

void read_mode(yaml::Section& section, ScalingMode& mode) {
  const auto found = section.find("mode");
  const auto text = found ? yaml::as_text(section.reader(), *found) : std::nullopt;
  if (!text) return;
  if (const auto known = scaling_mode(*text)) {
    mode = *known;
    return;
  }
  section.reader().error(found->place, found->path,
                         "must be off, observe, up_only or on, not " + in_quotes(*text));
}

void read_sizes(yaml::Section& section, Autoscale& out) {
  read_count(section, "min", 0, out.min);
  read_count(section, "max", 1, out.max);
  read_count(section, "warm", 0, out.warm);
  if (!section.find("max")) {
    section.error_at("max", "max is missing: the most targets there may ever be; write max: 5");
  } else if (out.min > out.max) {
    section.error_at("min", "min (" + std::to_string(out.min) + ") must not be above max (" +
                                std::to_string(out.max) + ")");
  }
  if (out.warm > out.max) section.error_at("warm", "must not be above max");
}

/// `name`: {up, down} of numbers.
void read_tolerance(yaml::Section& section, Autoscale& out) {
  auto both = section.section("tolerance");
  if (!both) return;
  read_number(*both, "up", 0, 1, out.up_tolerance);
  read_number(*both, "down", 0, 1, out.down_tolerance);
  both->finish();
}

void read_step(yaml::Section& section, Autoscale& out) {
  auto both = section.section("step");
  if (!both) return;
  read_count(*both, "up", 0, out.up_step);
  read_count(*both, "down", 1, out.down_step);
  both->finish();
}

void read_times(yaml::Section& section, std::string_view key, Milliseconds& up,
                Milliseconds& down) {
  auto both = section.section(key);
  if (!both) return;
  constexpr Milliseconds kMost{6 * 3'600'000};  // what a History remembers
  const std::array<std::pair<std::string_view, Milliseconds*>, 2> times{
      {{"up", &up}, {"down", &down}}};
  for (const auto& [name, time] : times) {
    both->read(name, *time);
    if (*time > kMost) both->error_at(name, "must be at most 6h");
  }
  both->finish();
}

void read_pace(yaml::Section& section, Autoscale& out) {
  read_tolerance(section, out);
  read_number(section, "margin", 0, 50, out.margin);
  read_step(section, out);
  read_times(section, "window", out.up_window, out.down_window);
  read_times(section, "cooldown", out.up_cooldown, out.down_cooldown);
  read_count(section, "maxCreatesPerHour", 1, out.creates_per_hour);
  read_count(section, "maxDeletesPerHour", 1, out.deletes_per_hour);
}

bool has_signal(const Autoscale& policy) {
  return policy.concurrency > 0 || policy.requests_per_second > 0 ||
         policy.queue_wait > Milliseconds(0) || policy.latency || !policy.resources.empty() ||
         !policy.queries.empty();
}

void warn_of_gaps(yaml::Section& section, const Autoscale& policy) {
  yaml::Reader& reader = section.reader();
  const yaml::Value& at = section.value();
  const bool acts = policy.mode == ScalingMode::on || policy.mode == ScalingMode::up_only;
  if (acts && !section.find("provider")) {
    reader.warn(at.place, at.path,
                "has no provider: sizes are decided on, but nobody makes targets; write provider: "
                "or mode: observe");
  }
  if (policy.mode != ScalingMode::off && !has_signal(policy)) {
    reader.warn(at.place, at.path,
                "has no signal of load: it follows alerts, its schedule and commands only; write "
                "for example concurrency: 4, the requests that a target works on at once");
  }
}

Autoscale read(yaml::Section& section, const std::string& name) {
  Autoscale out;
  read_mode(section, out.mode);
  read_sizes(section, out);
  read_signals(section, out);
  read_pace(section, out);
  std::string record;
  section.read("record", record);
  out.record = record;
  out.provider = read_provider(section, name);
  section.finish();
  warn_of_gaps(section, out);
  return out;
}

}  // namespace

void read_number(yaml::Section& section, std::string_view key, double min, double max,
                 double& out) {
  const auto found = section.find(key);
  const auto text = found ? yaml::as_text(section.reader(), *found) : std::nullopt;
  if (!text) return;
  std::string wrong;
  const auto number = parse_number(*text, &wrong);
  if (number && *number >= min && *number <= max) {
    out = *number;
    return;
  }
  const auto plain = [](double value) {
    std::string digits = std::to_string(value);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    return digits;
  };
  if (number) {
    wrong = "must be between " + plain(min) + " and " + plain(max) + ", not " + shown(*text);
  }
  section.reader().error(found->place, found->path, wrong);
}

std::optional<Autoscale> read_autoscale(yaml::Section& service, const std::string& name) {
  const auto found = service.find("autoscale");
  if (!found) return std::nullopt;
  yaml::Reader& reader = service.reader();
  reader.watch_errors(found->path);
  Autoscale out;
  if (auto section = yaml::Section::open(reader, *found)) out = read(*section, name);
  if (reader.first_error().empty()) return out;
  out.mode = ScalingMode::off;
  out.fault = reader.first_error();
  reader.warn(found->place, found->path,
              "scaling of this service is off because of the error in it; its targets serve on");
  return out;
}

}  // namespace gapura::conf
