// gapura state: what the API and the autoscaler changed, as it is kept on the disk.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <system_error>

#include "app/atomic_file.h"
#include "app/cli/disagreements.h"
#include "app/cli/session.h"
#include "app/cli/table.h"
#include "app/cli/verbs.h"
#include "app/config_files.h"
#include "app/state_store.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;

struct StateText {
  std::filesystem::path file;
  std::string text;
};

/// The first state file of the places in which the server would keep one.
StateText read_state(const Installation& installation) {
  std::string tried;
  for (const auto& folder : installation.state_folders()) {
    StateText read{StateStore(folder).file(), {}};
    const std::error_code error = read_whole(read.file, read.text);
    if (!error) return read;
    tried += "\n  " + read.file.string() + ": " + error.message();
  }
  throw Stop{ExitCode::not_found,
             "there is no state that could be read (none is written before the first change by "
             "API). Tried" +
                 tried};
}

conf::DynamicConfig files_of(const Installation& installation) {
  std::vector<std::string> names;
  for (const auto& one : installation.config.entry_points) names.push_back(one.name);
  return ConfigFiles(installation.config.file_provider, names, {}).load().config;
}

json::array json_of(const std::vector<Disagreement>& rows) {
  json::array list;
  for (const Disagreement& one : rows) {
    list.push_back(json::object{{"service", one.service},
                                {"target", one.target},
                                {"state", one.state},
                                {"files", one.files}});
  }
  return list;
}

std::string text_of(const std::vector<Disagreement>& rows, const Screen& screen) {
  if (rows.empty()) return "the state changes nothing of what the files say\n";
  Table table({{"SERVICE"},
               {"TARGET"},
               {"THE STATE SAYS", Column::Align::left, true},
               {"THE FILES SAY", Column::Align::left, true}});
  for (const Disagreement& one : rows) {
    table.add({{one.service}, {one.target}, {one.state}, {one.files}});
  }
  return table.to_text(screen);
}

void show_state(Session& session, bool is_export) {
  const Installation installation = session.installation();
  const StateText read = read_state(installation);
  if (is_export) return print(read.text);
  const auto overlay = overlay_from_yaml(read.text);
  if (const auto* fault = std::get_if<std::string>(&overlay)) {
    throw Stop{ExitCode::failed, read.file.string() + ": " + *fault};
  }
  const auto rows = disagreements(std::get<balancer::Overlay>(overlay), files_of(installation));
  if (session.is_json()) {
    const json::object object{{"file", read.file.string()}, {"changes", json_of(rows)}};
    return print(json::serialize(object) + "\n");
  }
  print(read.file.string() + "\n" + text_of(rows, session.output()));
}

}  // namespace

void add_state_verb(CLI::App& app, ClientOptions& out) {
  const auto is_export = std::make_shared<bool>(false);
  add_verb(app, out, "state",
           "show what was changed by API and autoscaler, and where the files say otherwise",
           [is_export](Session& session) { show_state(session, *is_export); })
      ->add_flag("--export", *is_export, "print the state file as it is (YAML)");
}

}  // namespace gapura::app::cli
