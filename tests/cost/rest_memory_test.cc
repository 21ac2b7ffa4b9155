// What a connection at rest costs of memory: bytes that this process has taken from its heap, with
// what malloc adds to each. Not resident memory, which moves in pages and depends on what was there
// before. The peers are sockets of the test's own, which take nothing.
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/patience.h"
#include "tests/support/server_fixture.h"
#include "tests/support/sockets.h"

namespace gapura::test {
namespace {

constexpr std::string_view kUpgrade =
    "GET /calculate HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr std::string_view kRequest = "GET /calculate HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

bool is_readable(const Fd& socket) {
  pollfd asked{.fd = socket.get(), .events = POLLIN, .revents = 0};
  return ::poll(&asked, 1, static_cast<int>(patience().count())) == 1;
}

bool say(const Fd& socket, std::string_view text) {
  return ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

/// Reads until what came ends with `end`.
bool hears(const Fd& socket, std::string_view end) {
  std::array<char, 4096> heard;
  for (std::size_t size = 0; size < heard.size() && is_readable(socket);) {
    const ssize_t more = ::recv(socket.get(), heard.data() + size, heard.size() - size, 0);
    if (more <= 0) return false;
    size += static_cast<std::size_t>(more);
    if (std::string_view(heard.data(), size).ends_with(end)) return true;
  }
  return false;
}

/// In use in all arenas.
std::size_t heap_bytes() {
  const struct mallinfo2 all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

class RestMemory : public ::testing::Test {
 protected:
  RestMemory()
      : listener_(listen_on_loopback()),
        server_({ServerLine("http://127.0.0.1:" + std::to_string(local_port(listener_)) + "/")},
                {.workers = 1}) {
    clients_.reserve(kWarm + kCounted);
    links_.reserve(kWarm + kCounted);
  }

  /// A client that sends `request`, gets `answer` from the target, and rests.
  void add(std::string_view request, std::string_view answer) {
    clients_.push_back(connect_to_loopback(server_.port()));
    ASSERT_TRUE(say(clients_.back(), request));
    ASSERT_TRUE(finds_link());
    ASSERT_TRUE(hears(links_.back(), "\r\n\r\n"));
    ASSERT_TRUE(say(links_.back(), answer));
    ASSERT_TRUE(hears(clients_.back(), "\r\n\r\n"));
  }
  void add(std::string_view request, std::string_view answer, std::size_t times) {
    for (std::size_t i = 0; i < times && !HasFatalFailure(); ++i) add(request, answer);
  }

  /// The request comes on the last link, or on one more. A link may have ended meanwhile, where the
  /// machine is slow.
  bool finds_link() {
    for (;;) {
      std::array<pollfd, 2> asked{
          {{.fd = listener_.get(), .events = POLLIN, .revents = 0},
           {.fd = links_.empty() ? -1 : links_.back().get(), .events = POLLIN, .revents = 0}}};
      const auto limit = static_cast<int>(patience().count());
      if (::poll(asked.data(), asked.size(), limit) <= 0) return false;
      if (asked[0].revents != 0) {
        links_.emplace_back(::accept(listener_.get(), nullptr, nullptr));
        return true;
      }
      char byte = 0;
      if (::recv(links_.back().get(), &byte, 1, MSG_PEEK) > 0) return true;
      links_.pop_back();
    }
  }

  /// Of each connection more. The first ones are not counted: pools, tables and frames are made.
  std::size_t bytes_of_each(std::string_view request, std::string_view answer) {
    add(request, answer, kWarm);
    const std::size_t before = heap_bytes();
    add(request, answer, kCounted);
    const std::size_t after = heap_bytes();
    return after < before ? 0 : (after - before) / kCounted;
  }

  static constexpr std::size_t kWarm = 20;
  static constexpr std::size_t kCounted = 150;  // four descriptors each are in this process

  Fd listener_;
  ServerFixture server_;
  std::vector<Fd> clients_;
  std::vector<Fd> links_;
};

TEST_F(RestMemory, AWebSocketAtRestTakesTwoKibibytesAtMost) {
  const std::size_t bytes = bytes_of_each(kUpgrade, kSwitching);

  EXPECT_LE(bytes, 2'048u);
  EXPECT_GE(bytes, 500u);  // less would mean that it is not counted
  RecordProperty("bytes", static_cast<int>(bytes));
}

TEST_F(RestMemory, AKeptConnectionAtRestTakesSevenHundredBytesAtMost) {
  const std::size_t bytes = bytes_of_each(kRequest, kAnswer);

  EXPECT_LE(bytes, 700u);
  EXPECT_GE(bytes, 200u);
  RecordProperty("bytes", static_cast<int>(bytes));
}

}  // namespace
}  // namespace gapura::test
