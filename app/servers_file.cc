#include "app/servers_file.h"

#include <algorithm>
#include <exception>
#include <yaml-cpp/yaml.h>

#include "app/atomic_file.h"
#include "base/ascii.h"

namespace gapura::app {
namespace {

/// The map below `key`, whose case does not matter; made when it is not there. Throws what is
/// wrong.
YAML::Node below(YAML::Node map, const std::string& key, bool is_any_case = true) {
  if (map.IsDefined() && !map.IsNull() && !map.IsMap()) {
    throw std::runtime_error("what stands above '" + key + "' is no map");
  }
  for (const auto& entry : map) {
    const std::string name = entry.first.as<std::string>();
    if (is_any_case ? iequals(name, key) : name == key) return entry.second;
  }
  YAML::Node made(YAML::NodeType::Map);
  map[key] = made;
  return map[key];
}

/// The name under which the file has the list; "servers" where it has none.
std::string list_key(const YAML::Node& balancer) {
  for (const auto& entry : balancer) {
    const std::string name = entry.first.as<std::string>();
    if (iequals(name, "servers")) return name;
  }
  return "servers";
}

/// What the file says of this server already, or its URL alone.
YAML::Node entry_of(const YAML::Node& list, const conf::Server& server) {
  std::string ignored;
  for (const auto& entry : list) {
    if (!entry.IsMap()) continue;
    for (const auto& member : entry) {
      if (!iequals(member.first.as<std::string>(), "url") || !member.second.IsScalar()) continue;
      const auto url = conf::ServerUrl::parse(member.second.Scalar(), &ignored);
      if (url && *url == server.url) return YAML::Clone(entry);
    }
  }
  YAML::Node made;
  made["url"] = server.url.to_string();
  return made;
}

bool says(const std::string& yaml, const std::string& service,
          const std::vector<conf::Server>& servers) {
  const conf::DynamicResult read = conf::parse_dynamic(yaml, "services.yaml");
  const auto found = read.config.services.find(service);
  if (!read.is_usable || found == read.config.services.end()) return false;
  if (found->second.is_composite() || !found->second.fault.empty()) return false;
  return std::ranges::equal(found->second.servers, servers, {}, &conf::Server::url,
                            &conf::Server::url);
}

std::string edited(std::string_view yaml, const std::string& service,
                   const std::vector<conf::Server>& servers) {
  YAML::Node root = YAML::Load(std::string(yaml));
  if (!root.IsMap()) {
    if (!root.IsNull()) throw std::runtime_error("it is no map");
    root = YAML::Node(YAML::NodeType::Map);
  }
  const YAML::Node services = below(below(root, "http"), "services");
  YAML::Node balancer = below(below(services, service, false), "loadBalancer");
  const std::string key = list_key(balancer);
  const YAML::Node before = YAML::Clone(balancer[key]);
  YAML::Node list(YAML::NodeType::Sequence);
  for (const conf::Server& server : servers) list.push_back(entry_of(before, server));
  balancer[key] = list;
  YAML::Emitter out;
  out << root;
  return std::string(out.c_str()) + "\n";
}

}  // namespace

std::variant<std::string, ServersFault> with_servers(std::string_view yaml,
                                                     const std::string& service,
                                                     const std::vector<conf::Server>& servers) {
  std::string text;
  try {
    text = edited(yaml, service, servers);
  } catch (const std::exception& error) {
    return ServersFault{std::string("it is not understood: ") + error.what()};
  }
  if (says(text, service, servers)) return text;
  return ServersFault{"service " + service +
                      " cannot be written there: is it something else than a loadBalancer, or "
                      "written with << or anchors?"};
}

admin::ListShown write_servers(const std::filesystem::path& file, const std::string& service,
                               const std::vector<conf::Server>& servers) {
  const auto failed = [&file](const std::string& why) {
    return admin::ListShown{.fault = file.string() + why, .is_in_place = false};
  };
  // Over what a link stands for, not over the link.
  std::error_code error;
  std::filesystem::path real = std::filesystem::weakly_canonical(file, error);
  if (error) real = file;
  std::string text;
  error = read_whole(real, text);
  if (error && error != std::errc::no_such_file_or_directory) {
    return failed(" cannot be read: " + error.message());
  }
  const auto made = with_servers(text, service, servers);
  if (const auto* fault = std::get_if<ServersFault>(&made)) return failed(": " + fault->message);
  const std::string& wanted = std::get<std::string>(made);
  if (wanted == text) return {};
  error = write_atomically_as_before(real, wanted);
  if (!error) return {};
  const bool is_in_place = !read_whole(real, text) && text == wanted;
  if (!is_in_place) return failed(" cannot be written: " + error.message());
  return {.fault = file.string() +
                   " has the list, but its folder cannot be synced, so that a power failure may "
                   "bring back the old one: " +
                   error.message()};
}

}  // namespace gapura::app
