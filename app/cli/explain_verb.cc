// gapura explain: which router a request would match, and where it would go.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/table.h"
#include "app/cli/verbs.h"
#include "base/ascii.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;

struct Question {
  std::string method, url, entry_point;
  std::vector<std::string> headers;
};

json::object headers_of(const std::vector<std::string>& lines) {
  json::object headers;
  for (const std::string& line : lines) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0) {
      throw Stop{ExitCode::usage, "-H needs 'Name: value', not '" + line + "'"};
    }
    headers[line.substr(0, colon)] = trim_ows(std::string_view(line).substr(colon + 1));
  }
  return headers;
}

/// "Host(`a`) got b.example; Path(`/x`) got /y"
std::string mismatches_of(const json::value& router) {
  std::string text;
  for (const json::value& one : list_in(router, "mismatches")) {
    text += (text.empty() ? "" : "; ") + text_in(one, "part") + " got " + text_in(one, "got");
  }
  return text.empty() && is_true_in(router, "matched") ? "matches, but comes later" : text;
}

std::string routers_text(const json::value& answer, const Screen& screen) {
  Table table({{"ROUTER"},
               {"PRIORITY", Column::Align::right},
               {"RULE", Column::Align::left, true},
               {"", Column::Align::left, true}});
  for (const json::value& one : list_in(answer, "routers")) {
    const bool is_chosen = is_true_in(one, "isChosen");
    table.add(
        {{text_in(one, "router"), is_chosen ? Colour::green : Colour::none},
         {text_in(one, "priority")},
         {text_in(one, "rule")},
         {is_chosen ? "chosen" : mismatches_of(one), is_chosen ? Colour::green : Colour::dim}});
  }
  for (const json::value& one : list_in(answer, "disabled")) {
    table.add({{text_in(one, "router"), Colour::red},
               {},
               {text_in(one, "rule")},
               {"disabled: " + text_in(one, "fault"), Colour::red}});
  }
  return table.is_empty() ? std::string() : "\n" + table.to_text(screen);
}

/// Where the sticky cookie leads; empty for a service that is not sticky.
std::string sticky_text(const json::value& service) {
  const json::value* sticky = find_in(service, "sticky");
  if (sticky == nullptr) return {};
  const std::string to = text_in(*sticky, "leadsTo");
  return "\nsticky cookie " + text_in(*sticky, "cookie") +
         (to.empty() ? ": " : " leads to " + to + ": ") + text_in(*sticky, "why") + "\n";
}

/// Services over services as an outline, since they nest; else the targets.
std::string service_text(const json::value& answer, const Screen& screen) {
  const json::value* service = find_in(answer, "service");
  if (service == nullptr || !service->is_object()) return {};
  if (!list_in(*service, "services").empty()) return "\nservice\n" + as_outline(*service, 2);
  Table table({{"TARGET"}, {"STATE"}, {"PICKED"}, {"", Column::Align::left, true}});
  for (const json::value& one : list_in(*service, "targets")) {
    const std::string phase = text_in(one, "phase");
    table.add({{text_in(one, "id")},
               {phase, colour_of_state(phase)},
               {is_true_in(one, "canBePicked") ? "can be" : "never"},
               {text_in(one, "why"), Colour::dim}});
  }
  const std::string targets = table.is_empty() ? std::string() : "\n" + table.to_text(screen);
  return sticky_text(*service) + targets;
}

std::string explanation(const json::value& answer, const Screen& screen) {
  const std::string message = text_in(answer, "message");
  if (message.empty()) return as_outline(answer);  // another shape than the one known here
  return message + "\n" + routers_text(answer, screen) + service_text(answer, screen);
}

void explain(Session& session, const Question& question) {
  json::object body{{"method", question.method}, {"url", question.url}};
  if (!question.headers.empty()) body["headers"] = headers_of(question.headers);
  if (!question.entry_point.empty()) body["entryPoint"] = question.entry_point;
  Call call;
  call.method = "POST";
  call.path = "/api/v1/explain";
  call.body = json::serialize(body);
  const Reply reply = session.remote().ask_now(std::move(call));
  if (reply.status == 404 && question.entry_point.empty()) {
    throw Stop{ExitCode::failed, "this server does not explain: it is older than this command"};
  }
  session.require_good(reply);
  if (!session.print_json(reply)) print(explanation(reply.body, session.output()));
}

}  // namespace

void add_explain_verb(CLI::App& app, ClientOptions& out) {
  const auto question = std::make_shared<Question>();
  CLI::App* verb = add_verb(app, out, "explain",
                            "say which router a request would match, and why not the others",
                            [question](Session& session) { explain(session, *question); });
  verb->add_option("METHOD", question->method)->required();
  verb->add_option("URL", question->url)->required();
  verb->add_option("-H,--header", question->headers, "a field of the request, 'Name: value'")
      ->allow_extra_args(false)
      ->type_name("FIELD");
  verb->add_option("--entry-point", question->entry_point,
                   "where it comes in; default: the one with the URL's port")
      ->type_name("NAME");
}

}  // namespace gapura::app::cli
