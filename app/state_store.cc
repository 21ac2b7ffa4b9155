#include "app/state_store.h"

#include <ctime>
#include <yaml-cpp/yaml.h>

#include "app/atomic_file.h"

namespace gapura::app {
namespace {

constexpr int kFormat = 1;

/// A reading mistake; caught in overlay_from_yaml() only.
struct Damage {
  std::string message;
};

[[noreturn]] void damaged(const YAML::Node& node, const std::string& message) {
  const int line = node.Mark().line;
  throw Damage{line >= 0 ? "line " + std::to_string(line + 1) + ": " + message : message};
}

const char* word(balancer::Origin origin) {
  return balancer::to_string(origin);
}

balancer::Origin origin_of(const YAML::Node& node) {
  const auto text = node.as<std::string>("admin");
  for (const auto origin :
       {balancer::Origin::file, balancer::Origin::admin, balancer::Origin::autoscale}) {
    if (text == word(origin)) return origin;
  }
  damaged(node, "\"" + text + "\" is not an origin");
}

void write_server(YAML::Emitter& out, const conf::Server& server) {
  out << YAML::Key << "url" << YAML::Value << YAML::DoubleQuoted << server.url.to_string();
  out << YAML::Key << "weight" << YAML::Value << server.weight;
}

conf::Server read_server(const YAML::Node& node) {
  if (!node.IsMap() || !node["url"]) damaged(node, "a server needs a url");
  conf::Server server;
  std::string fault;
  const auto url = conf::ServerUrl::parse(node["url"].as<std::string>(), &fault);
  if (!url) damaged(node["url"], fault);
  server.url = *url;
  server.weight = node["weight"].as<std::uint32_t>(1);
  if (server.weight < 1 || server.weight > 1'000'000) damaged(node, "weight is out of range");
  return server;
}

void write_added(YAML::Emitter& out, const balancer::ServiceOverlay& service) {
  out << YAML::BeginMap << YAML::Key << "loadBalancer" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "servers" << YAML::Value << YAML::BeginSeq;
  for (const auto& [id, target] : service.added) {
    out << YAML::BeginMap;
    write_server(out, target.server);
    out << YAML::Key << "id" << YAML::Value << YAML::DoubleQuoted << id;
    out << YAML::Key << "origin" << YAML::Value << word(target.origin);
    if (target.ttl.count() != 0) out << YAML::Key << "ttlMs" << YAML::Value << target.ttl.count();
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap << YAML::EndMap;
}

void write_ids(YAML::Emitter& out, const char* key, const std::set<std::string>& ids) {
  if (ids.empty()) return;
  out << YAML::Key << key << YAML::Value << YAML::BeginSeq;
  for (const std::string& id : ids) out << YAML::DoubleQuoted << id;
  out << YAML::EndSeq;
}

void write_rest(YAML::Emitter& out, const balancer::ServiceOverlay& service) {
  out << YAML::BeginMap;
  write_ids(out, "removed", service.removed);
  write_ids(out, "drained", service.drained);
  if (service.in_flight_max) {
    out << YAML::Key << "maxInFlight" << YAML::Value << *service.in_flight_max;
  }
  if (!service.file_servers.empty()) {
    out << YAML::Key << "fileServers" << YAML::Value << YAML::BeginSeq;
    for (const conf::Server& server : service.file_servers) {
      out << YAML::BeginMap;
      write_server(out, server);
      out << YAML::EndMap;
    }
    out << YAML::EndSeq;
  }
  out << YAML::EndMap;
}

void read_added(const YAML::Node& servers, balancer::ServiceOverlay& service) {
  for (const YAML::Node& node : servers) {
    balancer::AddedTarget target{.server = read_server(node),
                                 .origin = origin_of(node["origin"]),
                                 .ttl = Milliseconds(node["ttlMs"].as<std::int64_t>(0))};
    if (target.ttl.count() < 0) damaged(node, "ttlMs is out of range");
    const auto id = node["id"].as<std::string>(target.server.url.authority());
    if (!service.added.emplace(id, std::move(target)).second) damaged(node, id + " is there twice");
  }
}

balancer::Overlay read(const YAML::Node& root) {
  if (!root.IsMap() || !root["gapura"]) damaged(root, "this is not a state file of Gapura's");
  const int format = root["gapura"]["format"].as<int>(0);
  if (format != kFormat) {
    damaged(root["gapura"], "format " + std::to_string(format) + " is not known to this version");
  }
  balancer::Overlay overlay;
  for (const auto& entry : root["http"]["services"]) {
    read_added(entry.second["loadBalancer"]["servers"],
               overlay.services[entry.first.as<std::string>()]);
  }
  for (const auto& entry : root["gapura"]["services"]) {
    auto& service = overlay.services[entry.first.as<std::string>()];
    for (const auto& id : entry.second["removed"]) service.removed.insert(id.as<std::string>());
    for (const auto& id : entry.second["drained"]) service.drained.insert(id.as<std::string>());
    if (const auto limit = entry.second["maxInFlight"]) {
      service.in_flight_max = limit.as<std::uint32_t>();
    }
    for (const auto& server : entry.second["fileServers"]) {
      service.file_servers.push_back(read_server(server));
    }
  }
  return overlay;
}

std::string stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return {text, size};
}

}  // namespace

std::string to_yaml(const balancer::Overlay& overlay) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  out << YAML::Key << "http" << YAML::Value << YAML::BeginMap << YAML::Key << "services"
      << YAML::Value << YAML::BeginMap;
  for (const auto& [name, service] : overlay.services) {
    if (service.added.empty()) continue;
    out << YAML::Key << YAML::DoubleQuoted << name << YAML::Value;
    write_added(out, service);
  }
  out << YAML::EndMap << YAML::EndMap;
  out << YAML::Key << "gapura" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "format" << YAML::Value << kFormat;
  out << YAML::Key << "services" << YAML::Value << YAML::BeginMap;
  for (const auto& [name, service] : overlay.services) {
    const bool has_rest = !service.removed.empty() || !service.drained.empty() ||
                          !service.file_servers.empty() || service.in_flight_max;
    if (!has_rest) continue;
    out << YAML::Key << YAML::DoubleQuoted << name << YAML::Value;
    write_rest(out, service);
  }
  out << YAML::EndMap << YAML::EndMap << YAML::EndMap;
  return "# Written by Gapura: what its API changed on top of the YAML files.\n" +
         std::string(out.c_str()) + "\n";
}

std::variant<balancer::Overlay, std::string> overlay_from_yaml(const std::string& text) {
  try {
    return read(YAML::Load(text));
  } catch (const Damage& damage) {
    return damage.message;
  } catch (const YAML::Exception& error) {
    return std::string(error.what());
  }
}

StateStore::Loaded StateStore::load() {
  std::string text;
  std::string fault;
  if (const auto error = read_whole(file_, text)) {
    if (error == std::errc::no_such_file_or_directory) return {};
    fault = error.message();
  } else {
    auto result = overlay_from_yaml(text);
    if (auto* overlay = std::get_if<balancer::Overlay>(&result)) {
      return {.overlay = std::move(*overlay), .complaint = {}, .must_not_start = false};
    }
    fault = std::get<std::string>(result);
  }
  // The next change is written in its place: what cannot be read is kept beside it, or nothing is.
  std::filesystem::path aside = file_;
  aside += ".damaged-" + stamp();
  std::error_code error;
  std::filesystem::rename(file_, aside, error);
  const std::string complaint = file_.string() + ": " + fault;
  if (error) {
    return {.overlay = {},
            .complaint = complaint + "; it could not be moved aside: " + error.message() +
                         ". Make it readable, or move it away to start without what the API had "
                         "changed",
            .must_not_start = true};
  }
  return {.overlay = {},
          .complaint = complaint + "; moved to " + aside.string() +
                       ". What the API had changed is not in force",
          .must_not_start = false};
}

std::error_code StateStore::save(const balancer::Overlay& overlay) {
  return write_atomically(file_, to_yaml(overlay));
}

}  // namespace gapura::app
