// gapura services, targets, routers: what there is, as tables.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/table.h"
#include "app/cli/target_rows.h"
#include "app/cli/text.h"
#include "app/cli/verbs.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;

void show_services(Session& session) {
  const Reply reply = session.get("/api/v1/services");
  if (session.print_json(reply)) return;
  print(services_table(list_in(reply.body, "services")).to_text(session.output()));
}

/// A service's targets, or all when none is named and there are several.
void show_targets(Session& session, const std::string& service) {
  if (!service.empty()) {
    const Reply reply = session.get(path_of({"services", service, "targets"}));
    if (session.print_json(reply)) return;
    json::object only{{"name", service}, {"targets", list_in(reply.body, "targets")}};
    print(targets_table({std::move(only)}).to_text(session.output()));
    return;
  }
  const Reply reply = session.get("/api/v1/services");
  if (session.print_json(reply)) return;
  print(targets_table(list_in(reply.body, "services")).to_text(session.output()));
}

void show_routers(Session& session) {
  const Reply reply = session.get("/api/v1/routers");
  if (session.print_json(reply)) return;
  Table table({{"ROUTER"},
               {"STATUS"},
               {"RULE", Column::Align::left, true},
               {"SERVICE"},
               {"ENTRY POINTS"},
               {"PRIORITY", Column::Align::right},
               {"", Column::Align::left, true}});
  for (const json::value& one : list_in(reply.body, "routers")) {
    const std::string status = text_in(one, "status");
    table.add({{text_in(one, "name")},
               {status, colour_of_state(status)},
               {text_in(one, "rule")},
               {text_in(one, "service")},
               {joined(list_in(one, "entryPoints"))},
               {text_in(one, "priority")},
               {text_in(one, "fault"), Colour::red}});
  }
  print(table.to_text(session.output()));
}

}  // namespace

void add_show_verbs(CLI::App& app, ClientOptions& out) {
  add_verb(app, out, "services", "list the services", show_services);
  const auto service = std::make_shared<std::string>();
  add_verb(app, out, "targets", "list the targets of a service, or of all",
           [service](Session& session) { show_targets(session, *service); })
      ->add_option("[SERVICE]", *service);
  add_verb(app, out, "routers", "list the routers", show_routers);
}

}  // namespace gapura::app::cli
