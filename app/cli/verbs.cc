#include "app/cli/verbs.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <utility>

#include "app/cli/exit_code.h"
#include "app/cli/session.h"

namespace gapura::app::cli {
namespace {

constexpr const char* kGroup = "A running Gapura";
/// CLI11's own would say "TARGET(1x)", and list again below what the first line says already.
class Help : public CLI::Formatter {
  std::string make_usage(const CLI::App* app, std::string) const override {
    std::string text = "Usage: gapura " + app->get_name();
    for (const CLI::Option* one : app->get_options()) {
      if (one->get_positional()) text += " " + one->get_name(/*positional=*/true);
    }
    return text + " [OPTIONS]\n";
  }
  std::string make_positionals(const CLI::App*) const override { return {}; }
};

constexpr const char* kExits =
    "Exit codes: 0 done, 1 refused or failed, 2 usage, 3 cannot reach the server, 4 not found,\n"
    "5 the deadline passed.";

}  // namespace

void add_verbs(CLI::App& app, ClientOptions& out) {
  add_status_verb(app, out);
  add_show_verbs(app, out);
  add_top_verb(app, out);
  add_event_verb(app, out);
  add_explain_verb(app, out);
  add_target_verbs(app, out);
  add_scaling_verbs(app, out);
  add_state_verb(app, out);
  add_token_verb(app, out);
  add_completion_verb(app, out);
}

CLI::App* add_verb(CLI::App& app, ClientOptions& out, const std::string& name,
                   const std::string& description, std::function<void(Session&)> verb) {
  CLI::App* added = app.add_subcommand(name, description);
  added->group(kGroup);
  added->footer(kExits);
  added->formatter(std::make_shared<Help>());
  added->add_flag("--json", out.is_json, "print the server's answer");
  const char* where = "Where the server is";
  added
      ->add_option("-c,--configFile", out.place.config_file,
                   "the server's static configuration, which says where its admin API is")
      ->type_name("FILE")
      ->ignore_case()
      ->group(where);
  added
      ->add_option("--admin", out.place.admin,
                   "the admin API: http://HOST:PORT, https://HOST:PORT or unix:/PATH")
      ->type_name("URL")
      ->group(where);
  added
      ->add_option("--token-file", out.place.token_file,
                   "the file with its token (else GAPURA_TOKEN, else the one the server made)")
      ->type_name("FILE")
      ->group(where);
  added->callback([&out, verb = std::move(verb)] { out.verb = verb; });
  return added;
}

int run(const ClientOptions& options, const Environment& environment) {
  try {
    Session session(options, environment);
    options.verb(session);
    return static_cast<int>(ExitCode::done);
  } catch (const Stop& stop) {
    if (!stop.message.empty()) std::fprintf(stderr, "gapura: %s\n", stop.message.c_str());
    return static_cast<int>(stop.code);
  }
}

}  // namespace gapura::app::cli
