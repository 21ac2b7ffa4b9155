#include "tests/support/seed_folder.h"

#include <stdlib.h>

#include <fstream>
#include <sstream>

#include "base/check.h"

namespace gapura::test {
namespace {

// The router file of the seed, letter by letter.
constexpr const char* kDynamic = R"yaml(http:
  routers:
    calculate:
      entrypoints:
        - "web"
      rule: "Path(`/calculate`)"
      service: "calculate"
)yaml";

std::string static_text(const SeedFolder::Settings& settings, const SeedFolder& folder) {
  std::string text = "entryPoints:\n  web:\n    address: \"127.0.0.1:0\"\n";
  text += settings.more_entry_point;
  text += "  traefik:\n    address: \"127.0.0.1:0\"\n";
  text += "providers:\n  file:\n    watch: " + std::string(settings.watches ? "true\n" : "false\n");
  text += "    directory: " + folder.configs().string() + "\n";
  if (settings.takes_rest) text += "  rest:\n    insecure: true\n";
  text += "admin:\n  address: \"127.0.0.1:0\"\n";
  if (settings.shows_update_servers) {
    text += "  updateServers:\n    file: " + folder.services_file().string() + "\n";
  }
  text += "stateDir: " + folder.state_dir().string() + "\n";
  text += "workers: " + std::to_string(settings.workers) + "\n";
  return text + settings.more_static;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "gapura-test-XXXXXX").string();
  check(::mkdtemp(pattern.data()) != nullptr, "cannot make a temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

SeedFolder::SeedFolder(Settings settings) : settings_(std::move(settings)) {
  std::filesystem::create_directories(configs());
  std::filesystem::create_directories(state_dir());
  write_file(static_file(), static_text(settings_, *this));
  write_file(dynamic_file(), settings_.dynamic.empty() ? kDynamic : settings_.dynamic);
}

std::string SeedFolder::services_text(const ServerLines& servers) const {
  std::string text = "http:\n  services:\n    calculate:\n" + settings_.more_service;
  text += "      loadBalancer:\n";
  text += settings_.more_load_balancer;
  text += servers.empty() ? "        servers: []\n" : "        servers:\n";
  for (const ServerLine& server : servers) {
    text += "          - url: \"" + server.url + "\"\n";
    if (server.weight != 0) text += "            weight: " + std::to_string(server.weight) + "\n";
  }
  return text;
}

void SeedFolder::write_services(const ServerLines& servers) const {
  write_file(services_file(), services_text(servers));
}

void SeedFolder::rename_services_over(const ServerLines& servers) const {
  const auto beside = configs() / ".services.yaml.new";
  write_file(beside, services_text(servers));
  std::filesystem::rename(beside, services_file());
}

}  // namespace gapura::test
