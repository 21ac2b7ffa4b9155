#include "balancer/request_key.h"

#include "base/ascii.h"

namespace gapura::balancer {
namespace {

/// Of one Cookie field: "a=1; b=2".
std::string_view value_in(std::string_view pairs, std::string_view name) noexcept {
  while (!pairs.empty()) {
    const std::size_t end = std::min(pairs.find(';'), pairs.size());
    const std::string_view pair = trim_ows(pairs.substr(0, end));
    pairs.remove_prefix(std::min(end + 1, pairs.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (trim_ows(pair.substr(0, equals)) == name) return trim_ows(pair.substr(equals + 1));
  }
  return {};
}

std::string_view header_value(std::span<const HttpField> fields, std::string_view name) noexcept {
  for (const HttpField& field : fields) {
    if (iequals(field.name, name)) return field.value;
  }
  return {};
}

}  // namespace

std::string_view cookie_value(std::span<const HttpField> fields, std::string_view name) noexcept {
  // Several Cookie fields are not allowed over HTTP/1, but joined ones are split again by some.
  for (const HttpField& field : fields) {
    if (!iequals(field.name, "cookie")) continue;
    if (const std::string_view value = value_in(field.value, name); !value.empty()) return value;
  }
  return {};
}

std::string_view request_key(const conf::HashKey& key, const PickRequest& request) noexcept {
  switch (key.source) {
    case conf::HashKey::Source::client_ip: return request.client_address;
    case conf::HashKey::Source::header: return header_value(request.request.fields, key.name);
    case conf::HashKey::Source::cookie: return cookie_value(request.request.fields, key.name);
    case conf::HashKey::Source::path: return request.request.path;
  }
  return {};
}

}  // namespace gapura::balancer
