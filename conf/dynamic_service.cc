#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/nearest.h"
#include "conf/scalars.h"

namespace gapura::conf {
namespace {

/// The path part of a URL, "" for none and for "/".
std::string_view path_part(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto slash = url.find('/', scheme + 3);
  if (slash == std::string_view::npos || slash + 1 == url.size()) return {};
  return url.substr(slash);
}

bool has_unbuilt_scheme(std::string_view url) {
  const std::string scheme = to_lower(url.substr(0, url.find("://")));
  return scheme == "https" || scheme == "h2c";
}

/// Reads the servers of one service. A wrong one is left out; what concerns the service as a whole
/// becomes its fault.
class ServerList {
 public:
  ServerList(yaml::Reader& reader, ServiceConfig& service) : reader_(reader), service_(service) {}

  void read(const yaml::Value& list) {
    const auto items = yaml::as_items(reader_, list);
    if (!items) return set_fault("loadBalancer.servers is not a list");
    for (const yaml::Value& item : *items) read_server(item);
    if (service_.servers.empty() && wrong_ > 0) {
      set_fault("none of its servers has a valid url");
      reader_.error(list.place, list.path, "no server is left; this service is disabled");
    }
  }

 private:
  void set_fault(std::string fault) {
    if (service_.fault.empty()) service_.fault = std::move(fault);
  }

  void read_server(const yaml::Value& item) {
    const std::size_t errors = reader_.errors();
    auto section = yaml::Section::open(reader_, item);
    if (section) read_server(*section);
    if (reader_.errors() != errors) ++wrong_;
  }

  void read_server(yaml::Section& section) {
    const std::int64_t weight = read_weight(section);
    bool keeps_path = false;
    section.read("preservePath", keeps_path);
    const auto found = section.find("url");
    // What a file lists is never removed by scaling; the word is for whoever reads the file.
    bool is_protected = true;
    section.read("protected", is_protected);
    section.not_acted_on({"fenced"});
    section.finish();
    if (!found) {
      return reader_.error(section.value().place, section.value().path,
                           "url is missing; this server is left out");
    }
    const auto text = yaml::as_text(reader_, *found);
    if (!text) return;
    const auto url = read_url(*found, *text, keeps_path);
    if (!url || weight <= 0) return;
    if (!seen_.insert(url->to_string()).second) {
      return reader_.warn(found->place, found->path,
                          url->to_string() + " is listed twice; the first one counts");
    }
    service_.servers.push_back({*url, static_cast<std::uint32_t>(weight)});
  }

  /// A wrong weight is an error, but no reason to lose the server: it counts as 1.
  std::int64_t read_weight(yaml::Section& section) {
    const auto found = section.find("weight");
    if (!found) return 1;
    const auto text = yaml::as_text(reader_, *found);
    std::string fault;
    const auto weight = text ? parse_integer(*text, INT64_MIN, INT64_MAX, &fault) : std::nullopt;
    if (weight && *weight <= kWeightMax) return *weight;
    if (weight) fault = "must be at most " + std::to_string(kWeightMax) + ", not " + shown(*text);
    if (!fault.empty()) reader_.error(found->place, found->path, fault + "; 1 is used");
    return 1;
  }

  std::optional<ServerUrl> read_url(const yaml::Value& found, const std::string& text,
                                    bool keeps_path) {
    std::string fault;
    const auto url = ServerUrl::parse(text, &fault);
    if (!url) {
      const bool is_unbuilt = has_unbuilt_scheme(text);
      const std::string end =
          is_unbuilt ? "; this service is disabled" : "; this server is left out";
      reader_.error(found.place, found.path, fault + end);
      if (is_unbuilt) set_fault("loadBalancer.servers: " + fault);
      return std::nullopt;
    }
    const std::string_view path = path_part(text);
    if (path.empty()) return url;
    if (keeps_path) {
      const std::string unbuilt =
          "preservePath with the path " + in_quotes(path) + " is not built yet";
      reader_.error(found.place, found.path, unbuilt + "; this service is disabled");
      set_fault("loadBalancer.servers: " + unbuilt);
    } else {
      reader_.warn(found.place, found.path,
                   "the path " + in_quotes(path) + " is ignored, as Traefik does");
    }
    return url;
  }

  yaml::Reader& reader_;
  ServiceConfig& service_;
  std::set<std::string> seen_;
  std::size_t wrong_ = 0;
};

void read_transport_name(yaml::Section& balancer) {
  const auto found = balancer.find("serversTransport");
  if (!found) return;
  const auto name = yaml::as_text(balancer.reader(), *found);
  if (!name || *name == "default@internal" || *name == "default") return;
  balancer.not_acted_on({"serversTransport"});
}

void read_balancer(yaml::Section& balancer, ServiceConfig& out, bool is_scaled) {
  yaml::Reader& reader = balancer.reader();
  read_strategy(balancer, out);
  read_sticky(balancer, out.sticky);
  read_drain(balancer, out);
  read_queue(balancer, out);
  read_health(balancer, out);
  balancer.read("passHostHeader", out.pass_host_header);
  balancer.read("connectTimeout", out.connect_timeout);
  balancer.read("responseHeaderTimeout", out.response_timeout);
  if (out.connect_timeout == Milliseconds(0)) {
    const auto found = balancer.find("connectTimeout");
    reader.error(found->place, found->path, "must be above 0; nothing waits for ever to connect");
  }
  read_transport_name(balancer);
  balancer.not_acted_on({"responseForwarding"}, "answers are forwarded as they arrive");
  const auto servers = balancer.find("servers");
  balancer.finish();
  // Taken before the servers are read: an error of one server must not disable the service.
  out.fault = reader.first_error();
  if (servers) {
    ServerList(reader, out).read(*servers);
  } else if (!is_scaled) {
    reader.warn(balancer.value().place, balancer.value().path,
                "has no servers: requests to it get 503");
  }
}

void read_kinds(yaml::Section& service, ServiceConfig& out) {
  yaml::Reader& reader = service.reader();
  std::vector<std::string_view> kinds;
  const auto balancer = service.find("loadBalancer");
  if (balancer) kinds.push_back("loadBalancer");
  std::optional<yaml::Value> composite;
  for (const std::string_view key : {"weighted", "highestRandomWeight", "failover", "mirroring"}) {
    const auto found = service.find(key);
    if (!found) continue;
    kinds.push_back(key);
    composite = found;
  }
  if (const auto found = service.find("middlewares"); found && !found->node->items.empty()) {
    reader.error(found->place, found->path,
                 "middlewares of a service are not built yet; it is disabled, because it must not "
                 "be served open");
  }
  if (kinds.size() > 1) {
    reader.error(service.value().place, service.value().path,
                 "has several kinds (" + listed(kinds) + "); a service has exactly one");
  }
  const auto autoscale = service.find("autoscale");
  const bool has_unknown = !service.finish().empty();
  if (kinds.empty()) {
    reader.error(service.value().place, service.value().path,
                 has_unknown ? "has no loadBalancer; see the misspelt key below it"
                             : "has no loadBalancer; write loadBalancer: with servers: below it");
  }
  auto section = balancer ? yaml::Section::open(reader, *balancer) : std::nullopt;
  if (section) {
    read_balancer(*section, out, autoscale.has_value());
    // After the service's own fault is known: what is wrong here must not disable it.
    out.autoscale = read_autoscale(service, out.name);
    settle_queue(*section, out);
    return;
  }
  section = composite ? yaml::Section::open(reader, *composite) : std::nullopt;
  if (section) out.composite = read_composite(*section, kinds.front());
  out.fault = reader.first_error();
  if (composite && autoscale) {
    reader.error(autoscale->place, autoscale->path,
                 "is not for this service, which has no targets of its own; write it in the "
                 "services that it leads to");
  }
}

}  // namespace

ServiceConfig read_service(yaml::Reader& reader, const std::string& name,
                           const yaml::Value& value) {
  ServiceConfig out;
  out.name = name;
  reader.watch_errors(value.path);
  auto service = yaml::Section::open(reader, value);
  if (service) {
    read_kinds(*service, out);
  } else {
    out.fault = reader.first_error();
  }
  return out;
}

}  // namespace gapura::conf
