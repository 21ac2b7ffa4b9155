// What decides whether a target may be used, beyond that it can be connected to: healthCheck and
// passiveHealthCheck with Traefik's keys, slowStart and panicThreshold.
#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

/// What is put into a request that we write: no blank and no control byte in a target or a method,
/// no control byte in a value (RFC 9110 5.5).
bool is_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

void read_target(yaml::Section& section, HealthCheck& check) {
  section.read("path", check.path);
  if (!section.find("path")) {
    section.reader().error(section.value().place, section.value().path,
                           "path is missing; write for example path: /health");
  } else if (!check.path.starts_with('/') || !is_value(check.path) ||
             check.path.find(' ') != std::string::npos) {
    section.error_at("path", "must be a path such as /health, not " + in_quotes(check.path));
  }
  section.read("hostname", check.hostname);
  if (!is_value(check.hostname)) section.error_at("hostname", "must hold no control bytes");
  section.read("method", check.method);
  if (!is_token(check.method))
    section.error_at("method", "is no method: " + in_quotes(check.method));
  check.port = static_cast<std::uint16_t>(section.integer("port", 0, 65'535).value_or(0));
  check.status = static_cast<unsigned>(section.integer("status", 0, 599).value_or(0));
  section.read("body", check.body);
  const auto headers = section.find("headers");
  if (!headers) return;
  yaml::for_each_named(
      section.reader(), *headers, [&](const std::string& name, const yaml::Value& value) {
        const auto text = yaml::as_text(section.reader(), value);
        if (!text) return;
        if (is_token(name) && is_value(*text)) {
          check.headers.emplace_back(name, *text);
        } else {
          section.reader().error(value.place, value.path, "is no header field that can be sent");
        }
      });
}

void read_times(yaml::Section& section, HealthCheck& check) {
  section.read("interval", check.interval);
  check.unhealthy_interval = check.interval;
  section.read("unhealthyInterval", check.unhealthy_interval);
  section.read("timeout", check.timeout);
  constexpr Milliseconds kLeast{100};
  const std::array<std::pair<const char*, Milliseconds*>, 3> times{
      {{"interval", &check.interval},
       {"unhealthyInterval", &check.unhealthy_interval},
       {"timeout", &check.timeout}}};
  for (const auto& [key, time] : times) {
    if (*time >= kLeast) continue;
    if (section.find(key)) section.error_at(key, "must be at least 100ms");
    *time = kLeast;
  }
  check.rise = static_cast<unsigned>(section.integer("rise", 1, 100).value_or(check.rise));
  check.fall = static_cast<unsigned>(section.integer("fall", 1, 100).value_or(check.fall));
}

void read_mode(yaml::Section& section, HealthCheck& check) {
  std::string mode = "http";
  section.read("mode", mode);
  if (iequals(mode, "http") || mode.empty()) return;
  check.is_tcp = true;
  if (iequals(mode, "tcp")) return;
  const auto found = section.find("mode");
  section.reader().warn(found->place, found->path,
                        iequals(mode, "grpc")
                            ? "grpc is not built yet; targets are checked by connecting to them"
                            : in_quotes(mode) +
                                  " is neither http nor tcp; targets are checked by "
                                  "connecting to them");
}

void read_check(yaml::Section& section, HealthCheck& check) {
  read_mode(section, check);
  if (check.is_tcp) {
    section.find("path");
    check.port = static_cast<std::uint16_t>(section.integer("port", 0, 65'535).value_or(0));
  } else {
    read_target(section, check);
  }
  read_times(section, check);
  std::string scheme = "http";
  section.read("scheme", scheme);
  if (!iequals(scheme, "http")) section.not_acted_on({"scheme"}, "targets are asked over http");
  bool follows = true;
  section.read("followRedirects", follows);
  if (follows && section.find("followRedirects")) {
    section.not_acted_on({"followRedirects"},
                         "a redirection counts as healthy unless status says "
                         "otherwise");
  }
  section.finish();
}

void read_passive(yaml::Section& section, PassiveHealthCheck& check) {
  section.read("failureWindow", check.window);
  if (check.window < Milliseconds(100)) {
    section.error_at("failureWindow", "must be at least 100ms");
    check.window = Milliseconds(10'000);
  }
  check.failures =
      static_cast<unsigned>(section.integer("maxFailedAttempts", 1, 1'000'000).value_or(1));
  check.ejected_percent_max =
      static_cast<unsigned>(section.integer("maxEjectedPercent", 0, 100).value_or(50));
  section.finish();
}

}  // namespace

void read_health(yaml::Section& balancer, ServiceConfig& out) {
  if (auto section = balancer.section("healthCheck")) {
    read_check(*section, out.health_check.emplace());
    out.slow_start = Milliseconds(10'000);
  }
  if (auto section = balancer.section("passiveHealthCheck")) {
    read_passive(*section, out.passive_check.emplace());
  }
  balancer.read("slowStart", out.slow_start);
  out.panic_percent = static_cast<unsigned>(balancer.integer("panicThreshold", 0, 100).value_or(0));
}

}  // namespace gapura::conf
