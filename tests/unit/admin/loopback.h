/// A blocking client and a running server for tests of our own listeners.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "admin/http_server.h"
#include "tests/support/seed_folder.h"

namespace gapura::admin {

using test::TemporaryFolder;

/// A socket that fails a test after twenty seconds instead of hanging it.
class Client {
 public:
  explicit Client(std::uint16_t port)
      : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  explicit Client(const std::filesystem::path& path)
      : descriptor_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(); }

  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  bool is_connected() const { return is_connected_; }
  void shut_sending() const { shutdown(descriptor_, SHUT_WR); }

  void send(const std::string& text) const {
    std::size_t sent = 0;
    while (sent < text.size()) {
      const auto size = ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return;  // closed already: what the server said is still to be read
      sent += static_cast<std::size_t>(size);
    }
  }

  /// Up to and with `end`, or all until the server closes.
  std::string read_until(const std::string& end) {
    for (;;) {
      const auto place = end.empty() ? std::string::npos : pending_.find(end);
      if (place != std::string::npos) {
        const std::string text = pending_.substr(0, place + end.size());
        pending_.erase(0, place + end.size());
        return text;
      }
      char block[4096];
      const auto size = recv(descriptor_, block, sizeof block, 0);
      if (size <= 0) {
        EXPECT_TRUE(end.empty()) << "closed before \"" << end << "\" after: " << pending_;
        EXPECT_EQ(size, 0) << "the server neither answers nor closes";
        return std::exchange(pending_, {});
      }
      pending_.append(block, static_cast<std::size_t>(size));
    }
  }
  std::string read_all() { return read_until(""); }

  /// A whole answer with a Content-Length; `has_body` is false for HEAD.
  std::string read_answer(bool has_body = true) {
    const std::string head = read_until("\r\n\r\n");
    const std::string field = "Content-Length: ";
    const auto place = head.find(field);
    EXPECT_NE(place, std::string::npos) << head;
    if (!has_body || place == std::string::npos) return head;
    const std::size_t size = std::stoul(head.substr(place + field.size()));
    std::string body;
    while (body.size() < size) {
      if (pending_.empty()) {
        char block[4096];
        const auto got = recv(descriptor_, block, sizeof block, 0);
        EXPECT_GT(got, 0);
        if (got <= 0) break;
        pending_.assign(block, static_cast<std::size_t>(got));
      }
      const std::size_t take = std::min(size - body.size(), pending_.size());
      body.append(pending_, 0, take);
      pending_.erase(0, take);
    }
    return head + body;
  }

 private:
  void connect_to(const sockaddr* address, socklen_t size) {
    const timeval patience{20, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    is_connected_ = connect(descriptor_, address, size) == 0;
  }
  int descriptor_;
  bool is_connected_ = false;
  std::string pending_;
};

/// A server on a thread of its own.
class RunningServer {
 public:
  explicit RunningServer(Respond respond, HttpLimits limits = {})
      : server_(std::make_unique<HttpServer>(loop_, std::move(respond), limits)) {}
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    call([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
  }

  void listen_on_loopback() {
    conf::ListenAddress address;
    address.host = "127.0.0.1";
    const auto failed = server_->listen(address);
    ASSERT_FALSE(failed.has_value()) << failed->message;
    port_ = server_->port();
    start();
  }
  void listen_on_file(const std::filesystem::path& path) {
    const auto failed = server_->listen(path);
    ASSERT_FALSE(failed.has_value()) << failed->message;
    start();
  }
  std::uint16_t port() const { return port_; }

  /// Runs `act` on the server's thread and waits for it.
  template <class Act>
  void call(Act act) {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      act();
      done.set_value();
    });
    done.get_future().wait();
  }
  void stop() {
    call([this] { server_->stop(); });
  }
  std::size_t connections() {
    std::size_t count = 0;
    call([&] { count = server_->connections(); });
    return count;
  }
  bool has_connections_soon(std::size_t wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (connections() != wanted) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

 private:
  void start() { server_->start(); }
  boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  std::thread thread_{[this] { loop_.run(); }};
};

}  // namespace gapura::admin
