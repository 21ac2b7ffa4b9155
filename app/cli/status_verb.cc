// gapura status and gapura reload: the server and its configuration.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/target_rows.h"
#include "app/cli/text.h"
#include "app/cli/verbs.h"
#include "base/plural.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;

/// "services.yaml:12:3: http.services.a: …"
std::string problem_line(const json::value& problem, const Screen& screen) {
  const std::string severity = text_in(problem, "severity");
  std::string place = text_in(problem, "file");
  for (const char* part : {"line", "column"}) {
    if (const std::string text = text_in(problem, part); !text.empty()) place += ":" + text;
  }
  const std::string path = text_in(problem, "path");
  return "  " + screen.paint(severity, colour_of_state(severity)) + " " + place + ": " +
         (path.empty() ? "" : path + ": ") + text_in(problem, "message") + "\n";
}

/// The files, and what is wrong with them.
std::string config_text(const json::value& config, const Screen& screen) {
  const auto& files = list_in(config, "files");
  std::string text = counted(files.size(), "configuration file") + ":\n";
  for (const json::value& file : files) {
    const std::string status = text_in(file, "status");
    text += "  " + screen.paint(status, colour_of_state(status)) + " " + text_in(file, "path");
    if (is_true_in(file, "isLastGood")) text += " (its last good version is served)";
    text += "\n";
  }
  const auto& problems = list_in(config, "problems");
  text += problems.empty() ? "no problems\n" : counted(problems.size(), "problem") + ":\n";
  for (const json::value& one : problems) text += problem_line(one, screen);
  return text;
}

std::string times(const json::value& config, std::string_view name) {
  return counted(static_cast<std::uint64_t>(number_in(config, name).value_or(0)), "time");
}

std::string version_text(const json::value& version, const json::value& config,
                         const std::string& place) {
  std::string text = "gapura " + text_in(version, "version") + " at " + place;
  if (const auto up = number_in(version, "uptimeSeconds")) text += ", up for " + lasting(*up);
  text += "\nconfiguration version " + text_in(config, "version");
  if (text_in(config, "version") != text_in(config, "adoptedVersion")) {
    text += " (all workers have " + text_in(config, "adoptedVersion") + ")";
  }
  text += ", read " + times(config, "reloads") + " since the start";
  const bool has_failed = number_in(config, "failures").value_or(0) > 0;
  return text + (has_failed ? ", " + times(config, "failures") + " with faults\n" : "\n");
}

void show_status(Session& session) {
  const Reply version = session.get("/api/v1/version");
  const Reply config = session.get("/api/v1/config");
  const Reply services = session.get("/api/v1/services");
  if (session.is_json()) {
    json::object all;
    all["version"] = find_in(version.body, "version") ? *find_in(version.body, "version") : nullptr;
    all["config"] = config.body;
    all["services"] = list_in(services.body, "services");
    print(json::serialize(all) + "\n");
    return;
  }
  const Screen& screen = session.output();
  print(version_text(version.body, config.body, session.remote().place().name) +
        config_text(config.body, screen) + "\n" +
        services_table(list_in(services.body, "services")).to_text(screen));
}

void reload(Session& session) {
  Call call;
  call.method = "POST";
  call.path = "/api/v1/reload";
  call.timeout = Milliseconds(60'000);
  const Reply reply = session.remote().ask_now(std::move(call));
  if (session.print_json(reply)) {
    session.remote().require_good(reply);
    return;
  }
  // A refusal carries the files as well: what is wrong is the answer to "reload".
  if (reply.status == 422) print(config_text(reply.body, session.output()));
  session.remote().require_good(reply);
  print("reloaded; " + config_text(reply.body, session.output()));
}

}  // namespace

void add_status_verb(CLI::App& app, ClientOptions& out) {
  add_verb(app, out, "status", "the server, its configuration and its services at a glance",
           show_status);
  add_verb(app, out, "reload", "read the dynamic configuration again, and say what is wrong in it",
           reload);
}

}  // namespace gapura::app::cli
