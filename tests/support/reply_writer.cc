#include "tests/support/reply_writer.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <thread>

namespace gapura::test {
namespace {

std::uint64_t body_bytes(const Reply& reply) {
  return reply.pattern_bytes != 0 ? reply.pattern_bytes : reply.body.size();
}

std::string head_of(const Reply& reply) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\n";
  for (const auto& [name, value] : reply.fields) head.append(name + ": " + value + "\r\n");
  const bool has_no_body = reply.status == 204 || reply.status == 304;
  if (reply.framing == Reply::Framing::content_length && !has_no_body) {
    head.append("Content-Length: " + std::to_string(body_bytes(reply)) + "\r\n");
  }
  if (reply.framing == Reply::Framing::chunked) head.append("Transfer-Encoding: chunked\r\n");
  return head + "\r\n";
}

}  // namespace

bool ReplyWriter::put(std::string_view bytes) {
  unsent_.append(bytes);
  return unsent_.size() < 65'536 || flush();
}

bool ReplyWriter::flush() {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + patience();
  std::string_view bytes = unsent_;
  while (!bytes.empty()) {
    if (!may_go_on_() || steady_clock::now() > end) return false;
    pollfd asked{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
    if (::poll(&asked, 1, 50) <= 0) continue;
    const ssize_t size =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN) return false;
    if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  unsent_.clear();
  return true;
}

bool ReplyWriter::pause(std::chrono::milliseconds how_long) {
  if (how_long.count() == 0) return may_go_on_();
  if (!flush()) return false;
  const auto end = std::chrono::steady_clock::now() + how_long;
  while (may_go_on_()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= left.zero()) return true;
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(20)));
  }
  return false;
}

bool ReplyWriter::pass(const std::shared_ptr<Gate>& gate) {
  return gate == nullptr || (flush() && gate->pass() && may_go_on_());
}

bool ReplyWriter::piece(const Reply& reply, std::string_view bytes) {
  if (reply.framing != Reply::Framing::chunked) return put(bytes);
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  return put(std::string(size.data(), end) + "\r\n" + std::string(bytes) + "\r\n");
}

bool ReplyWriter::body(const Reply& reply) {
  const std::uint64_t total = std::min(body_bytes(reply), reply.cut_at.value_or(UINT64_MAX));
  const std::uint64_t step = reply.dribble_bytes != 0 ? reply.dribble_bytes : 65'536;
  for (std::uint64_t at = 0; at < total;) {
    std::uint64_t size = std::min(step, total - at);
    if (reply.gate_in_body && at <= reply.gate_in_body_at) {
      if (at == reply.gate_in_body_at && !pass(reply.gate_in_body)) return false;
      if (at < reply.gate_in_body_at) size = std::min(size, reply.gate_in_body_at - at);
    }
    const auto count = static_cast<std::size_t>(size);
    const std::string bytes = reply.pattern_bytes != 0
                                  ? pattern(reply.body_seed, at, count)
                                  : reply.body.substr(static_cast<std::size_t>(at), count);
    if (!piece(reply, bytes)) return false;
    if (reply.dribble_bytes != 0 && !pause(reply.dribble_pause)) return false;
    at += size;
  }
  const bool gate_is_at_the_end = reply.gate_in_body && reply.gate_in_body_at >= total;
  return !gate_is_at_the_end || pass(reply.gate_in_body);
}

ReplyWriter::After ReplyWriter::write(const Reply& reply, const Request& request) {
  const After at_end = reply.end == Reply::End::keep_alive ? After::next_request
                       : reply.end == Reply::End::close    ? After::close
                                                           : After::reset;
  if (!pause(reply.delay) || !pass(reply.gate_before_head)) return After::close;
  if (reply.says_nothing) {
    return at_end == After::next_request ? After::wait_for_peer : at_end;
  }
  if (!reply.raw.empty()) return put(reply.raw) && flush() ? at_end : After::close;
  const After after = to_the_end(reply, request, at_end);
  return flush() ? after : After::close;
}

ReplyWriter::After ReplyWriter::to_the_end(const Reply& reply, const Request& request,
                                           After at_end) {
  if (!put(head_of(reply))) return After::close;
  const bool has_no_body =
      request.method == "HEAD" || reply.status == 204 || reply.status == 304;
  if (!has_no_body && !body(reply)) return After::close;
  if (reply.cut_at) return at_end == After::next_request ? After::close : at_end;
  if (!has_no_body && reply.framing == Reply::Framing::chunked && !put("0\r\n\r\n")) {
    return After::close;
  }
  const bool ends_by_close =
      reply.framing == Reply::Framing::until_close || reply.framing == Reply::Framing::none;
  return ends_by_close && at_end == After::next_request && !has_no_body ? After::close : at_end;
}

}  // namespace gapura::test
