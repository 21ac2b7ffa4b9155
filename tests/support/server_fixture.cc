#include "tests/support/server_fixture.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "app/server.h"
#include "autoscale/provider/instance_file.h"
#include "base/check.h"
#include "conf/static_config.h"

namespace gapura::test {
namespace {

app::Server::Naming as_servers(const Naming& naming) {
  if (!naming) return {};
  app::Server::Naming out;
  out.every = std::chrono::milliseconds(20);
  out.lookup = [naming](const std::string& host, std::uint16_t port, const Lookups::Done& done) {
    std::vector<Endpoint> found;
    for (const std::string& address : naming(host)) {
      found.push_back(Endpoint::parse(address, port).value());
    }
    done(found.empty() ? "no such name" : "", found);
    return true;
  };
  return out;
}

/// Instances outlive a server that ends, as they are to; not the test that has begun them.
void end_instances(const std::filesystem::path& folder) {
  for (const autoscale::ProcessRecord& record : autoscale::read_records(folder)) {
    if (!autoscale::is_running(record).value_or(false)) continue;
    ::kill(-record.pid, SIGKILL);
    ::waitpid(record.pid, nullptr, 0);
  }
}

}  // namespace

/// The server on a thread of its own, which is its control thread.
struct ServerFixture::Running {
  std::unique_ptr<app::Server> server;  ///< made and destroyed on `thread`
  std::thread thread;
  std::promise<std::string> started;  ///< what was in the way; empty: it serves
  std::promise<void> stop_was_asked, ended;
  std::future<void> has_ended = ended.get_future();
  std::unique_ptr<AdminClient> admin;

  void run(conf::StaticConfig config, const Naming& naming) {
    server = std::make_unique<app::Server>(std::move(config), as_servers(naming));
    std::string problems;
    for (const std::string& problem : server->start()) problems += problem + "\n";
    started.set_value(problems);
    if (problems.empty()) server->run();
    ended.set_value();
    stop_was_asked.get_future().wait();  // its counters are read until then
    server.reset();
  }
};

ServerFixture::ServerFixture(const ServerLines& servers, SeedFolder::Settings settings,
                             Naming naming)
    : folder_(std::move(settings)), naming_(std::move(naming)) {
  folder_.write_services(servers);
  start();
  // A server without a good weight is left out, a name may be several.
  const auto listed =
      std::ranges::count_if(servers, [](const ServerLine& server) { return server.weight >= 0; });
  check(eventually([&] { return static_cast<std::ptrdiff_t>(admin().targets().size()) >= listed; }),
        "the server does not know its targets");
}

ServerFixture::~ServerFixture() {
  running_->server->request_stop();
  running_->stop_was_asked.set_value();
  running_->thread.join();
  end_instances(folder_.state_dir());
}

void ServerFixture::start() {
  conf::StaticResult parsed =
      conf::parse_static(read_file(folder_.static_file()), folder_.static_file());
  std::string problems;
  for (const conf::Problem& problem : parsed.problems) problems += problem.to_string() + "\n";
  if (!parsed.ok()) throw std::runtime_error(problems);

  running_ = std::make_unique<Running>();
  running_->thread =
      std::thread([this, config = std::move(parsed.config)] { running_->run(config, naming_); });
  const std::string in_the_way = running_->started.get_future().get();
  if (!in_the_way.empty()) {
    running_->stop_was_asked.set_value();
    running_->thread.join();
    throw std::runtime_error(in_the_way);
  }
  std::string token = read_file(running_->server->token_file());
  while (!token.empty() && token.back() == '\n') token.pop_back();
  running_->admin = std::make_unique<AdminClient>(running_->server->admin_port(), token);
}

std::uint16_t ServerFixture::port() const {
  return running_->server->entry_point("web").port();
}
std::uint16_t ServerFixture::internal_port() const {
  return running_->server->internal_port();
}
std::uint16_t ServerFixture::hook_port(std::size_t index) const {
  return running_->server->hook_ports().at(index);
}
AdminClient& ServerFixture::admin() {
  return *running_->admin;
}
void ServerFixture::reload() {
  running_->server->request_reload();
}

bool ServerFixture::stop() {
  running_->server->request_stop();
  return running_->has_ended.wait_for(patience()) == std::future_status::ready;
}

std::uint64_t ServerFixture::socket_calls() const {
  std::uint64_t sum = 0;
  for (const metrics::Shard* shard : running_->server->shards()) sum += shard->socket_calls.get();
  return sum;
}

std::uint64_t ServerFixture::heap_allocations() const {
  std::uint64_t sum = 0;
  for (const metrics::Shard* shard : running_->server->shards()) {
    sum += shard->heap_allocations.get();
  }
  return sum;
}

}  // namespace gapura::test
