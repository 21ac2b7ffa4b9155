/// One client of an HttpServer: reads requests, has them answered, one after the other.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "admin/http_server.h"
#include "admin/message.h"

namespace gapura::admin {

class HttpConnection {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  struct Client {
    std::string name;  ///< Request::peer
    bool is_local_socket = false;
    std::optional<std::uint32_t> uid{};  ///< Request::uid
  };

  /// `limits` and `respond` must outlive the connection.
  HttpConnection(Socket socket, Client client, const HttpLimits& limits, const Respond& respond);

  /// Until the client leaves, a limit is reached or stop(). Errors end the connection, no more.
  boost::asio::awaitable<void> run();
  /// Closes an idle connection; one that answers is closed after its answer, and a wait ends.
  void stop();
  /// Closes now.
  void close() noexcept;

 private:
  struct Watch;
  struct Incoming;
  boost::asio::awaitable<bool> wait_for_bytes();
  boost::asio::awaitable<void> read(Incoming& incoming);
  boost::asio::awaitable<void> answer(Incoming& incoming);
  boost::asio::awaitable<bool> write(Response& response, const Incoming& incoming);
  boost::asio::awaitable<bool> stream(const Response& response, const Incoming& incoming);
  boost::asio::awaitable<bool> write_piece(const std::string& piece, bool is_chunked);
  boost::asio::awaitable<void> linger();
  void watch_for_departure();
  void stop_watching();
  /// Shuts the socket (`how` as shutdown(2) takes it) unless armed anew before `time` has passed.
  void arm(Milliseconds time, int how);

  Socket socket_;
  boost::asio::steady_timer deadline_;
  std::shared_ptr<bool> has_expired_;  ///< of the deadline armed last; not shared for long
  Client client_;
  const HttpLimits& limits_;
  const Respond& respond_;
  boost::beast::flat_buffer buffer_;
  std::shared_ptr<Watch> watch_;  ///< while a request is being answered
  bool is_first_ = true;
  bool is_stopping_ = false;
  bool is_writing_ = false;  ///< an answer is on its way: it is not cut by a stop
};

}  // namespace gapura::admin
