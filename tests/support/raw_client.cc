#include "tests/support/raw_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace gapura::test {

RawClient::RawClient(std::uint16_t port)
    : socket_(connect_to_loopback(port)),
      reader_([this](std::string& into) { return more(into); }) {}

bool RawClient::wait_for(short events) {
  pollfd asked{.fd = socket_.get(), .events = events, .revents = 0};
  return ::poll(&asked, 1, static_cast<int>(limit.count())) > 0;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!socket_.is_open() || !wait_for(POLLOUT)) return false;
    const ssize_t size =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN) return false;
    if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::size_t RawClient::send_what_fits(std::string_view bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    const ssize_t size = ::send(socket_.get(), bytes.data() + total, bytes.size() - total,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size <= 0) break;
    total += static_cast<std::size_t>(size);
  }
  return total;
}

ReadEnd RawClient::more(std::string& into) {
  if (!socket_.is_open()) return ReadEnd::closed;
  if (!wait_for(POLLIN)) return ReadEnd::timed_out;
  std::array<char, 65'536> block;
  const ssize_t size = ::recv(socket_.get(), block.data(), block.size(), 0);
  if (size > 0) {
    into.append(block.data(), static_cast<std::size_t>(size));
    return ReadEnd::ok;
  }
  was_reset_ = size < 0;
  return size == 0 ? ReadEnd::closed : ReadEnd::reset;
}

Response RawClient::read_head() {
  reader_.body_kept_max = body_kept_max;
  for (;;) {
    Response response;
    const ReadEnd end = reader_.read_head(response);
    response.fault = to_string(end);
    if (end != ReadEnd::ok) return response;
    const std::string& line = response.start_line;
    if (!line.starts_with("HTTP/1.") || line.size() < 12) {
      response.fault = "malformed: " + line;
      return response;
    }
    std::from_chars(line.data() + 9, line.data() + 12, response.status);
    if (response.status >= 200 || response.status == 101) return response;
  }
}

void RawClient::read_body(Response& response, std::string_view method) {
  const bool has_none = method == "HEAD" || response.status == 204 || response.status == 304;
  if (!response.ok() || has_none) return;
  response.fault = to_string(reader_.read_body(response, /*is_response=*/true));
}

Response RawClient::read_response(std::string_view method) {
  Response response = read_head();
  read_body(response, method);
  return response;
}

Response RawClient::ask(std::string_view request, std::string_view method) {
  // Even when sending fails an answer may be there: the server may have refused the body.
  send(request);
  return read_response(method);
}

std::string RawClient::read_raw(std::size_t bytes) {
  std::string& buffer = reader_.buffered();
  while (buffer.size() < bytes && more(buffer) == ReadEnd::ok) {
  }
  return std::exchange(buffer, std::string());
}

bool RawClient::sees_close() {
  std::string unasked;
  const ReadEnd end = more(unasked);
  return end == ReadEnd::closed || end == ReadEnd::reset;
}

void RawClient::half_close() { ::shutdown(socket_.get(), SHUT_WR); }
void RawClient::reset() { socket_.reset(); }
void RawClient::close() { socket_.close(); }
std::uint16_t RawClient::local_port() const { return test::local_port(socket_); }

std::string get(std::string_view path, std::string_view more_fields, std::string_view host) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" +
         std::string(more_fields) + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view more_fields) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(more_fields) + "\r\n" +
         std::string(body);
}

std::string chunked(std::string_view body, std::size_t chunk_bytes) {
  std::string out;
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, chunk_bytes);
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), chunk.size(), 16).ptr;
    out.append(size.data(), end).append("\r\n").append(chunk).append("\r\n");
    body.remove_prefix(chunk.size());
  }
  return out + "0\r\n\r\n";
}

std::string post_chunked(std::string_view path, std::string_view body, std::size_t chunk_bytes,
                         std::string_view more_fields) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" +
         std::string(more_fields) + "\r\n" + chunked(body, chunk_bytes);
}

}  // namespace gapura::test
