#include "app/admin_front.h"

#include <optional>
#include <utility>

#include "admin/guard.h"
#include "admin/http_server.h"
#include "admin/internal.h"
#include "admin/token.h"
#include "app/port_holder.h"

namespace gapura::app {
namespace {

using Answer = boost::asio::awaitable<admin::Response>;

std::string url_of(const conf::ListenAddress& address, std::uint16_t port) {
  conf::ListenAddress real = address;
  real.port = port;
  if (real.host.empty()) real.host = "127.0.0.1";
  return "http://" + to_string(real);
}

std::string explain(const std::string& what, const conf::ListenAddress& address,
                    const admin::ListenFailure& failure) {
  const bool is_known =
      failure.error == EADDRINUSE || failure.error == EACCES || failure.error == EADDRNOTAVAIL;
  return is_known ? explain_bind_failure(what, address, failure.error)
                  : what + ": " + failure.message;
}

}  // namespace

struct AdminFront::Servers {
  Servers(boost::asio::io_context& control_, balancer::Registry& registry, Settings settings)
      : control(control_),
        config(settings.config),
        token_file(std::move(settings.token_file)),
        api(registry,
            {.update_servers_service = config.admin.update_servers_service,
             .software_version = GAPURA_VERSION},
            std::move(settings.doors)),
        internal(std::move(settings.expose)) {}

  Answer answer_internal(admin::Request request) { co_return internal.answer(request); }
  void listen_admin(Listening& result);
  void listen_internal(Listening& result);

  boost::asio::io_context& control;
  const conf::StaticConfig& config;
  const std::filesystem::path token_file;
  admin::Api api;
  admin::Internal internal;
  std::optional<admin::Guard> guard;
  std::optional<admin::HttpServer> admin_server;
  std::optional<admin::HttpServer> internal_server;
};

void AdminFront::Servers::listen_admin(Listening& result) {
  if (!config.admin.is_on) return;
  const bool is_unix = !config.admin.unix_path.empty();
  std::optional<admin::Token> token;
  if (!is_unix) {
    if (token_file.empty()) {
      result.warnings.push_back(
          "the admin API is off: there is no folder for its token; set "
          "stateDir or admin.tokenFile");
      return;
    }
    auto made = admin::Token::read_or_make(token_file);
    if (auto* fault = std::get_if<std::string>(&made)) {
      result.errors.push_back(std::move(*fault));
      return;
    }
    token = std::get<admin::Token>(std::move(made));
  }
  guard.emplace(std::move(token), config.admin.address.host);
  admin_server.emplace(
      control,
      [this](admin::Request request) { return api.answer_guarded(*guard, std::move(request)); },
      admin::HttpLimits{});
  const auto failure = is_unix ? admin_server->listen(config.admin.unix_path)
                               : admin_server->listen(config.admin.address);
  if (!failure) return;
  admin_server.reset();
  std::string text =
      is_unix ? "admin: " + failure->message : explain("admin", config.admin.address, *failure);
  // Whoever comes from Traefik has not asked for this port: it must not keep the proxy from
  // starting.
  if (!is_unix && config.admin.address == conf::Admin().address) {
    result.warnings.push_back(text +
                              ". Going on without the admin API; set admin.address to have "
                              "it elsewhere");
  } else {
    result.errors.push_back(std::move(text));
  }
}

void AdminFront::Servers::listen_internal(Listening& result) {
  internal_server.emplace(
      control, [this](admin::Request request) { return answer_internal(std::move(request)); },
      admin::HttpLimits{});
  const auto failure = internal_server->listen(config.internal_address);
  if (!failure) return;
  internal_server.reset();
  std::string text =
      explain("entry point \"traefik\" (/metrics, /ping)", config.internal_address, *failure);
  if (config.internal_was_asked_for) {
    result.errors.push_back(std::move(text));
  } else {
    result.warnings.push_back(text +
                              ". Going on without it; set entryPoints.traefik.address to "
                              "have it elsewhere");
  }
}

AdminFront::AdminFront(boost::asio::io_context& control, balancer::Registry& registry,
                       Settings settings)
    : servers_(std::make_unique<Servers>(control, registry, std::move(settings))) {}

AdminFront::~AdminFront() = default;

AdminFront::Listening AdminFront::listen() {
  Listening result;
  servers_->listen_admin(result);
  servers_->listen_internal(result);
  return result;
}

void AdminFront::start() {
  if (servers_->admin_server) servers_->admin_server->start();
  if (servers_->internal_server) servers_->internal_server->start();
}

void AdminFront::set_terminating() {
  servers_->internal.set_terminating();
}

void AdminFront::stop() {
  if (servers_->admin_server) servers_->admin_server->stop();
  if (servers_->internal_server) servers_->internal_server->stop();
}

std::size_t AdminFront::connections() const {
  std::size_t open = 0;
  if (servers_->admin_server) open += servers_->admin_server->connections();
  if (servers_->internal_server) open += servers_->internal_server->connections();
  return open;
}

void AdminFront::on_event(const balancer::Event& event) {
  servers_->api.on_event(event);
}

void AdminFront::on_adopted() {
  servers_->api.on_adopted();
}

std::uint16_t AdminFront::admin_port() const {
  return servers_->admin_server ? servers_->admin_server->port() : 0;
}

std::uint16_t AdminFront::internal_port() const {
  return servers_->internal_server ? servers_->internal_server->port() : 0;
}

std::string AdminFront::describe() const {
  std::string text = "admin API ";
  const conf::Admin& admin = servers_->config.admin;
  if (!servers_->admin_server) {
    text += "off";
  } else if (!admin.unix_path.empty()) {
    text += "on unix:" + admin.unix_path.string();
  } else {
    text += "on " + url_of(admin.address, admin_port()) + " (token in " +
            servers_->token_file.string() + ")";
  }
  if (!servers_->internal_server) return text + "; no /metrics and /ping";
  return text + "; /metrics and /ping on " +
         url_of(servers_->config.internal_address, internal_port());
}

}  // namespace gapura::app
