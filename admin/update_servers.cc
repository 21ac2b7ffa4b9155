#include "admin/update_servers.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "admin/awaited.h"
#include "admin/body.h"
#include "admin/problem_reply.h"
#include "admin/rest/reply.h"
#include "base/log.h"
#include "base/plural.h"

namespace gapura::admin {
namespace net = boost::asio;

namespace {

constexpr const char* kUpdated = "services.yaml updated successfully";
constexpr const char* kFailed = "Failed to update services.yaml";
constexpr const char* kInvalid = "Invalid request body. Expected a non-empty array of servers.";

Response message(unsigned status, std::string_view text, std::string_view error = {}) {
  boost::json::object object;
  object["message"] = text;
  if (!error.empty()) object["error"] = error;
  Response response;
  response.status = status;
  response.body = boost::json::serialize(object);
  return response;
}

Response refused(const balancer::Refusal& refusal) {
  const bool is_theirs = refusal.kind == balancer::Refusal::Kind::bad_request;
  return is_theirs ? message(400, refusal.message) : message(500, kFailed, refusal.message);
}

/// The servers, each URL once, or what is wrong with one of them.
std::variant<std::vector<conf::Server>, std::string> servers_of(const ServerList& list) {
  std::vector<conf::Server> servers;
  for (std::size_t i = 0; i < list.urls.size(); ++i) {
    const std::string place = "servers[" + std::to_string(i) + "]";
    if (i == list.first_not_text) return place + " must be text, like \"http://10.0.0.5:3000\"";
    std::string fault;
    const auto url = conf::ServerUrl::parse(list.urls[i], &fault);
    if (!url) return place + ": " + fault;
    const auto is_same = [&url](const conf::Server& other) { return other.url == *url; };
    if (std::ranges::any_of(servers, is_same)) continue;
    conf::Server server;
    server.url = *url;
    servers.push_back(std::move(server));
  }
  return servers;
}

}  // namespace

UpdateServers::UpdateServers(balancer::Registry& registry, Changes& changes, std::string service,
                             WriteServers write)
    : registry_(registry),
      changes_(changes),
      service_(std::move(service)),
      write_(std::move(write)) {}

net::awaitable<ListShown> UpdateServers::show(std::string service,
                                              std::vector<conf::Server> servers) {
  if (!write_) co_return ListShown();
  std::function<void(std::function<void(ListShown)>)> begin =
      [this, &service, &servers](std::function<void(ListShown)> done) {
        write_(service, servers, std::move(done));
      };
  auto writing = awaited<ListShown>(std::move(begin));
  ListShown shown = co_await std::move(writing);
  co_return shown;
}

std::variant<std::string, Response> UpdateServers::service() const {
  if (!service_.empty()) return service_.substr(0, service_.find('@'));
  auto services = registry_.services(Clock::now());
  const bool has_one = services.size() == 1;
  // One that is disabled or on its way out is no candidate beside one that serves.
  std::erase_if(services, [has_one](const auto& one) { return !has_one && !one.fault.empty(); });
  if (services.size() == 1) return services.front().name;
  return message(400, services.empty()
                          ? "there is no service yet: define one under http.services"
                          : "there is more than one service: set admin.updateServers.service to "
                            "the one that this list is for");
}

net::awaitable<Response> UpdateServers::answer(Request request) {
  if (request.method != "POST") co_return method_refused("POST");
  const auto list = read_server_list(request.body);
  if (!list) co_return message(400, kInvalid);
  const auto read = servers_of(*list);
  if (const auto* fault = std::get_if<std::string>(&read)) co_return message(400, *fault);
  const auto& servers = std::get<std::vector<conf::Server>>(read);
  const auto chosen = service();
  if (const auto* refusal = std::get_if<Response>(&chosen)) co_return *refusal;
  const auto& name = std::get<std::string>(chosen);

  std::function<balancer::Proposal()> propose = [this, &name, &servers] {
    return registry_.propose_servers(name, servers);
  };
  // Before the file is touched; it is written before the list is made live, so that nothing has
  // changed when it cannot be. What the file says then needs no overlay, and nothing is undone when
  // our own writing is noticed.
  const balancer::Proposal tried = propose();
  if (const auto* refusal = std::get_if<balancer::Refusal>(&tried)) co_return refused(*refusal);
  const bool is_news = std::get<balancer::Overlay>(tried) != registry_.overlay();
  const ListShown shown = co_await show(name, servers);
  if (!shown.is_in_place) {
    log::error("POST /update-servers changed nothing: {}", shown.fault);
    co_return message(500, kFailed, shown.fault);
  }
  if (!shown.fault.empty()) log::error("POST /update-servers: {}", shown.fault);
  const Changes::Outcome outcome = co_await changes_.make(std::move(propose), request.trace);
  if (const auto* refusal = std::get_if<balancer::Refusal>(&outcome)) co_return refused(*refusal);
  if (const auto* failed = std::get_if<std::error_code>(&outcome)) {
    log::error("POST /update-servers could not be saved{}: {}",
               write_ ? ", though the file has the list" : ", nothing was changed",
               failed->message());
    co_return message(500, kFailed, failed->message());
  }
  const Applied applied = std::get<Applied>(outcome);
  if (is_news) {
    log::info("admin: {} gave {} the list of POST /update-servers, {}", request.peer, name,
              counted(servers.size(), "server"));
  }
  Response response =
      shown.fault.empty() ? message(200, kUpdated) : message(500, kFailed, shown.fault);
  if (!applied.is_adopted) {
    response = message(500, kFailed, "the list is saved, but not every worker has it yet");
  }
  set_version(response, applied.version);
  co_return response;
}

}  // namespace gapura::admin
