/// The API on a real Registry without sockets, threads or a disk: everything runs when a test says.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>

#include "admin/api.h"
#include "admin/guard.h"
#include "balancer/registry.h"

namespace gapura::admin {

inline conf::Server server_of(const std::string& url) {
  std::string fault;
  conf::Server server;
  const auto parsed = conf::ServerUrl::parse(url, &fault);
  EXPECT_TRUE(parsed.has_value()) << fault;
  if (parsed) server.url = *parsed;
  return server;
}

inline conf::ServiceConfig service_of(const std::string& name, std::vector<std::string> urls) {
  conf::ServiceConfig service;
  service.name = name;
  for (const auto& url : urls) service.servers.push_back(server_of(url));
  return service;
}

class ApiFixture : public testing::Test {
 protected:
  static constexpr const char* kFirst = "10.0.0.1:3000";
  static constexpr const char* kSecond = "10.0.0.2:3000";
  static constexpr const char* kTargets = "/api/v1/services/calculate/targets";

  ApiFixture() {
    conf::DynamicConfig files;
    files.services["calculate"] =
        service_of("calculate", {"http://10.0.0.1:3000/", "http://10.0.0.2:3000/"});
    conf::RouterConfig router;
    router.name = "calculate";
    router.rule = "Path(`/calculate`)";
    router.service = "calculate";
    files.routers["calculate"] = router;
    set_files(std::move(files));
  }

  void set_files(conf::DynamicConfig files) {
    registry.set_files(std::move(files), Clock::now());
    settle();
  }

  /// An answer that may still be in the making.
  struct Asked {
    std::shared_ptr<Departure> departure = std::make_shared<Departure>();
    std::shared_ptr<std::optional<Response>> response = std::make_shared<std::optional<Response>>();
    bool is_answered() const { return response->has_value(); }
    const Response& get() const { return response->value(); }
  };

  static Request request_of(std::string method, const std::string& target, std::string body = {}) {
    Request request;
    request.method = std::move(method);
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    request.body = std::move(body);
    request.peer = "127.0.0.1:40000";
    return request;
  }

  Asked begin(Request request) {
    Asked asked;
    request.departure = asked.departure;
    boost::asio::co_spawn(loop, keep(api.answer(std::move(request)), asked.response),
                          boost::asio::detached);
    settle();
    return asked;
  }
  Asked begin(std::string method, const std::string& target, std::string body = {}) {
    return begin(request_of(std::move(method), target, std::move(body)));
  }

  /// The same as somebody who has to pass the guard, and may.
  Response ask_guarded(Request request) {
    request.is_local_socket = true;
    request.uid = 1000;
    Asked asked;
    request.departure = asked.departure;
    boost::asio::co_spawn(
        loop, keep(api.answer_guarded(socket_guard, std::move(request)), asked.response),
        boost::asio::detached);
    wait_for(asked);
    return asked.is_answered() ? asked.get() : Response();
  }

  /// Asks and runs the loop until the answer is there.
  Response ask(Request request) {
    const Asked asked = begin(std::move(request));
    wait_for(asked);
    return asked.is_answered() ? asked.get() : Response();
  }
  Response ask(std::string method, const std::string& target, std::string body = {}) {
    return ask(request_of(std::move(method), target, std::move(body)));
  }

  void wait_for(const Asked& asked) {
    const TimePoint deadline = Clock::now() + std::chrono::seconds(20);
    while (!asked.is_answered() && Clock::now() < deadline) {
      loop.restart();
      loop.run_one_until(deadline);
    }
    ASSERT_TRUE(asked.is_answered());
  }

  /// Runs everything that can run now.
  void settle() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }

  void adopt() {
    registry.worker_adopted(0, registry.version(), Clock::now());
    api.on_adopted();
    settle();
  }

  balancer::TargetRef target(const std::string& id) const {
    for (const auto& ref : known) {
      if (ref->id == id) return ref;
    }
    ADD_FAILURE() << "no target " << id;
    return {};
  }
  void begin_exchange(const std::string& id) { target(id)->in_flight.fetch_add(1); }
  void end_exchange(const std::string& id) {
    const auto ref = target(id);
    if (ref->is_draining) ref->finished_while_draining.fetch_add(1);
    if (ref->in_flight.fetch_sub(1) == 1 && ref->is_draining) {
      registry.went_idle(ref, Clock::now());
    }
    settle();
  }

  std::string state_of(const std::string& id) {
    return std::string(
        json_of(ask("GET", std::string(kTargets) + "/" + id)).at("state").as_string());
  }

  static boost::json::object json_of(const Response& response) {
    boost::system::error_code failed;
    const auto value = boost::json::parse(response.body, failed);
    EXPECT_FALSE(failed) << response.body;
    EXPECT_TRUE(!failed && value.is_object()) << response.body;
    return !failed && value.is_object() ? value.as_object() : boost::json::object();
  }
  /// Checks that it is a whole problem document; gives its detail.
  static std::string detail_of(const Response& response, unsigned status) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.content_type, "application/problem+json");
    const auto problem = json_of(response);
    for (const char* member : {"type", "title", "status", "detail"}) {
      EXPECT_TRUE(problem.contains(member)) << response.body;
    }
    if (!problem.contains("status") || !problem.contains("detail")) return {};
    EXPECT_EQ(problem.at("status").to_number<unsigned>(), status);
    return std::string(problem.at("detail").as_string());
  }
  static std::string field_of(const Response& response, const std::string& name) {
    for (const auto& [field, value] : response.fields) {
      if (field == name) return value;
    }
    return {};
  }

  boost::asio::io_context loop;
  bool adopts_at_once = true;
  std::error_code save_failure;
  bool saves_at_once = true;
  std::deque<std::function<void(std::error_code)>> saving;  ///< when not at once
  std::vector<balancer::Overlay> saved;
  std::vector<balancer::TargetRef> known;
  std::vector<std::string> cut_ids;  ///< ids, as the registry asks for it
  ConfigStatus config;
  std::deque<std::function<void(ConfigStatus)>> reloading;
  ScalingDoors scaling = ScalingDoors::closed();  ///< asked anew each time
  /// Shows the list of POST /update-servers in a file.
  std::function<ListShown(const std::string&, const std::vector<conf::Server>&)> write_list =
      [](const std::string&, const std::vector<conf::Server>&) { return ListShown(); };
  Guard socket_guard{{}, ""};  ///< lets everybody of the Unix socket pass
  std::vector<std::string> audit_lines;

  balancer::Registry registry{{entry_point()}, 1, callbacks()};
  Api api{registry, settings(), doors()};

 private:
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<Response> answer,
                                           std::shared_ptr<std::optional<Response>> into) {
    Response response = co_await std::move(answer);
    *into = std::move(response);
  }
  static conf::EntryPoint entry_point() {
    conf::EntryPoint web;
    web.name = "web";
    web.address.port = 80;
    return web;
  }
  static Api::Settings settings() {
    Api::Settings made{"", "0.1.0"};
    made.explain.entry_points = {entry_point()};
    return made;
  }

  balancer::Registry::Callbacks callbacks() {
    balancer::Registry::Callbacks made;
    made.publish = [this](balancer::SnapshotPtr snapshot) {
      for (const auto& service : snapshot->services) {
        for (const auto& one : service.targets) known.push_back(one.state);
      }
      if (!adopts_at_once) return;
      boost::asio::post(loop, [this, version = snapshot->version] {
        registry.worker_adopted(0, version, Clock::now());
        api.on_adopted();
      });
    };
    made.cut = [this](const balancer::TargetRef& one, Milliseconds) { cut_ids.push_back(one->id); };
    made.event = [this](const balancer::Event& event) { api.on_event(event); };
    return made;
  }

  Api::Doors doors() {
    Api::Doors made;
    made.persist = [this](balancer::Overlay overlay, std::function<void(std::error_code)> done) {
      if (!saves_at_once) {
        saving.push_back(std::move(done));
        return;
      }
      if (!save_failure) saved.push_back(std::move(overlay));
      boost::asio::post(loop, [done = std::move(done), failed = save_failure] { done(failed); });
    };
    made.config = [this] { return config; };
    made.reload = [this](std::function<void(ConfigStatus)> done) {
      reloading.push_back(std::move(done));
    };
    made.write_servers = [this](const std::string& service, std::vector<conf::Server> servers,
                                std::function<void(ListShown)> done) {
      boost::asio::post(loop,
                        [this, service, servers, done] { done(write_list(service, servers)); });
    };
    made.audit = [this](std::string line, std::function<void()> done) {
      audit_lines.push_back(std::move(line));
      boost::asio::post(loop, std::move(done));
    };
    made.state = [this](const balancer::Overlay& overlay) {
      return StateDescription{"/state/state.yaml", std::to_string(overlay.services.size()), ""};
    };
    made.scaling = {
        .services = [this] { return scaling.services(); },
        .take = [this](const autoscale::Alert& alert) { return scaling.take(alert); },
        .step = [this](const std::string& service,
                       autoscale::Direction direction) { return scaling.step(service, direction); },
        .operation = [this](const std::string& id) { return scaling.operation(id); },
        .view = [this](const std::string& service) { return scaling.view(service); },
        .change =
            [this](const std::string& service, const autoscale::HandChange& change) {
              return scaling.change(service, change);
            }};
    return made;
  }
};

}  // namespace gapura::admin
