#include "app/demo.h"

#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "app/atomic_file.h"
#include "app/demo_target.h"
#include "app/demo_text.h"
#include "app/process.h"
#include "app/server.h"
#include "app/signals.h"
#include "base/log.h"
#include "conf/static_config.h"

namespace gapura::app {
namespace {

constexpr int kStartTries = 5;

/// The demo's folder; gone with everything in it at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gapura-demo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "cannot make a folder like " + name);
    }
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
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

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_file(const std::filesystem::path& file, const std::string& text) {
  print("-- " + file.string() + "\n" + text + "\n");
}

using Targets = std::vector<std::unique_ptr<DemoTarget>>;

Targets make_targets() {
  Targets targets;
  targets.push_back(std::make_unique<DemoTarget>("quick", Milliseconds(5)));
  targets.push_back(std::make_unique<DemoTarget>("middling", Milliseconds(20)));
  targets.push_back(std::make_unique<DemoTarget>("slow", Milliseconds(60)));
  return targets;
}

DemoPlaces places_of(const Folder& folder, const Targets& targets) {
  DemoPlaces places;
  places.folder = folder.path();
  std::error_code error;
  places.program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) places.program = "gapura";
  for (const auto& target : targets) {
    places.targets.push_back(
        {target->name(), target->authority(), static_cast<int>(target->delay().count())});
  }
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

}  // namespace

int demo(const Options& options) {
  const Folder folder;
  const Targets targets = make_targets();
  DemoPlaces places = places_of(folder, targets);
  std::filesystem::create_directories(places.configs());
  write(places.configs() / "dynamic.yaml", demo_dynamic_yaml());
  write(places.services_file(), demo_services_yaml(places));

  log::start({});
  raise_descriptor_limit();
  std::vector<std::string> errors;
  const std::unique_ptr<Server> server = started_server(places, options, errors);
  if (!server) {
    for (const std::string& error : errors) log::error("{}", error);
    log::stop();
    return 1;
  }
  print("\n");
  print_file(places.static_file(), demo_static_yaml(places));
  print_file(places.configs() / "dynamic.yaml", demo_dynamic_yaml());
  print_file(places.services_file(), demo_services_yaml(places));
  print(demo_instructions(places));
  {
    const Signals signals({.stop = [&server] { server->request_stop(); },
                           .reload = [&server] { server->request_reload(); },
                           .reopen = [] { log::reopen(); }});
    server->run();
  }
  log::stop();
  return 0;
}

}  // namespace gapura::app
