#include "app/admin_front.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <list>
#include <optional>
#include <utility>

#include "admin/assets.h"
#include "admin/guard.h"
#include "admin/hook_auth.h"
#include "admin/hooks.h"
#include "admin/http_server.h"
#include "admin/internal.h"
#include "admin/rest_provider.h"
#include "admin/token.h"
#include "app/port_holder.h"
#include "base/ascii.h"
#include "base/net/ip_set.h"
#include "proxy/path.h"

namespace gapura::app {
namespace {

using Answer = boost::asio::awaitable<admin::Response>;

std::string url_of(const conf::ListenAddress& address, std::uint16_t port) {
  conf::ListenAddress real = address;
  real.port = port;
  if (real.host.empty()) real.host = "127.0.0.1";
  return "http://" + to_string(real);
}

std::string name_of(const conf::HookListener& listener) {
  return listener.unix_path.empty() ? to_string(listener.address)
                                    : "unix:" + listener.unix_path.string();
}

std::string explain(const std::string& what, const conf::ListenAddress& address,
                    const admin::ListenFailure& failure) {
  const bool is_known =
      failure.error == EADDRINUSE || failure.error == EACCES || failure.error == EADDRNOTAVAIL;
  return is_known ? explain_bind_failure(what, address, failure.error)
                  : what + ": " + failure.message;
}

/// A request's target as rules see it; nothing: the proxy refuses it.
std::optional<std::string> routing_path(std::string_view target) {
  proxy::CleanPath path;
  if (!path.set(target)) return std::nullopt;
  return std::string(path.routing());
}

std::optional<admin::TraefikApi> traefik_api_of(const balancer::Registry& registry,
                                                const conf::StaticConfig& config) {
  if (!config.has_traefik_api) return std::nullopt;
  return admin::TraefikApi(registry, config, GAPURA_VERSION);
}

std::optional<admin::RestProvider> rest_provider_of(const AdminFront::Settings& settings) {
  if (!settings.config.takes_rest) return std::nullopt;
  return admin::RestProvider(settings.take_rest, settings.doors.audit);
}

bool is_loopback(const conf::ListenAddress& address) {
  IpSet loopback;
  loopback.add("127.0.0.0/8");
  loopback.add("::1");
  const auto literal = Endpoint::parse(address.host, address.port);
  return literal ? loopback.contains(*literal) : iequals(address.host, "localhost");
}

void warn_of_plain_http(const std::string& what, const conf::ListenAddress& address,
                        AdminFront::Listening& result) {
  if (is_loopback(address)) return;
  result.warnings.push_back(
      what + " on " + to_string(address) +
      " is plain HTTP: whoever sees the packets on their way reads its "
      "secret and may use it. Have it on 127.0.0.1 or a Unix socket, or let only a "
      "private network reach it");
}

}  // namespace

struct AdminFront::Servers {
  Servers(boost::asio::io_context& control_, balancer::Registry& registry, Settings settings)
      : control(control_),
        config(settings.config),
        socket_file(std::move(settings.socket_file)),
        token_file(std::move(settings.token_file)),
        read_token_file(std::move(settings.read_token_file)),
        rest(rest_provider_of(settings)),
        api(registry,
            {.update_servers_service = config.admin.update_servers_service,
             .software_version = GAPURA_VERSION,
             .explain = {.entry_points = config.entry_points, .routing_path = routing_path}},
            std::move(settings.doors)),
        internal(std::move(settings.expose), traefik_api_of(registry, config)) {}

  /// Where one of our listeners is to be, and what its absence means.
  struct Place {
    std::string what;  ///< in messages
    conf::ListenAddress address;
    std::filesystem::path unix_path;  ///< empty: `address`
    std::string advice{};  ///< not asked for: without it we go on, and say how to have it elsewhere
  };
  /// One with what it asks for and answers; the server's coroutines refer to it.
  struct Hook {
    const conf::HookListener& listener;
    admin::HookAuth auth;
    admin::HookScope scope;
    admin::HttpServer* server;
  };

  Answer answer_internal(admin::Request request);
  Answer answer_asset(admin::Request request) { co_return assets.answer(request); }
  Answer answer_admin(admin::Request request) {
    if (admin::Assets::has(request.path)) return answer_asset(std::move(request));
    return api.answer_guarded(*guard, std::move(request));
  }
  admin::Respond admin_answers() {
    return [this](admin::Request request) { return answer_admin(std::move(request)); };
  }
  admin::HttpServer* open(const Place& place, admin::Respond respond, Listening& result);
  static bool take_token(const std::filesystem::path& file, std::optional<admin::Token>& token,
                         Listening& result);
  void listen_admin(Listening& result);
  void listen_socket(Listening& result);
  void listen_internal(Listening& result);
  void listen_hook(const conf::HookListener& listener, Listening& result);
  std::string describe_admin() const;

  boost::asio::io_context& control;
  const conf::StaticConfig& config;
  const std::filesystem::path socket_file;
  const std::filesystem::path token_file;
  const std::filesystem::path read_token_file;
  std::optional<admin::RestProvider> rest;
  admin::Api api;
  const admin::Assets assets{admin::dashboard()};
  admin::Internal internal;
  std::optional<admin::Guard> guard;
  std::list<Hook> hooks;
  std::vector<std::unique_ptr<admin::HttpServer>> servers;  ///< all that listen
  admin::HttpServer* admin_server = nullptr;                ///< at `config.admin`
  admin::HttpServer* socket_server = nullptr;               ///< at `socket_file`
  admin::HttpServer* internal_server = nullptr;
};

Answer AdminFront::Servers::answer_internal(admin::Request request) {
  const bool is_rest = rest && admin::RestProvider::is_its(request.path);
  if (is_rest) co_return co_await rest->answer(std::move(request));
  co_return internal.answer(request);
}

admin::HttpServer* AdminFront::Servers::open(const Place& place, admin::Respond respond,
                                             Listening& result) {
  auto server =
      std::make_unique<admin::HttpServer>(control, std::move(respond), admin::HttpLimits{});
  const bool is_unix = !place.unix_path.empty();
  const auto failure = is_unix ? server->listen(place.unix_path) : server->listen(place.address);
  if (!failure) return servers.emplace_back(std::move(server)).get();
  std::string text =
      is_unix ? place.what + ": " + failure->message : explain(place.what, place.address, *failure);
  // A socket file in use is an error even so: the command line would ask whoever that is.
  const bool is_taken_file = is_unix && failure->error == EADDRINUSE;
  if (place.advice.empty() || is_taken_file) {
    result.errors.push_back(std::move(text));
  } else {
    result.warnings.push_back(text + ". Going on without " + place.advice);
  }
  return nullptr;
}

/// False: it cannot be had, and why is in the errors.
bool AdminFront::Servers::take_token(const std::filesystem::path& file,
                                     std::optional<admin::Token>& token, Listening& result) {
  auto made = admin::Token::read_or_make(file);
  if (auto* fault = std::get_if<std::string>(&made)) {
    result.errors.push_back(std::move(*fault));
    return false;
  }
  token = std::get<admin::Token>(std::move(made));
  return true;
}

void AdminFront::Servers::listen_admin(Listening& result) {
  if (!config.admin.is_on) return;
  const bool is_unix = !config.admin.unix_path.empty();
  admin::Guard::Tokens tokens;
  if (!is_unix) {
    if (token_file.empty()) {
      result.warnings.push_back(
          "the admin API is off, because it is not opened without a token: there is no folder for "
          "its token; set stateDir or admin.tokenFile");
      return;
    }
    const bool has_both =
        take_token(token_file, tokens.write, result) &&
        (read_token_file.empty() || take_token(read_token_file, tokens.read, result));
    if (!has_both) return;
    warn_of_plain_http("the admin API", config.admin.address, result);
  }
  guard.emplace(std::move(tokens), config.admin.address.host);
  Place place{
      .what = "admin", .address = config.admin.address, .unix_path = config.admin.unix_path};
  // Whoever comes from Traefik has not asked for this port: it must not keep the proxy from
  // starting.
  if (!is_unix && config.admin.address == conf::Admin().address) {
    place.advice = "the admin API there; set admin.address to have it elsewhere";
  }
  admin_server = open(place, admin_answers(), result);
  listen_socket(result);
}

/// The state folder's, for those who may do everything here anyway: without a token.
void AdminFront::Servers::listen_socket(Listening& result) {
  if (socket_file.empty()) return;
  const Place place{.what = "admin",
                    .address = {},
                    .unix_path = socket_file,
                    .advice = "that socket: commands need the token then"};
  socket_server = open(place, admin_answers(), result);
}

void AdminFront::Servers::listen_internal(Listening& result) {
  Place place{.what = "entry point \"traefik\" (/metrics, /ping)",
              .address = config.internal_address,
              .unix_path = {}};
  if (!config.internal_was_asked_for) {
    place.advice = "it; set entryPoints.traefik.address to have it elsewhere";
  }
  internal_server = open(
      place, [this](admin::Request request) { return answer_internal(std::move(request)); },
      result);
}

void AdminFront::Servers::listen_hook(const conf::HookListener& listener, Listening& result) {
  auto auth = admin::HookAuth::make(listener);
  if (const auto* fault = std::get_if<std::string>(&auth)) {
    result.errors.push_back("hooks on " + name_of(listener) + ": " + *fault);
    return;
  }
  Hook& hook = hooks.emplace_back(Hook{listener,
                                       std::get<admin::HookAuth>(std::move(auth)),
                                       {listener.serves, listener.is_async},
                                       {}});
  const Place place{.what = "hooks on " + name_of(listener),
                    .address = listener.address,
                    .unix_path = listener.unix_path};
  hook.server = open(
      place,
      [this, &hook](admin::Request request) {
        return api.answer_hook(hook.auth, hook.scope, std::move(request));
      },
      result);
  const bool is_open = std::holds_alternative<std::monostate>(listener.auth);
  const bool sends_secret = std::holds_alternative<conf::BearerAuth>(listener.auth) ||
                            std::holds_alternative<conf::BasicAuth>(listener.auth);
  if (hook.server != nullptr && sends_secret && listener.unix_path.empty()) {
    warn_of_plain_http("the listener for hooks", listener.address, result);
  }
  if (hook.server == nullptr || !is_open || !listener.unix_path.empty()) return;
  result.warnings.push_back("hooks on " + name_of(listener) +
                            " are open to whoever reaches them, as insecure: true says");
}

AdminFront::AdminFront(boost::asio::io_context& control, balancer::Registry& registry,
                       Settings settings)
    : servers_(std::make_unique<Servers>(control, registry, std::move(settings))) {}

AdminFront::~AdminFront() = default;

AdminFront::Listening AdminFront::listen() {
  Listening result;
  servers_->listen_admin(result);
  servers_->listen_internal(result);
  for (const auto& one : servers_->config.hooks) servers_->listen_hook(one, result);
  return result;
}

void AdminFront::start() {
  for (const auto& server : servers_->servers) server->start();
}

void AdminFront::set_terminating() {
  servers_->internal.set_terminating();
}

void AdminFront::stop() {
  for (const auto& server : servers_->servers) server->stop();
}

void AdminFront::use_token(const std::string& text) {
  if (servers_->guard) servers_->guard->set_write_token(admin::Token(text));
}

std::size_t AdminFront::connections() const {
  std::size_t open = 0;
  for (const auto& server : servers_->servers) open += server->connections();
  return open;
}

void AdminFront::tell(const admin::Happening& what) {
  servers_->api.tell(what);
}

void AdminFront::on_event(const balancer::Event& event) {
  servers_->api.on_event(event);
}

void AdminFront::change(std::function<balancer::Proposal()> propose,
                        std::function<void(std::string)> done) {
  auto changing = servers_->api.change(std::move(propose));
  boost::asio::co_spawn(
      servers_->control, std::move(changing),
      [done = std::move(done)](const std::exception_ptr& error, std::string fault) {
        done(error ? "it could not be made" : std::move(fault));
      });
}

void AdminFront::tick() {
  boost::asio::co_spawn(servers_->control, servers_->api.expire(), boost::asio::detached);
}

void AdminFront::on_adopted() {
  servers_->api.on_adopted();
}

void AdminFront::on_scaling() {
  servers_->api.on_scaling();
}

std::vector<metrics::Reading> AdminFront::readings() const {
  return servers_->api.readings();
}

std::uint16_t AdminFront::admin_port() const {
  return servers_->admin_server ? servers_->admin_server->port() : 0;
}

std::uint16_t AdminFront::internal_port() const {
  return servers_->internal_server ? servers_->internal_server->port() : 0;
}

std::vector<std::uint16_t> AdminFront::hook_ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& hook : servers_->hooks) {
    ports.push_back(hook.server == nullptr ? std::uint16_t{0} : hook.server->port());
  }
  return ports;
}

std::string AdminFront::Servers::describe_admin() const {
  if (!admin_server && !socket_server) return "admin API off";
  std::string text = "admin API on ";
  if (admin_server && !config.admin.unix_path.empty()) {
    return text + "unix:" + config.admin.unix_path.string();
  }
  if (admin_server) {
    text += url_of(config.admin.address, admin_server->port()) +
            " (dashboard at /dashboard/, token in " + token_file.string();
    if (!read_token_file.empty()) {
      text += ", one that may only read in " + read_token_file.string();
    }
    text += socket_server ? ") and " : ")";
  }
  return socket_server ? text + "unix:" + socket_file.string() : text;
}

std::string AdminFront::describe() const {
  std::string text = servers_->describe_admin();
  if (!servers_->internal_server) {
    text += "; no /metrics and /ping";
  } else {
    text += "; /metrics and /ping on " + url_of(servers_->config.internal_address, internal_port());
  }
  const char* separator = "; hooks on ";
  for (const auto& hook : servers_->hooks) {
    if (hook.server == nullptr) continue;
    const bool is_unix = !hook.listener.unix_path.empty();
    text += std::exchange(separator, ", ") +
            (is_unix ? name_of(hook.listener) : url_of(hook.listener.address, hook.server->port()));
  }
  return text;
}

}  // namespace gapura::app
