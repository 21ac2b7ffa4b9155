#include "conf/dynamic_config.h"

#include <algorithm>

#include "base/ascii.h"
#include "conf/dynamic_parts.h"
#include "conf/placeholders.h"
#include "conf/yaml_text.h"

namespace gapura::conf {
namespace {

/// Nothing but comments, or keys with nothing after them (a file cut short). `{}` says "nothing" on
/// purpose and does not count. The tree's depth is bounded when it is loaded.
bool says_nothing(const yaml::Node& node) {
  if (node.kind == yaml::Node::Kind::null) return true;
  if (node.kind != yaml::Node::Kind::map || node.entries.empty()) return false;
  return std::ranges::all_of(node.entries,
                             [](const yaml::Entry& entry) { return says_nothing(*entry.value); });
}

void warn_empty(yaml::Reader& reader, const yaml::Value& value) {
  reader.warn(value.place, value.path, "has nothing below it and is left out");
}

bool read_http(yaml::Section& http, DynamicConfig& config) {
  yaml::Reader& reader = http.reader();
  bool is_usable = true;
  if (const auto routers = http.find("routers")) {
    is_usable &= yaml::for_each_named(
        reader, *routers, [&](const std::string& name, const yaml::Value& value) {
          if (value.is_null()) return warn_empty(reader, value);
          config.routers.try_emplace(name, read_router(reader, name, value));
        });
  }
  if (const auto services = http.find("services")) {
    is_usable &= yaml::for_each_named(
        reader, *services, [&](const std::string& name, const yaml::Value& value) {
          if (value.is_null()) return warn_empty(reader, value);
          config.services.try_emplace(name, read_service(reader, name, value));
        });
  }
  http.not_acted_on({"middlewares"}, "a router that names one is disabled");
  http.not_acted_on({"serversTransports", "models"});
  http.finish();
  return is_usable;
}

/// Returns false when nothing of the file can be believed.
bool read_root(yaml::Section& root, DynamicConfig& config) {
  bool is_usable = true;
  if (const auto found = root.find("http")) {
    auto http = yaml::Section::open(root.reader(), *found);
    is_usable = http && read_http(*http, config);
  }
  root.not_acted_on({"tls"}, "a router with tls is disabled");
  root.not_acted_on({"tcp", "udp"}, "only HTTP is served");
  for (const std::string_view key :
       {"entryPoints", "providers", "api", "metrics", "ping", "log", "accessLog", "admin",
        "certificatesResolvers", "global", "tracing", "stateDir", "workers"}) {
    const auto found = root.find_even_null(key);
    if (!found) continue;
    root.reader().warn(found->place, found->path,
                       "is ignored here: it belongs in the static file, which is read at start");
  }
  root.finish();
  return is_usable;
}

std::optional<std::string> refused_form(std::string_view yaml, const std::filesystem::path& file) {
  if (iequals(file.extension().string(), ".toml")) {
    return "TOML is not read; write the configuration as YAML";
  }
  if (find_other_template(yaml) != std::string_view::npos) {
    return "'{{' begins a template, and templates are not built; write the file out in full";
  }
  return std::nullopt;
}

}  // namespace

DynamicResult parse_dynamic(std::string_view yaml, const std::filesystem::path& file) {
  DynamicResult result;
  const std::string name = file.string();
  if (const auto refusal = refused_form(yaml, file)) {
    const auto at = find_other_template(yaml);
    const Place place = at == std::string_view::npos ? Place{} : yaml::place_of(yaml, at);
    result.problems.push_back({Severity::error, name, place.line, place.column, {}, *refusal});
    return result;
  }
  const auto tree = yaml::load(yaml, name, result.problems);
  if (!tree) return result;
  if (tree->root() == nullptr || says_nothing(*tree->root())) {
    result.is_empty = true;
    result.is_usable = true;
    return result;
  }
  yaml::Reader reader(name, result.problems);
  auto root = yaml::Section::open(reader, yaml::Value{tree->root(), tree->root()->place, {}});
  result.is_usable = root && read_root(*root, result.config) && !reader.has_duplicates();
  if (yaml.find("{{") != std::string_view::npos && root) {
    const std::size_t before = reader.errors();
    refuse_stray_placeholders(reader, root->value());
    result.is_usable = result.is_usable && reader.errors() == before;
  }
  if (!result.is_usable) result.config = {};
  return result;
}

}  // namespace gapura::conf
