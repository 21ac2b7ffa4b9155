/// Configuration as the tests of its parts write it.
#pragma once

#include <string>

#include "conf/dynamic_config.h"
#include "conf/static_config.h"
#include "tests/unit/conf/lines.h"

namespace gapura::conf {

/// A file with the service `s`, whose settings are on line 3.
inline DynamicResult with_service(const std::string& settings) {
  return parse_dynamic("http:\n  services:\n    s: {" + settings + "}\n", "d.yaml");
}
/// The same, with settings below loadBalancer.
inline DynamicResult with_balancer(const std::string& settings) {
  return with_service("loadBalancer: {servers: [], " + settings + "}");
}
/// Lives as long as the result.
inline const ServiceConfig& service_of(const DynamicResult& result) {
  return result.config.services.at("s");
}

/// With a file provider, so that only what a test is about is reported.
inline StaticResult read_static(const std::string& yaml) {
  return parse_static("providers: {file: {directory: /d}}\n" + yaml, "s.yaml");
}
/// "E 2:4: path: message" for every problem of `yaml`, whose first line is line 2.
inline std::string static_problems(const std::string& yaml) {
  return lines(read_static(yaml).problems);
}

}  // namespace gapura::conf
