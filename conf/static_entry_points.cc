#include <algorithm>

#include "base/ascii.h"
#include "conf/nearest.h"
#include "conf/scalars.h"
#include "conf/static_parts.h"

namespace gapura::conf {
namespace {

constexpr std::int64_t kHeadBytesMin = 1'024;
constexpr std::int64_t kHeadBytesMax = std::int64_t{64} << 20;
constexpr std::int64_t kBodyBytesMax = 1'000'000'000'000'000;
constexpr std::int64_t kRateMax = 1'000'000'000;
constexpr std::uint16_t kDefaultPort = 80;

/// What is not built and would leave something open that its owner believes to be closed.
void refuse_unsafe(yaml::Section& http) {
  constexpr std::string_view kFault =
      "not built yet for entry points, whose routers must not be served without it; remove it or "
      "this entry point";
  for (const std::string_view key : {"tls", "redirections", "middlewares"}) {
    const auto found = key == "tls" ? http.find_even_null(key) : http.find(key);
    if (!found) continue;
    const bool is_empty_list = key == "middlewares" && found->node->items.empty() &&
                               found->node->text.empty() && found->node->entries.empty();
    if (is_empty_list) continue;
    http.reader().error(found->place, found->path, std::string(kFault));
  }
}

void read_http(yaml::Section& http, EntryPoint& entry_point) {
  refuse_unsafe(http);
  const auto bytes = http.integer("maxHeaderBytes", 0, kHeadBytesMax);
  if (bytes && *bytes != 0 && *bytes < kHeadBytesMin) {
    const auto found = http.find("maxHeaderBytes");
    http.reader().error(found->place, found->path,
                        "must be at least 1024 bytes, or 0 for the default");
  } else if (bytes && *bytes != 0) {
    entry_point.head_bytes_max = static_cast<std::uint32_t>(*bytes);
  }
  if (const auto most = http.integer("maxRequestBodyBytes", 0, kBodyBytesMax)) {
    entry_point.body_bytes_max = static_cast<std::uint64_t>(*most);
  }
  http.read("via", entry_point.adds_via);
  bool cleans_paths = true;
  http.read("sanitizePath", cleans_paths);
  if (!cleans_paths) {
    const auto found = http.find("sanitizePath");
    http.reader().warn(found->place, found->path,
                       "known to Traefik, not acted on by Gapura yet: sanitizePath (paths are "
                       "always cleaned before routing)");
  }
  http.not_acted_on({"encodeQuerySemicolons", "encodedCharacters", "underscoreHeadersStrategy"});
  http.finish();
}

void read_transport(yaml::Section& transport, EntryPoint& entry_point) {
  if (auto life = transport.section("lifeCycle")) {
    life->read("requestAcceptGraceTimeout", entry_point.accept_grace);
    life->read("graceTimeOut", entry_point.grace);
    life->finish();
  }
  if (auto timeouts = transport.section("respondingTimeouts")) {
    timeouts->read("readTimeout", entry_point.read_timeout);
    timeouts->read("readHeaderTimeout", entry_point.head_timeout);
    if (entry_point.head_timeout == Milliseconds(0)) {
      const auto found = timeouts->find("readHeaderTimeout");
      timeouts->reader().error(found->place, found->path,
                               "must be above 0; nobody may take for ever to send a head");
    }
    timeouts->read("writeTimeout", entry_point.write_timeout);
    timeouts->read("idleTimeout", entry_point.idle_timeout);
    if (const auto rate = timeouts->integer("minRate", 0, kRateMax)) {
      entry_point.rate_min = static_cast<std::uint32_t>(*rate);
    }
    timeouts->finish();
  }
  if (const auto count = transport.integer("keepAliveMaxRequests", 0, 4'294'967'295)) {
    entry_point.requests_max = static_cast<std::uint32_t>(*count);
  }
  transport.read("keepAliveMaxTime", entry_point.life_max);
  transport.finish();
}

void read_trusted_ips(yaml::Section& section, std::vector<std::string>& into) {
  const auto found = section.find("trustedIPs");
  if (!found) return;
  const auto texts = yaml::as_texts(section.reader(), *found);
  for (const std::string& text : texts.value_or(std::vector<std::string>{})) {
    if (is_address_or_cidr(text)) {
      into.push_back(text);
    } else {
      section.reader().error(
          found->place, found->path,
          in_quotes(text) + " is neither an IP address nor a range such as 10.0.0.0/8");
    }
  }
}

void read_proxy_protocol(yaml::Section& section, EntryPoint& entry_point) {
  section.read("insecure", entry_point.takes_proxy_from_all);
  read_trusted_ips(section, entry_point.proxy_trusted_ips);
  section.finish();
}

void read_forwarded(yaml::Section& forwarded, EntryPoint& entry_point) {
  forwarded.read("insecure", entry_point.trusts_all_forwarded);
  read_trusted_ips(forwarded, entry_point.trusted_ips);
  forwarded.not_acted_on({"connection", "notAppendXForwardedFor"});
  forwarded.finish();
}

void read_address(yaml::Section& section, ListenAddress& address) {
  const auto found = section.find("address");
  if (!found) {
    section.reader().error(section.value().place, section.value().path,
                           "address is missing; write for example address: \":80\"");
    return;
  }
  const auto text = yaml::as_text(section.reader(), *found);
  if (!text) return;
  std::string fault;
  if (const auto parsed = parse_listen_address(*text, &fault)) {
    address = *parsed;
  } else {
    section.reader().error(found->place, found->path, fault);
  }
}

std::optional<EntryPoint> read_entry_point(yaml::Reader& reader, const std::string& name,
                                           const yaml::Value& value) {
  auto section = yaml::Section::open(reader, value);
  if (!section) return std::nullopt;
  EntryPoint out;
  out.name = name;
  read_address(*section, out.address);
  section->read("asDefault", out.is_default);
  bool is_reused = true;  // workers always share the port; the key changes nothing
  section->read("reusePort", is_reused);
  if (auto transport = section->section("transport")) read_transport(*transport, out);
  if (auto forwarded = section->section("forwardedHeaders")) read_forwarded(*forwarded, out);
  if (auto http = section->section("http")) read_http(*http, out);
  if (auto proxy = section->section("proxyProtocol")) read_proxy_protocol(*proxy, out);
  section->not_acted_on({"http3"}, "HTTP/3 is not supported");
  section->not_acted_on({"udp"}, "UDP is not built");
  section->not_acted_on({"allowACMEByPass", "http2", "observability"});
  section->finish();
  return out;
}

}  // namespace

bool overlaps(const ListenAddress& a, const ListenAddress& b) {
  if (a.port != b.port || a.port == 0) return false;
  const auto is_every = [](const std::string& host) {
    return host.empty() || host == "0.0.0.0" || host == "::";
  };
  return a.host == b.host || is_every(a.host) || is_every(b.host);
}

void read_entry_points(yaml::Section& root, StaticConfig& config) {
  yaml::Reader& reader = root.reader();
  if (const auto found = root.find("entryPoints")) {
    yaml::for_each_named(reader, *found, [&](const std::string& name, const yaml::Value& value) {
      auto entry_point = read_entry_point(reader, name, value);
      if (!entry_point) return;
      if (name != kInternalEntryPoint) {
        config.entry_points.push_back(std::move(*entry_point));
        return;
      }
      config.internal_address = entry_point->address;
      config.internal_was_asked_for = true;
    });
  }
  if (config.entry_points.empty() && reader.errors() == 0) {
    EntryPoint entry_point;
    entry_point.name = "http";
    entry_point.address.port = kDefaultPort;
    config.entry_points.push_back(std::move(entry_point));
  }
  std::ranges::sort(config.entry_points, {}, &EntryPoint::name);
}

void check_addresses(const StaticConfig& config, yaml::Reader& reader) {
  const auto& all = config.entry_points;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string path = "entryPoints." + shown(all[i].name);
    for (std::size_t j = 0; j < i; ++j) {
      if (!overlaps(all[i].address, all[j].address)) continue;
      reader.error({}, path,
                   "listens on port " + std::to_string(all[i].address.port) + ", as entry point " +
                       in_quotes(all[j].name) + " does");
    }
    if (overlaps(all[i].address, config.internal_address)) {
      const std::string message =
          "takes port " + std::to_string(all[i].address.port) +
          ", where /metrics and /ping would be; give entryPoints.traefik.address another one";
      if (config.internal_was_asked_for) {
        reader.error({}, path, message);
      } else {
        reader.warn({}, path, message);
      }
    }
    const bool has_port = config.admin.is_on && config.admin.unix_path.empty();
    if (has_port && overlaps(all[i].address, config.admin.address)) {
      reader.error({}, path,
                   "takes port " + std::to_string(all[i].address.port) +
                       ", where the admin API listens; give admin.address another one");
    }
  }
}

}  // namespace gapura::conf
