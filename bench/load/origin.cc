/// A fast, dull origin for load tests: one thread, epoll, kept connections, fixed answers.
///
///   load_origin [milliseconds]
///
/// Prints its port. Any path answers with 128 bytes, /size/<n> with n (at most 64 MiB), when the
/// request's body (with a Content-Length) has been read, and after the milliseconds, if they are
/// given. A path that begins with /echo becomes a WebSocket that sends back what it gets. Bytes are
/// compared as little as possible: what it costs is noise in the figures of what stands before it.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/sockets.h"

namespace gapura::bench {
namespace {

constexpr std::size_t kDefaultBytes = 128;
constexpr std::size_t kSizeMax = 64u << 20;

/// The answer to the one key that the rig's clients send (the example of RFC 6455, section 1.3).
constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

using Clock = std::chrono::steady_clock;

struct Client {
  std::uint64_t life = 0;        ///< which client of this descriptor it is
  std::string in;                ///< an unfinished head, or what came while an answer was sent
  std::size_t body_to_come = 0;  ///< of the request
  std::size_t wanted = 0;        ///< bytes of the answer's body
  std::string head;              ///< of the answer being sent
  std::size_t head_sent = 0;
  std::size_t body_left = 0;
  bool is_open = false;
  bool is_echo = false;
  bool closes = false;  ///< after the answer
};

/// An answer that is held back.
struct Held {
  Clock::time_point due;
  int fd = -1;
  std::uint64_t life = 0;
};

class Origin {
 public:
  explicit Origin(std::chrono::milliseconds delay)
      : delay_(delay), listener_(listen_on(0)), epoll_(::epoll_create1(0)) {
    if (epoll_ < 0) die("epoll_create1");
    watch(epoll_, listener_, EPOLLIN);
    default_answer_ = head_for(kDefaultBytes, "") + std::string(kDefaultBytes, 'x');
    filler_.assign(256 * 1024, 'x');
  }

  std::uint16_t port() const { return port_of(listener_); }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const int count = ::epoll_wait(epoll_, events, 256, milliseconds_to_next());
      if (count < 0 && errno != EINTR) die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == listener_) {
          accept_all();
        } else {
          serve(events[i].data.fd, (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
        }
      }
      send_held();
    }
  }

 private:
  static std::string head_for(std::size_t bytes, const std::string& more) {
    return "HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Type: text/plain\r\n"
           "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n" +
           more + "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
  }

  Client& client(int fd) {
    const auto place = static_cast<std::size_t>(fd);
    if (place >= clients_.size()) clients_.resize(place + 1);
    return clients_[place];
  }

  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      client(fd) = Client{};
      client(fd).life = ++lives_;
      client(fd).is_open = true;
      watch(epoll_, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  void close_client(int fd) {
    client(fd).is_open = false;
    ::close(fd);
  }

  /// `has_ended`: the end lies behind the data, and no second edge will tell of it.
  void serve(int fd, bool has_ended) {
    Client& who = client(fd);
    if (!who.is_open || !flush(fd, who) || !take(fd, who, {})) return;
    for (;;) {
      const ssize_t got = ::recv(fd, scratch_, sizeof scratch_, 0);
      if (got == 0) return close_client(fd);
      if (got < 0) {
        if (errno != EAGAIN) close_client(fd);
        return;
      }
      if (!take(fd, who, {scratch_, static_cast<std::size_t>(got)})) return;
      // A short read means drained: no second recv that would only say so.
      if (static_cast<std::size_t>(got) < sizeof scratch_ && !has_ended) return;
    }
  }

  /// Answers every finished request; false when the client must wait or is gone.
  bool take(int fd, Client& who, std::string_view bytes) {
    std::string kept;
    if (!who.in.empty()) {
      kept.swap(who.in);
      bytes = kept.append(bytes);
    }
    bool goes_on = true;
    while (goes_on && !bytes.empty()) {
      if (who.is_echo) return send_whole(fd, bytes);
      if (who.body_to_come == 0) {
        const std::size_t end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) break;
        read_head(who, bytes.substr(0, end + 2));
        bytes.remove_prefix(end + 4);
      }
      const std::size_t of_body = std::min(who.body_to_come, bytes.size());
      who.body_to_come -= of_body;
      bytes.remove_prefix(of_body);
      if (who.body_to_come == 0) goes_on = finish(fd, who);
    }
    who.in.assign(bytes);
    return goes_on;
  }

  static std::size_t number_after(std::string_view text, std::string_view mark,
                                  std::size_t otherwise) {
    const std::size_t place = text.find(mark);
    if (place == std::string_view::npos) return otherwise;
    text.remove_prefix(place + mark.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }

  /// Proxies write names in their own case: the first letters of words are not looked at.
  static void read_head(Client& who, std::string_view head) {
    const std::string_view line = head.substr(0, head.find('\r'));
    who.wanted = std::min(number_after(line, " /size/", kDefaultBytes), kSizeMax);
    who.is_echo = line.starts_with("GET /echo");
    who.closes = head.find("onnection: close\r\n") != std::string_view::npos;
    if (!line.starts_with("GET ")) who.body_to_come = number_after(head, "ength:", 0);
  }

  /// The request is complete; false as with take().
  bool finish(int fd, Client& who) {
    if (who.is_echo) return send_whole(fd, kUpgraded);
    if (delay_.count() == 0) return answer(fd, who);
    held_.push_back({Clock::now() + delay_, fd, who.life});
    return true;
  }

  /// In milliseconds, rounded up, as epoll_wait takes it; -1: nothing is held back.
  int milliseconds_to_next() const {
    if (held_.empty()) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(held_.front().due - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }

  void send_held() {
    while (!held_.empty() && held_.front().due <= Clock::now()) {
      const Held next = held_.front();
      held_.pop_front();
      Client& who = client(next.fd);
      if (who.is_open && who.life == next.life) answer(next.fd, who);
    }
  }

  /// What is this small fits, or nobody reads.
  bool send_whole(int fd, std::string_view bytes) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) return true;
    close_client(fd);
    return false;
  }

  bool answer(int fd, Client& who) {
    if (who.wanted == kDefaultBytes && !who.closes) return send_whole(fd, default_answer_);
    who.head = head_for(who.wanted, who.closes ? "Connection: close\r\n" : "");
    who.head_sent = 0;
    who.body_left = who.wanted;
    return flush(fd, who);
  }

  bool flush(int fd, Client& who) {
    if (who.head.empty()) return true;
    while (who.head_sent < who.head.size() || who.body_left > 0) {
      iovec parts[2];
      parts[0] = {who.head.data() + who.head_sent, who.head.size() - who.head_sent};
      parts[1] = {filler_.data(), std::min(who.body_left, filler_.size())};
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = 2;
      const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno != EAGAIN) close_client(fd);
        return false;
      }
      const std::size_t of_head = std::min(static_cast<std::size_t>(sent), parts[0].iov_len);
      who.head_sent += of_head;
      who.body_left -= static_cast<std::size_t>(sent) - of_head;
    }
    who.head.clear();
    if (who.closes) close_client(fd);
    return !who.closes;
  }

  std::chrono::milliseconds delay_;
  int listener_;
  int epoll_;
  std::deque<Held> held_;
  std::uint64_t lives_ = 0;
  std::string default_answer_;
  std::string filler_;
  std::vector<Client> clients_;  // by descriptor
  char scratch_[16 * 1024];
};

}  // namespace
}  // namespace gapura::bench

int main(int argc, char** argv) {
  gapura::bench::Origin origin(std::chrono::milliseconds(argc > 1 ? std::atoi(argv[1]) : 0));
  std::printf("%u\n", static_cast<unsigned>(origin.port()));
  std::fflush(stdout);
  origin.run();
}
