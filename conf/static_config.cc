#include "conf/static_config.h"

#include <algorithm>

#include "base/ascii.h"
#include "conf/section.h"
#include "conf/static_parts.h"

namespace gapura::conf {
namespace {

constexpr unsigned kWorkersMax = 1'024;

void refuse_dynamic_keys(yaml::Section& root) {
  for (const std::string_view key : {"http", "tcp", "udp", "tls"}) {
    const auto found = root.find(key);
    if (!found) continue;
    root.reader().warn(found->place, found->path,
                       "is ignored here: routers and services belong in the dynamic files, which "
                       "providers.file names");
  }
}

void read_limits(yaml::Section& section, Limits& limits) {
  const auto read = [&](std::string_view key, std::uint32_t& into) {
    if (const auto count = section.integer(key, 0, 4'294'967'295)) {
      into = static_cast<std::uint32_t>(*count);
    }
  };
  read("maxConnections", limits.connections_max);
  read("maxConnectionsPerClient", limits.connections_of_client_max);
  section.finish();
}

void read_root(yaml::Section& root, StaticConfig& config) {
  refuse_dynamic_keys(root);
  read_entry_points(root, config);
  read_providers(root, config);
  read_observation(root, config);
  read_admin(root, config);
  read_hooks(root, config);
  read_notify(root, config);
  read_targets_file(root, config);
  if (auto limits = root.section("limits")) read_limits(*limits, config.limits);
  std::string state_dir;
  root.read("stateDir", state_dir);
  config.state_dir = state_dir;
  if (const auto workers = root.integer("workers", 0, kWorkersMax)) {
    config.workers = static_cast<unsigned>(*workers);
  }
  root.not_acted_on({"global"}, "nothing is ever sent to anybody");
  root.not_acted_on({"certificatesResolvers"}, "TLS is not built");
  root.not_acted_on({"serversTransport", "tcpServersTransport", "tracing", "hostResolver",
                     "experimental", "core", "spiffe", "ocsp"});
  check_addresses(config, root.reader());
  root.finish();
}

}  // namespace

bool StaticResult::ok() const noexcept {
  return std::ranges::none_of(
      problems, [](const Problem& problem) { return problem.severity == Severity::error; });
}

StaticResult parse_static(std::string_view yaml, const std::filesystem::path& file) {
  StaticResult result;
  result.config.file = file;
  const std::string name = file.string();
  if (iequals(file.extension().string(), ".toml")) {
    result.problems.push_back(
        {.file = name, .path = {}, .message = "TOML is not read; write the configuration as YAML"});
    return result;
  }
  const auto tree = yaml::load(yaml, name, result.problems);
  if (!tree) return result;
  yaml::Reader reader(name, result.problems);
  const yaml::Node nothing;
  const yaml::Node* top = tree->root() != nullptr ? tree->root() : &nothing;
  auto root = yaml::Section::open(reader, yaml::Value{top, top->place, {}});
  if (root) read_root(*root, result.config);
  return result;
}

}  // namespace gapura::conf
