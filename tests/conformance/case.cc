#include "tests/conformance/case.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <stdexcept>
#include <yaml-cpp/yaml.h>

#include "tests/conformance/placeholders.h"

namespace gapura::test {
namespace {

using Path = std::filesystem::path;

constexpr std::array<std::pair<std::string_view, Act>, 17> kActs{{
    {"client_sends", Act::client_sends},
    {"client_dribbles", Act::client_dribbles},
    {"client_closes", Act::client_closes},
    {"client_reconnects", Act::client_reconnects},
    {"client_sees", Act::client_sees},
    {"client_sees_more", Act::client_sees_more},
    {"client_sees_bytes", Act::client_sees_bytes},
    {"client_sees_end", Act::client_sees_end},
    {"refused", Act::refused},
    {"answered", Act::answered},
    {"target_sends", Act::target_sends},
    {"target_dribbles", Act::target_dribbles},
    {"target_closes", Act::target_closes},
    {"target_sees", Act::target_sees},
    {"target_sees_more", Act::target_sees_more},
    {"target_sees_bytes", Act::target_sees_bytes},
    {"target_sees_end", Act::target_sees_end},
}};

[[noreturn]] void fail(const std::string& file, const YAML::Node& at, const std::string& what) {
  throw std::runtime_error(file + ":" + std::to_string(at.Mark().line + 1) + ": " + what);
}

std::string text(const std::string& file, const YAML::Node& node) {
  if (!node.IsScalar()) fail(file, node, "text is expected here");
  return node.Scalar();
}

std::vector<std::string> texts(const std::string& file, const YAML::Node& node) {
  if (!node.IsSequence() || node.size() == 0) fail(file, node, "a list is expected here");
  std::vector<std::string> out;
  for (const YAML::Node& one : node) out.push_back(text(file, one));
  return out;
}

using Readers = std::map<std::string, std::function<void(const YAML::Node&)>, std::less<>>;

/// Calls the reader of each key. yaml-cpp would keep a double key silently.
void read_map(const std::string& file, const YAML::Node& node, const Readers& readers) {
  if (!node.IsMap()) fail(file, node, "keys and values are expected here");
  std::set<std::string> seen;
  for (const auto& pair : node) {
    const std::string key = text(file, pair.first);
    const auto found = readers.find(key);
    if (found == readers.end()) fail(file, pair.first, "unknown key '" + key + "'");
    if (!seen.insert(key).second) fail(file, pair.first, "'" + key + "' stands here twice");
    found->second(pair.second);
  }
}

YAML::Node load(const std::string& file) {
  try {
    return YAML::LoadFile(file);
  } catch (const YAML::Exception& error) {
    throw std::runtime_error(file + ": " + error.what());
  }
}

bool is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void check_value(const std::string& file, const YAML::Node& at, const Step& step) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    if (std::ranges::find(words, step.value) != words.end()) return;
    fail(file, at, "'" + step.value + "' is no value of " + std::string(word_of(step.act)));
  };
  switch (step.act) {
    case Act::client_closes:
    case Act::target_closes: is_one_of({"half", "whole", "reset"}); break;
    case Act::client_sees_end:
    case Act::target_sees_end: is_one_of({"fin", "reset", "any", "cut"}); break;
    case Act::client_reconnects: is_one_of({"yes"}); break;
    case Act::refused:
    case Act::answered:
      if (step.value.size() != 3) fail(file, at, "a status is expected here");
      break;
    default:
      if (step.value.empty()) fail(file, at, "some bytes are expected here");
  }
}

Step read_step(const std::string& file, const YAML::Node& node, const std::string* each) {
  if (!node.IsMap() || node.size() != 1) fail(file, node, "a step is one key and its value");
  Step step;
  step.line = node.Mark().line + 1;
  Readers readers;
  for (const auto& [word, act] : kActs) {
    readers[std::string(word)] = [&, act = act](const YAML::Node& value) {
      step.act = act;
      try {
        step.value = expand(text(file, value), each);
      } catch (const std::invalid_argument& error) {
        fail(file, value, error.what());
      }
      check_value(file, value, step);
    };
  }
  read_map(file, node, readers);
  return step;
}

/// `each`: null, or what this one of several has instead of {{each}}.
Case read_case(const std::string& file, const YAML::Node& node, const std::string* each) {
  Case one;
  one.file = file;
  one.line = node.Mark().line + 1;
  read_map(file, node,
           {{"name", [&](const YAML::Node& value) { one.name = text(file, value); }},
            {"clause", [&](const YAML::Node& value) { one.clause = text(file, value); }},
            {"server", [&](const YAML::Node& value) { one.server = text(file, value); }},
            {"counted", [&](const YAML::Node& value) { one.counted = texts(file, value); }},
            {"each", [](const YAML::Node&) {}},  // read before
            {"steps", [&](const YAML::Node& value) {
               if (!value.IsSequence()) fail(file, value, "a list of steps is expected here");
               for (const YAML::Node& step : value) {
                 one.steps.push_back(read_step(file, step, each));
               }
             }}});
  if (!is_name(one.name)) fail(file, node, "a name of a-z, 0-9 and _ is missing");
  if (one.clause.empty()) fail(file, node, "the clause is missing");
  if (one.steps.empty()) fail(file, node, "steps are missing");
  return one;
}

void read_cases(const std::string& file, std::vector<Case>& cases) {
  const YAML::Node root = load(file);
  if (!root.IsSequence()) fail(file, root, "a list of cases is expected");
  for (const YAML::Node& node : root) {
    if (!node.IsMap() || !node["each"]) {
      cases.push_back(read_case(file, node, nullptr));
      continue;
    }
    int number = 0;
    for (const std::string& each : texts(file, node["each"])) {
      cases.push_back(read_case(file, node, &each));
      cases.back().name += "_" + std::to_string(++number);
    }
  }
}

}  // namespace

std::string_view word_of(Act act) noexcept {
  return std::ranges::find(kActs, act, &std::pair<std::string_view, Act>::second)->first;
}

Servers load_servers(const Path& folder) {
  const std::string file = (folder / "servers.yaml").string();
  const YAML::Node root = load(file);
  if (!root.IsMap()) fail(file, root, "names and settings are expected");
  Servers servers;
  for (const auto& pair : root) {
    SeedFolder::Settings settings;
    settings.workers = 1;  // one set of idle links: whether one is used again is then certain
    const auto into = [&](std::string& place) {
      return [&](const YAML::Node& value) { place = text(file, value); };
    };
    read_map(file, pair.second,
             {{"static", into(settings.more_static)},
              {"entry_point", into(settings.more_entry_point)},
              {"load_balancer", into(settings.more_load_balancer)},
              {"dynamic", into(settings.dynamic)}});
    const std::string name = text(file, pair.first);
    if (!servers.emplace(name, settings).second) {
      fail(file, pair.first, "'" + name + "' stands here twice");
    }
  }
  // What a server does not say of its own is as in `plain`.
  for (auto& [name, settings] : servers) {
    if (settings.dynamic.empty()) settings.dynamic = servers.at("plain").dynamic;
  }
  return servers;
}

std::vector<Case> load_cases(const Path& folder, const Servers& servers) {
  std::set<Path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const Path& path = entry.path();
    if (path.extension() == ".yaml" && path.filename() != "servers.yaml") files.insert(path);
  }
  std::vector<Case> cases;
  for (const Path& file : files) read_cases(file.string(), cases);
  std::set<std::string> names;
  for (const Case& one : cases) {
    const std::string place = one.file + ":" + std::to_string(one.line) + ": ";
    if (!servers.contains(one.server)) {
      throw std::runtime_error(place + "no server '" + one.server + "' in servers.yaml");
    }
    if (!names.insert(one.name).second) {
      throw std::runtime_error(place + "another case is called '" + one.name + "', too");
    }
  }
  return cases;
}

}  // namespace gapura::test
