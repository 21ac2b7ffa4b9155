/// One case of the conformance suite as its YAML file has it; README.md describes the schema.
/// Values; any thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/seed_folder.h"

namespace gapura::test {

enum class Act {
  client_sends,
  client_dribbles,
  client_closes,
  client_reconnects,
  client_sees,
  client_sees_more,
  client_sees_bytes,
  client_sees_end,
  refused,
  answered,
  target_sends,
  target_dribbles,
  target_closes,
  target_sees,
  target_sees_more,
  target_sees_bytes,
  target_sees_end,
};

struct Step {
  Act act{};
  std::string value;  ///< placeholders that need no running server are expanded already
  int line = 0;       ///< in the file, from 1
};

struct Case {
  std::string file;  ///< whole path
  int line = 0;
  std::string name;
  std::string clause;                ///< RFC section, or the class of faults it came from
  std::string server = "plain";      ///< name in servers.yaml
  std::vector<std::string> counted;  ///< reasons of gapura_errors_total, one for each count
  std::vector<Step> steps;
  std::string suite() const { return std::filesystem::path(file).stem().string(); }
};

using Servers = std::map<std::string, SeedFolder::Settings, std::less<>>;

std::string_view word_of(Act act) noexcept;

/// `folder`/servers.yaml. Throws std::runtime_error with place and reason when anything in it is
/// unknown, double, missing or of the wrong kind.
Servers load_servers(const std::filesystem::path& folder);

/// All other YAML files of `folder`, in name order; a case with `each` becomes several. Throws as
/// load_servers() does.
std::vector<Case> load_cases(const std::filesystem::path& folder, const Servers& servers);

}  // namespace gapura::test
