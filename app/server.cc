#include "app/server.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "app/port_holder.h"
#include "app/server_parts.h"
#include "base/log.h"

namespace gapura::app {

Server::Server(conf::StaticConfig config, Naming naming)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(naming))) {}

Server::~Server() = default;

std::vector<std::string> Server::start() {
  return parts_->start();
}

void Server::run() {
  parts_->control.run();
}

void Server::request_stop() {
  boost::asio::post(parts_->control, [parts = parts_.get()] { parts->begin_stop(); });
}

void Server::request_reload() {
  boost::asio::post(parts_->control, [parts = parts_.get()] {
    log::info(
        "reading the dynamic configuration again, as asked; the static file is read at start only");
    parts->reload->request({});
  });
}

void Server::reopen_logs() {
  boost::asio::post(parts_->control, [parts = parts_.get()] {
    if (!parts->access_log) return;
    parts->disk.post([access_log = parts->access_log.get()] { access_log->reopen(); });
  });
}

Endpoint Server::entry_point(const std::string& name) const {
  const auto& all = parts_->config.entry_points;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto slot = EntryPointSlot(static_cast<std::uint32_t>(i));
    if (all[i].name == name) return parts_->workers->local_endpoint(slot);
  }
  return {};
}

std::uint16_t Server::admin_port() const {
  return parts_->front->admin_port();
}
std::uint16_t Server::internal_port() const {
  return parts_->front->internal_port();
}
std::vector<std::uint16_t> Server::hook_ports() const {
  return parts_->front->hook_ports();
}
std::filesystem::path Server::token_file() const {
  return parts_->token_file();
}
std::filesystem::path Server::state_dir() const {
  return parts_->state.folder();
}

std::vector<const metrics::Shard*> Server::shards() const {
  return parts_->workers->shards();
}

}  // namespace gapura::app
