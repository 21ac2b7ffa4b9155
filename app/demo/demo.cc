#include "app/demo/demo.h"

#include <pthread.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "app/atomic_file.h"
#include "app/demo/demo_files.h"
#include "app/demo/demo_folder.h"
#include "app/demo/demo_show.h"
#include "app/process.h"
#include "app/server.h"
#include "app/signals.h"
#include "autoscale/provider/provider.h"
#include "base/log.h"
#include "conf/static_config.h"

namespace gapura::app {
namespace {

constexpr int kStartTries = 5;

/// While it lives, signals wait: what would be left behind has nobody yet who would remove it.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// `wanted` if nobody listens there, else a port that the kernel has free.
std::uint16_t free_port(std::uint16_t wanted) {
  using boost::asio::ip::tcp;
  boost::asio::io_context loop;
  for (const std::uint16_t port : {wanted, std::uint16_t{0}}) {
    tcp::acceptor acceptor(loop, tcp::v4());
    boost::system::error_code error;
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.bind(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port), error);
    if (!error) acceptor.listen(1, error);
    if (!error) return acceptor.local_endpoint(error).port();
  }
  return 0;
}

void write(const std::filesystem::path& file, const std::string& text) {
  if (const std::error_code error = write_atomically(file, text)) {
    throw std::system_error(error, "cannot write " + file.string());
  }
}

DemoPlaces places_in(const DemoFolder& folder) {
  DemoPlaces places;
  places.folder = folder.path();
  std::error_code error;
  places.program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) places.program = "gapura";
  // Below the ports that the kernel gives to connections; another demo has others.
  places.first_port = static_cast<std::uint16_t>(10'000 + ::getpid() % 2'000 * 10);
  std::filesystem::create_directories(places.configs());
  write(places.configs() / "dynamic.yaml", demo_dynamic_yaml());
  write(places.services_file(), demo_services_yaml(places));
  return places;
}

/// A port may be taken between finding and using it; then everything is tried with others.
std::unique_ptr<Server> started_server(DemoPlaces& places, const Options& options,
                                       std::vector<std::string>& errors) {
  for (int i = 0; i < kStartTries; ++i) {
    places.web_port = free_port(8000);
    places.internal_port = free_port(8080);
    places.admin_port = free_port(8081);
    const std::string text = demo_static_yaml(places);
    write(places.static_file(), text);
    conf::StaticResult result = conf::parse_static(text, places.static_file());
    errors.clear();
    for (const conf::Problem& problem : result.problems) errors.push_back(problem.to_string());
    if (!result.ok()) return nullptr;
    result.config.file = places.static_file();
    if (options.workers) result.config.workers = *options.workers;
    auto server = std::make_unique<Server>(std::move(result.config));
    errors = server->start();
    if (errors.empty()) return server;
  }
  return nullptr;
}

boost::asio::awaitable<void> remove_all(std::unique_ptr<autoscale::Provider> provider) {
  auto listing = provider->list();
  const auto outcome = co_await std::move(listing);
  const auto* instances = std::get_if<std::vector<autoscale::Instance>>(&outcome);
  if (instances == nullptr) co_return;
  for (const autoscale::Instance& one : *instances) {
    auto removing = provider->remove(one);
    co_await std::move(removing);
  }
}

/// Gapura lets its processes go on when it stops, and would find them again. The demo does not
/// come again.
void end_processes(const DemoPlaces& places) {
  boost::asio::io_context loop;
  conf::Provider config{.how = conf::ProcessProvider{}, .name_prefix = kDemoPrefix};
  auto made = autoscale::make_provider(loop, config, kDemoService, places.state());
  if (auto* provider = std::get_if<std::unique_ptr<autoscale::Provider>>(&made)) {
    boost::asio::co_spawn(loop, remove_all(std::move(*provider)), boost::asio::detached);
    loop.run();
  }
}

/// Whether all went well.
bool play(Server& server, const DemoPlaces& places, const DemoFolder& folder,
          const Options& options, std::unique_ptr<HeldSignals> held) {
  std::fputs(demo_opening(places).c_str(), stdout);
  std::fflush(stdout);
  DemoShow show(places, options.demo, [&server] { server.request_stop(); });
  {
    const Signals signals({.stop = [&show] { show.request_stop(); },
                           .reload = [&server] { server.request_reload(); },
                           .reopen = [] { log::reopen(); },
                           .at_once = [&folder] { folder.remove(); }});
    held.reset();
    server.run();
  }
  return show.is_good();
}

}  // namespace

int demo(const Options& options) {
  auto held = std::make_unique<HeldSignals>();
  const DemoFolder folder;
  DemoPlaces places = places_in(folder);
  log::start({.file_path = places.log_file().string()});
  raise_descriptor_limit();
  std::vector<std::string> errors;
  std::unique_ptr<Server> server = started_server(places, options, errors);
  bool is_good = false;
  if (server) {
    is_good = play(*server, places, folder, options, std::move(held));
  } else {
    for (const std::string& error : errors) std::fprintf(stderr, "gapura: %s\n", error.c_str());
  }
  server.reset();
  end_processes(places);
  log::stop();
  return is_good ? 0 : 1;
}

}  // namespace gapura::app
