#include "autoscale/provider/exec.h"

#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "autoscale/net/subprocess.h"
#include "autoscale/provider/json_path.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
namespace json = boost::json;
using Kind = ProviderFault::Kind;

json::object object_of(const Instance& one) {
  return {{"id", one.id},           {"name", one.name}, {"state", to_string(one.state)},
          {"address", one.address}, {"port", one.port}, {"createdAt", one.created_s}};
}

/// What is wrong with it as an instance; else it is `out`.
std::string read_instance(const json::value& from, Instance& out) {
  if (!from.is_object()) return "an instance is no object";
  out.id = text_at(from, "id");
  out.name = text_at(from, "name");
  out.address = text_at(from, "address");
  const std::string state = text_at(from, "state");
  if (out.name.empty()) return "an instance has no name";
  bool is_known = state.empty();
  for (const auto one : {Instance::State::pending, Instance::State::running,
                         Instance::State::stopped, Instance::State::failed}) {
    if (state != to_string(one)) continue;
    out.state = one;
    is_known = true;
  }
  if (!is_known)
    return "the state of " + out.name + " is none of pending, running, stopped, failed";
  const std::string port = text_at(from, "port");
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  const bool is_port = error == std::errc{} && end == port.data() + port.size();
  if (!port.empty() && !is_port) return "the port of " + out.name + " is none";
  const std::string created = text_at(from, "createdAt");
  std::from_chars(created.data(), created.data() + created.size(), out.created_s);
  return {};
}

ProviderFault read_error(const json::value& error) {
  const std::string kind = text_at(error, "kind");
  ProviderFault out = fault(Kind::unreachable, text_at(error, "message"));
  if (kind == "rate_limited") out.kind = Kind::rate_limited;
  if (kind == "refused") out.kind = Kind::refused;
  if (kind == "not_found") out.kind = Kind::not_found;
  if (out.message.empty()) out.message = "the command says that it failed, not why";
  out.retry_after = retry_after_of(text_at(error, "retryAfter"));
  return out;
}

/// What the command said: an object without an error in it.
Outcome<json::object> read_result(const CommandResult& result, const std::string& program) {
  if (result.was_too_slow) return fault(Kind::unreachable, program + " took too long");
  if (!result.status.is_success()) {
    const std::string why = result.last_error();
    return fault(Kind::unreachable, program + " ended with " + result.status.shown() +
                                        (why.empty() ? "" : ": " + why));
  }
  if (result.was_too_much) return fault(Kind::refused, program + " wrote too much");
  boost::system::error_code failed;
  json::value value = json::parse(result.output, failed);
  if (failed || !value.is_object()) {
    return fault(Kind::refused, program +
                                    " did not write a JSON object, and nothing else, to its "
                                    "standard output");
  }
  if (const json::value* error = value.get_object().if_contains("error")) return read_error(*error);
  return std::move(value.get_object());
}

}  // namespace

ExecInstances::ExecInstances(conf::ExecProvider config, std::string name_prefix,
                             std::string service)
    : config_(std::move(config)), prefix_(std::move(name_prefix)), service_(std::move(service)) {}

json::object ExecInstances::question(const std::string& operation, const std::string& name) const {
  json::object out{{"operation", operation}, {"namePrefix", prefix_}, {"service", service_}};
  if (!name.empty()) out["name"] = name;
  return out;
}

net::awaitable<Outcome<json::object>> ExecInstances::ask(json::object question) const {
  CommandRun command;
  command.command = config_.command;
  command.environment = config_.environment;
  command.timeout = config_.timeout;
  command.input = json::serialize(question) + "\n";
  const auto outcome = co_await run_command(command);
  if (const auto* failed = std::get_if<std::string>(&outcome)) {
    co_return fault(Kind::refused, *failed);
  }
  co_return read_result(std::get<CommandResult>(outcome), config_.command.front());
}

net::awaitable<Outcome<std::vector<Instance>>> ExecInstances::list() {
  json::object asked = question("list", {});
  const Outcome<json::object> outcome = co_await ask(asked);
  if (const auto* failed = std::get_if<ProviderFault>(&outcome)) co_return *failed;
  const json::value* listed = std::get<json::object>(outcome).if_contains("instances");
  if (listed == nullptr || !listed->is_array()) {
    co_return fault(Kind::refused, config_.command.front() + " lists no array \"instances\"");
  }
  std::vector<Instance> out;
  for (const json::value& item : listed->as_array()) {
    Instance one;
    if (const std::string wrong = read_instance(item, one); !wrong.empty()) {
      co_return fault(Kind::refused, config_.command.front() + ": " + wrong);
    }
    if (!conf::is_own_name(prefix_, one.name)) continue;
    // Only a name is asked for; without an id it would never be deleted.
    if (one.id.empty()) one.id = one.name;
    out.push_back(std::move(one));
  }
  co_return out;
}

net::awaitable<Outcome<Instance>> ExecInstances::create(std::string name) {
  json::object asked = question("create", name);
  const Outcome<json::object> outcome = co_await ask(asked);
  if (const auto* failed = std::get_if<ProviderFault>(&outcome)) co_return *failed;
  Instance made;
  made.name = name;
  const json::value* item = std::get<json::object>(outcome).if_contains("instance");
  if (item == nullptr) co_return made;
  const std::string wrong = read_instance(*item, made);
  // It was made all the same: the next list says what it is.
  if (!wrong.empty()) made = Instance{};
  made.name = name;
  co_return made;
}

net::awaitable<Outcome<Done>> ExecInstances::operate(std::string operation,
                                                     Instance instance) const {
  json::object asked = question(operation, instance.name);
  asked["instance"] = object_of(instance);
  const Outcome<json::object> outcome = co_await ask(asked);
  if (const auto* failed = std::get_if<ProviderFault>(&outcome)) co_return *failed;
  co_return Done{};
}

net::awaitable<Outcome<Done>> ExecInstances::remove(Instance instance) {
  return operate("remove", std::move(instance));
}

net::awaitable<Outcome<Done>> ExecInstances::start(Instance instance) {
  return operate("start", std::move(instance));
}

net::awaitable<Outcome<Done>> ExecInstances::stop(Instance instance) {
  return operate("stop", std::move(instance));
}

std::string ExecInstances::describe_create(const std::string& name) const {
  std::string out;
  for (const std::string& part : config_.command) out += (out.empty() ? "" : " ") + part;
  return out + " with " + json::serialize(question("create", name));
}

}  // namespace gapura::autoscale
