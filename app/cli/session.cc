#include "app/cli/session.h"

#include <cstdio>
#include <utility>

#include "app/cli/json_view.h"

namespace gapura::app::cli {

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

const Remote& Session::remote() {
  if (remote_) return *remote_;
  auto place = find_place(options_.place, environment_);
  if (auto* fault = std::get_if<std::string>(&place)) {
    throw Stop{ExitCode::unreachable, std::move(*fault)};
  }
  return remote_.emplace(std::get<Place>(std::move(place)));
}

Installation Session::installation() const {
  auto found = find_installation(options_.place, environment_);
  if (auto* fault = std::get_if<std::string>(&found)) {
    throw Stop{ExitCode::failed, std::move(*fault)};
  }
  return std::get<Installation>(std::move(found));
}

Reply Session::ask(Call call) {
  Reply reply = remote().ask_now(std::move(call));
  require_good(reply);
  return reply;
}

Reply Session::get(std::string path) {
  Call call;
  call.path = std::move(path);
  return ask(std::move(call));
}

void Session::require_good(const Reply& reply) {
  if (!reply.is_good()) print_json(reply);
  remote().require_good(reply);
}

std::string Session::service_or_only(const std::string& given) {
  if (!given.empty()) return given;
  const Reply reply = get("/api/v1/services");
  const auto& services = list_in(reply.body, "services");
  if (services.size() == 1) return text_in(services.front(), "name");
  if (services.empty()) throw Stop{ExitCode::not_found, "the server has no service"};
  std::string names;
  for (const auto& one : services) names += (names.empty() ? "" : ", ") + text_in(one, "name");
  throw Stop{ExitCode::usage, "say which service: there are " + names};
}

bool Session::print_json(const Reply& reply) const {
  if (!options_.is_json) return false;
  print(reply.text.ends_with('\n') ? reply.text : reply.text + "\n");
  return true;
}

}  // namespace gapura::app::cli
