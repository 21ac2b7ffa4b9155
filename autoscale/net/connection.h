/// A connection of a call on its way: looked up, connected, and cut when its time is over. Private
/// to http_client. Any io_context's thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/net/endpoint.h"
#include "base/net/lookups.h"

namespace gapura::autoscale {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  explicit Connection(const boost::asio::any_io_executor& loop)
      : loop_(loop), socket_(loop), deadline_(loop), looked_up_(loop), lookups_(loop) {}

  /// From now on there are `left` milliseconds; then everything that waits here fails.
  void limit(Milliseconds left);
  bool is_late() const noexcept { return is_late_; }

  /// What is being done, for the message of a call that was too slow.
  void now(std::string doing) { doing_ = std::move(doing); }
  const std::string& doing() const noexcept { return doing_; }

  /// Each gives a sentence's end that says what failed; empty: nothing did.
  boost::asio::awaitable<std::string> connect(std::string host, std::uint16_t port);
  boost::asio::awaitable<std::string> connect(std::filesystem::path unix_socket);

  Socket& socket() noexcept { return socket_; }

 private:
  boost::asio::awaitable<std::string> look_up(std::string host, std::uint16_t port);
  boost::asio::awaitable<std::string> try_one(Socket::endpoint_type endpoint);
  void cut();

  boost::asio::any_io_executor loop_;
  Socket socket_;
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer looked_up_;  ///< never fires: cancelled when the lookup has ended
  Lookups lookups_;
  std::string doing_;
  std::string lookup_error_;
  std::vector<Endpoint> found_;
  bool is_looking_up_ = false;
  bool is_late_ = false;
};

}  // namespace gapura::autoscale
