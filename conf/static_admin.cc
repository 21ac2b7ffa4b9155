#include "base/net/unix_socket.h"
#include "conf/nearest.h"
#include "conf/scalars.h"
#include "conf/static_parts.h"

namespace gapura::conf {
namespace {

void read_file_provider(yaml::Section& file, FileProvider& provider) {
  std::string directory, filename;
  file.read("directory", directory);
  file.read("filename", filename);
  file.read("watch", provider.watch);
  provider.directory = directory;
  provider.filename = filename;
  file.not_acted_on({"debugLogGeneratedTemplate"});
  file.finish();
  if (!directory.empty() && !filename.empty()) {
    const auto found = file.find("filename");
    file.reader().warn(found->place, found->path,
                       "is not read, because directory is given too; keep one of the two");
  }
  if (directory.empty() && filename.empty()) {
    file.reader().error(file.value().place, file.value().path,
                        "directory or filename is missing; one must say where the dynamic "
                        "configuration is");
  }
}

void read_rest_provider(yaml::Reader& reader, const yaml::Value& found, StaticConfig& config) {
  if (auto rest = yaml::Section::open(reader, found)) {
    rest->read("insecure", config.takes_rest);
    rest->finish();
  }
  if (config.takes_rest) return;
  reader.warn(found.place, found.path,
              "does nothing without insecure: true, which opens PUT /api/providers/rest on the "
              "internal entry point to whoever reaches it");
}

}  // namespace

void read_own_address(yaml::Section& section, ListenAddress& address,
                      std::filesystem::path& unix_path) {
  const auto found = section.find("address");
  if (!found) return;
  yaml::Reader& reader = section.reader();
  const auto text = yaml::as_text(reader, *found);
  if (!text) return;
  if (text->starts_with("unix:")) {
    const std::string path = text->substr(5);
    if (!path.starts_with('/') || path.size() > kSocketPathMax) {
      return reader.error(found->place, found->path,
                          "a Unix socket needs an absolute path of at most 107 bytes, such as "
                          "unix:/run/gapura/admin.sock");
    }
    unix_path = path;
    return;
  }
  std::string fault;
  if (const auto parsed = parse_listen_address(*text, &fault)) {
    address = *parsed;
  } else {
    reader.error(found->place, found->path, fault);
  }
}

void read_providers(yaml::Section& root, StaticConfig& config) {
  bool has_file = false;
  if (auto providers = root.section("providers")) {
    // `file:` with nothing below it is half written; without this it would not be missed.
    if (const auto found = providers->find_even_null("file")) {
      has_file = true;
      auto file = yaml::Section::open(root.reader(), *found);
      if (file) read_file_provider(*file, config.file_provider);
    }
    for (const std::string_view key :
         {"docker", "swarm", "kubernetesIngress", "kubernetesCRD", "kubernetesGateway",
          "kubernetesIngressNGINX", "knative", "consul", "consulCatalog", "nomad", "ecs", "etcd",
          "zooKeeper", "redis", "http", "marathon", "rancher", "plugin"}) {
      const auto found = providers->find_even_null(key);
      if (!found) continue;
      root.reader().warn(
          found->place, found->path,
          "the provider " + in_quotes(key) + " is not supported; only file and rest are");
    }
    if (const auto found = providers->find_even_null("rest")) {
      read_rest_provider(root.reader(), *found, config);
    }
    providers->not_acted_on({"providersThrottleDuration", "precedence"});
    providers->finish();
  }
  if (has_file) return;
  root.reader().warn({}, "providers.file",
                     "is missing: without it there are no routers, and every request gets 404");
}

void read_admin(yaml::Section& root, StaticConfig& config) {
  const auto found = root.find("admin");
  if (!found) return;
  if (found->node->kind == yaml::Node::Kind::scalar) {
    if (const auto is_on = yaml::as_bool(root.reader(), *found)) config.admin.is_on = *is_on;
    return;
  }
  auto section = yaml::Section::open(root.reader(), *found);
  if (!section) return;
  section->read("enabled", config.admin.is_on);
  read_own_address(*section, config.admin.address, config.admin.unix_path);
  std::string token_file, read_token_file, audit_log;
  section->read("tokenFile", token_file);
  section->read("readTokenFile", read_token_file);
  section->read("auditLog", audit_log);
  config.admin.token_file = token_file;
  config.admin.read_token_file = read_token_file;
  config.admin.audit_log = audit_log;
  if (auto update = section->section("updateServers")) {
    update->read("service", config.admin.update_servers_service);
    std::string& service = config.admin.update_servers_service;
    if (service.ends_with("@file")) service.resize(service.size() - 5);
    std::string file;
    update->read("file", file);
    config.admin.update_servers_file = file;
    update->finish();
  }
  section->finish();
}

}  // namespace gapura::conf
