/// A fast, dull origin for load tests: one thread, epoll, kept connections, fixed answers.
///
///   load_origin [port]
///
/// Prints its port. Any path answers with 128 bytes; /size/<n> with n (at most 64 MiB). Requests
/// with bodies are not understood. Bytes are compared as little as possible: what it costs is noise
/// in the figures of what stands before it.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/sockets.h"

namespace gapura::bench {
namespace {

constexpr std::size_t kDefaultBytes = 128;
constexpr std::size_t kSizeMax = 64u << 20;

struct Client {
  std::string in;       ///< an unfinished head
  std::string head;     ///< of the answer being sent
  std::size_t head_sent = 0;
  std::size_t body_left = 0;
  bool is_open = false;
};

class Origin {
 public:
  explicit Origin(std::uint16_t port) : listener_(listen_on(port)), epoll_(::epoll_create1(0)) {
    if (epoll_ < 0) die("epoll_create1");
    watch(epoll_, listener_, EPOLLIN);
    default_answer_ = head_for(kDefaultBytes) + std::string(kDefaultBytes, 'x');
    filler_.assign(256 * 1024, 'x');
  }

  std::uint16_t port() const { return port_of(listener_); }

  [[noreturn]] void run() {
    epoll_event events[256];
    for (;;) {
      const int count = ::epoll_wait(epoll_, events, 256, -1);
      if (count < 0 && errno != EINTR) die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == listener_) {
          accept_all();
        } else {
          serve(events[i].data.fd, (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
        }
      }
    }
  }

 private:
  static std::string head_for(std::size_t bytes) {
    return "HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Type: text/plain\r\n"
           "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: " +
           std::to_string(bytes) + "\r\n\r\n";
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
    if (!who.is_open || !flush(fd, who) || !answer_all(fd, who)) return;
    for (;;) {
      const ssize_t got = ::recv(fd, scratch_, sizeof scratch_, 0);
      if (got == 0) return close_client(fd);
      if (got < 0) {
        if (errno != EAGAIN) close_client(fd);
        return;
      }
      who.in.append(scratch_, static_cast<std::size_t>(got));
      if (!answer_all(fd, who)) return;
      // A short read means drained: no second recv that would only say so.
      if (static_cast<std::size_t>(got) < sizeof scratch_ && !has_ended) return;
    }
  }

  /// Answers every finished head; false when the client must wait or is gone.
  bool answer_all(int fd, Client& who) {
    std::size_t begin = 0;
    bool goes_on = true;
    while (goes_on) {
      const std::size_t end = who.in.find("\r\n\r\n", begin);
      if (end == std::string::npos) break;
      goes_on = answer(fd, who, std::string_view(who.in).substr(begin, end - begin));
      begin = end + 4;
    }
    who.in.erase(0, begin);
    return goes_on;
  }

  static std::size_t wanted_bytes(std::string_view head) {
    constexpr std::string_view kPath = " /size/";
    const std::size_t place = head.substr(0, head.find('\r')).find(kPath);
    if (place == std::string_view::npos) return kDefaultBytes;
    std::size_t bytes = 0;
    const char* digits = head.data() + place + kPath.size();
    std::from_chars(digits, head.data() + head.size(), bytes);
    return std::min(bytes, kSizeMax);
  }

  bool answer(int fd, Client& who, std::string_view head) {
    const std::size_t bytes = wanted_bytes(head);
    if (bytes == kDefaultBytes) {
      const ssize_t sent = ::send(fd, default_answer_.data(), default_answer_.size(), MSG_NOSIGNAL);
      if (sent == static_cast<ssize_t>(default_answer_.size())) return true;
      close_client(fd);  // an answer this small fits, or nobody reads
      return false;
    }
    who.head = head_for(bytes);
    who.head_sent = 0;
    who.body_left = bytes;
    return flush(fd, who);
  }

  bool flush(int fd, Client& who) {
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
    return true;
  }

  int listener_;
  int epoll_;
  std::string default_answer_;
  std::string filler_;
  std::vector<Client> clients_;  // by descriptor
  char scratch_[16 * 1024];
};

}  // namespace
}  // namespace gapura::bench

int main(int argc, char** argv) {
  const int port = argc > 1 ? std::atoi(argv[1]) : 0;
  gapura::bench::Origin origin(static_cast<std::uint16_t>(port));
  std::printf("%u\n", static_cast<unsigned>(origin.port()));
  std::fflush(stdout);
  origin.run();
}
