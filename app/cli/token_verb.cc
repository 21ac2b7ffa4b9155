// gapura token: where the token of the admin API is, and what it is.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "app/cli/json_view.h"
#include "app/cli/session.h"
#include "app/cli/verbs.h"

namespace gapura::app::cli {
namespace {

constexpr const char* kWords = "token takes one of show, path and rotate";

std::filesystem::path token_file(Session& session) {
  const PlaceOptions& given = session.options().place;
  return given.token_file.empty() ? session.installation().token_file() : given.token_file;
}

void show_path(Session& session) {
  const std::string file = token_file(session).string();
  boost::json::object object{{"path", file}};
  print((session.is_json() ? boost::json::serialize(object) : file) + "\n");
}

void show_token(Session& session) {
  const Place& place = session.remote().place();
  if (place.token.empty()) {
    const bool is_unix = !place.unix_socket.empty();
    throw Stop{ExitCode::not_found, is_unix ? place.name + " needs no token" : place.token_advice};
  }
  boost::json::object object{{"token", place.token}};
  print((session.is_json() ? boost::json::serialize(object) : place.token) + "\n");
}

void rotate(Session& session) {
  Call call;
  call.method = "POST";
  call.path = "/api/v1/token/rotate";
  const Reply reply = session.remote().ask_now(std::move(call));
  if (reply.status == 404) {
    throw Stop{ExitCode::failed,
               "this server does not change its token while it runs: stop it, "
               "remove " +
                   token_file(session).string() + " and start it, and it makes a new one"};
  }
  session.require_good(reply);
  if (session.print_json(reply)) return;
  const std::string file = text_in(reply.body, "file");
  print(is_true_in(reply.body, "isDigest")
            ? "the token was changed; " + file + " has its digest only, so keep it:\n" +
                  text_in(reply.body, "token") + "\n"
            : "the token was changed; it is in " + file + "\n");
}

void token(Session& session, const std::string& act) {
  if (act == "path") return show_path(session);
  if (act == "show") return show_token(session);
  if (act == "rotate") return rotate(session);
  throw Stop{ExitCode::usage, kWords};
}

}  // namespace

void add_token_verb(CLI::App& app, ClientOptions& out) {
  const auto act = std::make_shared<std::string>();
  add_verb(app, out, "token", "the admin API's token: show it, say where it is, or change it",
           [act](Session& session) { token(session, *act); })
      ->add_option("show|path|rotate", *act)
      ->required();
}

}  // namespace gapura::app::cli
