#include "admin/http_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "admin/problem_reply.h"
#include "base/ascii.h"
#include "base/async/as_result.h"

namespace gapura::admin {
namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::size_t kFirstRead = 4096;
constexpr std::size_t kLingerBytes = 256 << 10;
constexpr Milliseconds kLinger{2'000};
/// What the kernel may hold of an answer that goes on, and for how long while nobody takes it.
constexpr int kStreamSendBytes = 64 << 10;
constexpr unsigned kStreamUnacknowledgedMs = 30'000;

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

/// What to answer to a request that could not be read, or nothing when nobody is there.
std::optional<Response> refusal_of(beast::error_code failed) {
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow) {
    return problem_reply(431, "the request's head is too large");
  }
  if (failed == http::error::body_limit) {
    return problem_reply(413, "the request's body is too large");
  }
  const bool is_theirs = failed.category() == make_error_code(http::error::bad_method).category();
  if (is_theirs && failed != http::error::end_of_stream && failed != http::error::partial_message) {
    return problem_reply(400, "this is not a valid HTTP request: " + failed.message());
  }
  return std::nullopt;
}

std::string text_of(const http::fields& fields, http::field name) {
  return std::string(fields[name]);
}

/// The fields of every answer; the caller says how long it is.
template <class Body>
void fill_head(http::response<Body>& message, const Response& response, unsigned version) {
  message.result(response.status);
  message.version(version);
  message.set(http::field::date, http_date());
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.fields) message.set(name, value);
}

/// Whoever has vanished without a word, or stopped reading, is noticed soon (tcp(7)).
void limit_what_is_unread(int descriptor) {
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &kStreamSendBytes, sizeof kStreamSendBytes);
  setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &kStreamUnacknowledgedMs,
             sizeof kStreamUnacknowledgedMs);
}

}  // namespace

/// Looks for the client's leaving while its answer is being made.
struct HttpConnection::Watch {
  int descriptor = -1;
  std::shared_ptr<Departure> departure = std::make_shared<Departure>();
};

/// A request being read.
struct HttpConnection::Incoming {
  http::request_parser<http::string_body> parser;
  std::optional<Response> refusal;  ///< it cannot be read: answer this and close
  bool is_gone = false;             ///< nobody is there any more
  bool is_head = false;
  bool is_kept = false;
  unsigned version = 11;
};

HttpConnection::HttpConnection(Socket socket, Client client, const HttpLimits& limits,
                               const Respond& respond)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      client_(std::move(client)),
      limits_(limits),
      respond_(respond) {}

net::awaitable<void> HttpConnection::run() {
  bool is_kept = true;
  while (is_kept && !is_stopping_) {
    const bool has_bytes = co_await wait_for_bytes();
    if (!has_bytes) co_return;
    Incoming incoming;
    co_await read(incoming);
    if (incoming.is_gone) co_return;
    co_await answer(incoming);
    is_kept = incoming.is_kept;
  }
  co_await linger();
}

void HttpConnection::stop() {
  is_stopping_ = true;
  if (watch_) {
    watch_->departure->happen();
  } else if (!is_writing_) {
    close();
  }
}

void HttpConnection::close() noexcept {
  beast::error_code ignored;
  socket_.close(ignored);
}

net::awaitable<bool> HttpConnection::wait_for_bytes() {
  // Pipelined requests are in the buffer already.
  if (buffer_.size() > 0) co_return true;
  arm(is_first_ ? limits_.read : limits_.idle, SHUT_RDWR);
  is_first_ = false;
  const auto space = buffer_.prepare(kFirstRead);
  const auto [failed, size] = co_await socket_.async_read_some(space, as_result);
  if (failed) co_return false;
  buffer_.commit(size);
  co_return true;
}

net::awaitable<void> HttpConnection::read(Incoming& incoming) {
  auto& parser = incoming.parser;
  parser.header_limit(limits_.head_bytes_max);
  parser.body_limit(limits_.body_bytes_max);
  // Only the receiving side: the 408 is still to be sent.
  arm(limits_.read, SHUT_RD);
  auto [failed, size] = co_await http::async_read_header(socket_, buffer_, parser, as_result);
  if (!failed && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto go_on = net::buffer(kGoOn);
    std::tie(failed, size) = co_await net::async_write(socket_, go_on, as_result);
  }
  if (!failed) {
    std::tie(failed, size) = co_await http::async_read(socket_, buffer_, parser, as_result);
  }
  if (failed) {
    incoming.refusal = *has_expired_ ? problem_reply(408, "the request took too long to arrive")
                                     : refusal_of(failed);
    incoming.is_gone = !incoming.refusal;
    co_return;
  }
  incoming.is_kept = parser.get().keep_alive();
  incoming.version = parser.get().version();
  incoming.is_head = parser.get().method() == http::verb::head;
}

net::awaitable<void> HttpConnection::answer(Incoming& incoming) {
  Response response;
  if (incoming.refusal) {
    response = *std::move(incoming.refusal);
  } else {
    auto message = incoming.parser.release();
    Request request;
    request.method = std::string(message.method_string());
    const std::string target(message.target());
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    request.host = text_of(message, http::field::host);
    request.origin = text_of(message, http::field::origin);
    request.authorization = text_of(message, http::field::authorization);
    request.content_type = text_of(message, http::field::content_type);
    for (const auto& field : message) {
      request.fields.emplace_back(field.name_string(), field.value());
    }
    request.body = std::move(message.body());
    request.peer = client_.name;
    request.is_local_socket = client_.is_local_socket;
    request.uid = client_.uid;
    has_expired_.reset();
    deadline_.cancel();
    watch_for_departure();
    request.departure = watch_->departure;
    response = co_await respond_(std::move(request));
    if (response.more && !incoming.is_head) {
      const bool is_whole = co_await stream(response, incoming);
      if (!is_whole) incoming.is_kept = false;
      stop_watching();
      co_return;
    }
    stop_watching();
  }
  is_writing_ = true;
  const bool is_written = co_await write(response, incoming);
  is_writing_ = false;
  if (!is_written) incoming.is_kept = false;
}

/// The body is moved on, not copied: that of /metrics may have megabytes.
net::awaitable<bool> HttpConnection::write(Response& response, const Incoming& incoming) {
  http::response<http::string_body> message;
  fill_head(message, response, incoming.version);
  message.keep_alive(incoming.is_kept && !is_stopping_);
  message.body() = std::move(response.body);
  if (!response.more) message.prepare_payload();
  // It would have to be the length of the 200 that is not sent (RFC 9110 8.6).
  if (response.status == 304) message.erase(http::field::content_length);
  arm(limits_.write, SHUT_RDWR);
  http::response_serializer<http::string_body> serializer(message);
  if (incoming.is_head) {
    const auto [failed, size] = co_await http::async_write_header(socket_, serializer, as_result);
    co_return !failed;
  }
  const auto [failed, size] = co_await http::async_write(socket_, serializer, as_result);
  co_return !failed;
}

/// Until the answer or the client ends; true: all of it was sent, and another request may follow.
net::awaitable<bool> HttpConnection::stream(const Response& response, const Incoming& incoming) {
  const bool is_chunked = incoming.version >= 11;
  limit_what_is_unread(socket_.native_handle());
  http::response<http::empty_body> message;
  fill_head(message, response, incoming.version);
  message.keep_alive(incoming.is_kept && is_chunked && !is_stopping_);
  message.chunked(is_chunked);
  arm(limits_.write, SHUT_RDWR);
  http::response_serializer<http::empty_body> serializer(message);
  const auto [failed, size] = co_await http::async_write_header(socket_, serializer, as_result);
  if (failed) co_return false;
  const auto departure = watch_->departure;
  for (;;) {
    // Nothing is due while there is nothing to send.
    has_expired_.reset();
    deadline_.cancel();
    auto making = response.more(departure);
    const std::string piece = co_await std::move(making);
    if (piece.empty()) break;
    const bool is_written = co_await write_piece(piece, is_chunked);
    if (!is_written) co_return false;
  }
  if (!is_chunked) co_return false;
  arm(limits_.write, SHUT_RDWR);
  const auto end = http::make_chunk_last();
  const auto [unsent, end_size] = co_await net::async_write(socket_, end, as_result);
  co_return !unsent;
}

net::awaitable<bool> HttpConnection::write_piece(const std::string& piece, bool is_chunked) {
  arm(limits_.write, SHUT_RDWR);
  const auto bytes = net::buffer(piece);
  if (!is_chunked) {
    const auto [failed, size] = co_await net::async_write(socket_, bytes, as_result);
    co_return !failed;
  }
  const auto chunk = http::make_chunk(bytes);
  const auto [failed, size] = co_await net::async_write(socket_, chunk, as_result);
  co_return !failed;
}

net::awaitable<void> HttpConnection::linger() {
  // Closing a socket with unread bytes resets the connection, and the client may lose an answer
  // that it has not read yet (RFC 9112 9.6).
  beast::error_code ignored;
  socket_.shutdown(net::socket_base::shutdown_send, ignored);
  arm(kLinger, SHUT_RDWR);
  std::array<char, 4096> scrap;
  const auto space = net::buffer(scrap);
  for (std::size_t read = 0; read < kLingerBytes;) {
    const auto [failed, size] = co_await socket_.async_read_some(space, as_result);
    if (failed) co_return;
    read += size;
  }
}

void HttpConnection::arm(Milliseconds time, int how) {
  has_expired_ = std::make_shared<bool>(false);
  deadline_.expires_after(time);
  deadline_.async_wait([this, how, weak = std::weak_ptr(has_expired_)](beast::error_code failed) {
    // Expired: armed anew, or the connection is gone and `this` with it.
    const auto flag = weak.lock();
    if (failed || !flag) return;
    *flag = true;
    ::shutdown(socket_.native_handle(), how);
  });
}

void HttpConnection::stop_watching() {
  watch_.reset();
  beast::error_code ignored;
  socket_.cancel(ignored);
}

void HttpConnection::watch_for_departure() {
  watch_ = std::make_shared<Watch>();
  watch_->descriptor = socket_.native_handle();
  const auto look = [weak = std::weak_ptr(watch_)](beast::error_code failed) {
    // Expired: the answer is there already, and the descriptor may be somebody else's by now.
    const auto watch = weak.lock();
    if (failed || !watch) return;
    char byte = 0;
    const auto size = recv(watch->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    const bool is_alive = size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
    if (!is_alive) watch->departure->happen();
  };
  socket_.async_wait(net::socket_base::wait_read, look);
}

}  // namespace gapura::admin
