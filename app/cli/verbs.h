/// The verbs that ask a running Gapura. Each group is a file that adds its verbs to the parser.
#pragma once

#include <functional>
#include <string>

#include "app/options.h"

namespace CLI {
class App;
}

namespace gapura::app::cli {

/// Adds all of them. What is chosen is in `out` when the parser has run; both must live until then.
void add_verbs(CLI::App& app, ClientOptions& out);

/// Runs what was chosen. Its exit code (ExitCode); what went wrong is on standard error.
int run(const ClientOptions& options, const Environment& environment);

/// One verb, with the options that all of them have. `verb` runs when it was chosen.
CLI::App* add_verb(CLI::App& app, ClientOptions& out, const std::string& name,
                   const std::string& description, std::function<void(Session&)> verb);

void add_show_verbs(CLI::App& app, ClientOptions& out);     ///< targets, services, routers
void add_status_verb(CLI::App& app, ClientOptions& out);    ///< status, reload
void add_target_verbs(CLI::App& app, ClientOptions& out);   ///< drain, undrain, add, remove
void add_scaling_verbs(CLI::App& app, ClientOptions& out);  ///< scale, autoscale
void add_event_verb(CLI::App& app, ClientOptions& out);
void add_explain_verb(CLI::App& app, ClientOptions& out);
void add_top_verb(CLI::App& app, ClientOptions& out);
void add_token_verb(CLI::App& app, ClientOptions& out);
void add_state_verb(CLI::App& app, ClientOptions& out);
void add_completion_verb(CLI::App& app, ClientOptions& out);

}  // namespace gapura::app::cli
