/// Load at a fixed rate, whatever the answers do: requests are due by a clock, and a latency counts
/// from when its request was due. So a server that stalls is charged for every request that it kept
/// from being sent ("coordinated omission", Tene), which a closed loop of clients would not see.
///
///   load_open_loop --port P --rate 10000 --seconds 5 --connections 64 --request FILE
///
/// The requests are bytes that someone else has written (bench/load/tools.py). Prints "begun" on
/// standard error when the first is due, and one line of JSON at the end. One thread, epoll; it
/// sleeps between requests, because it shares its core with the origin.
#include <fcntl.h>
#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <ctime>
#include <deque>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/answer_reader.h"
#include "bench/load/histogram.h"
#include "bench/load/schedule.h"
#include "bench/load/sockets.h"

namespace gapura::bench {
namespace {

using std::chrono::nanoseconds;

struct Options {
  std::uint16_t port = 0;
  Pace pace;
  double patience_s = 10;  ///< how long answers are waited for when no further request is due
  std::size_t connections = 1;
  bool opens_each = false;  ///< a new connection for each request
  std::string request;
  std::string upgrade;  ///< sent first on each connection; then requests are echoed. Empty: HTTP
};

[[noreturn]] void give_up_on(const char* what) {
  std::fprintf(stderr, "load_open_loop: %s\n", what);
  std::exit(1);
}

struct Connection {
  int fd = -1;
  bool is_busy = false;
  Clock::time_point due;  ///< of the request under way
  std::size_t sent = 0;
  AnswerReader answer;
};

struct Tally {
  Histogram latency;  ///< of complete answers, from when they were due; nanoseconds
  Histogram late;     ///< from when a request was due to its first byte sent; nanoseconds
  std::uint64_t errors = 0;
  std::uint64_t not_2xx = 0;
  std::uint64_t unanswered = 0;  ///< in `latency` too, with the time that they had waited
};

class OpenLoop {
 public:
  explicit OpenLoop(const Options& options)
      : options_(options),
        epoll_(::epoll_create1(0)),
        connections_(options.connections),
        scratch_(256 * 1024) {
    if (epoll_ < 0) die("epoll_create1");
    for (std::size_t place = 0; place < connections_.size(); ++place) {
      if (!options_.opens_each) open_ready(place);
      free_.push_back(place);
    }
  }

  const Tally& run() {
    std::fputs("begun\n", stderr);
    const Clock::time_point begin = Clock::now();
    Schedule schedule(options_.pace, begin);
    const auto end =
        begin + std::chrono::duration<double>(options_.pace.seconds + options_.patience_s);
    for (;;) {
      const Clock::time_point now = Clock::now();
      for (; !schedule.is_over() && schedule.due() <= now; schedule.next()) {
        waiting_.push_back(schedule.due());
      }
      while (!waiting_.empty() && !free_.empty()) start_next();
      const bool is_done = schedule.is_over() && waiting_.empty() && busy_ == 0;
      if (is_done || now >= end) break;
      wait_until(schedule.is_over() ? std::chrono::time_point_cast<nanoseconds>(end)
                                    : schedule.due());
    }
    give_up();
    return tally_;
  }

 private:
  /// Those that nobody has answered count with what they have waited, or the worst would look best.
  void give_up() {
    tally_.unanswered = waiting_.size() + busy_;
    for (const Clock::time_point due : waiting_) tally_.latency.add(since(due));
    for (const Connection& connection : connections_) {
      if (connection.is_busy) tally_.latency.add(since(connection.due));
    }
  }

  int connect_new(int flags) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0) die("socket");
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
      die("connect");
    }
    return fd;
  }

  void watch_connection(std::size_t place) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = place;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[place].fd, &event) != 0) die("epoll_ctl");
  }

  /// Before the load begins: connected, and upgraded where that is asked for. Blocks.
  void open_ready(std::size_t place) {
    const int fd = connect_new(0);
    if (!options_.upgrade.empty()) upgrade(fd);
    if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) die("fcntl");
    connections_[place].fd = fd;
    watch_connection(place);
  }

  void upgrade(int fd) {
    const auto size = static_cast<ssize_t>(options_.upgrade.size());
    if (::send(fd, options_.upgrade.data(), options_.upgrade.size(), MSG_NOSIGNAL) != size) {
      die("the upgrade's send");
    }
    AnswerReader answer;
    for (auto state = AnswerReader::State::reading; state != AnswerReader::State::complete;) {
      const ssize_t got = ::recv(fd, scratch_.data(), scratch_.size(), 0);
      if (got <= 0) die("the upgrade's recv");
      state = answer.read({scratch_.data(), static_cast<std::size_t>(got)});
      if (state == AnswerReader::State::broken) give_up_on("the upgrade's answer is no HTTP");
    }
    if (answer.status() != 101) give_up_on("the upgrade was refused");
  }

  /// The request that waits longest, on the connection that has rested longest.
  void start_next() {
    const std::size_t place = free_.front();
    free_.pop_front();
    Connection& connection = connections_[place];
    connection.is_busy = true;
    connection.due = waiting_.front();
    waiting_.pop_front();
    connection.sent = 0;
    ++busy_;
    if (options_.upgrade.empty()) {
      connection.answer.expect_head();
    } else {
      connection.answer.expect_bytes(options_.request.size());
    }
    if (connection.fd < 0) {
      connection.fd = connect_new(SOCK_NONBLOCK);
      watch_connection(place);
    }
    send_on(place);
  }

  void send_on(std::size_t place) {
    Connection& connection = connections_[place];
    const std::string& request = options_.request;
    while (connection.sent < request.size()) {
      const ssize_t sent = ::send(connection.fd, request.data() + connection.sent,
                                  request.size() - connection.sent, MSG_NOSIGNAL);
      if (sent < 0) {
        if (errno != EAGAIN) end(place, false);
        return;
      }
      if (connection.sent == 0) tally_.late.add(since(connection.due));
      connection.sent += static_cast<std::size_t>(sent);
    }
  }

  void receive(std::size_t place) {
    Connection& connection = connections_[place];
    while (connection.fd >= 0) {
      const ssize_t got = ::recv(connection.fd, scratch_.data(), scratch_.size(), 0);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return end(place, false);
      if (!connection.is_busy) return end(place, false);  // bytes that nobody asked for
      const auto state = connection.answer.read({scratch_.data(), static_cast<std::size_t>(got)});
      if (state != AnswerReader::State::reading) {
        return end(place, state == AnswerReader::State::complete);
      }
    }
  }

  static std::uint64_t since(Clock::time_point then) {
    return static_cast<std::uint64_t>(
        std::max(nanoseconds(0), nanoseconds(Clock::now() - then)).count());
  }

  /// The request under way, if there is one, has ended; the connection is free for the next.
  void end(std::size_t place, bool is_complete) {
    Connection& connection = connections_[place];
    if (connection.is_busy) {
      if (is_complete) {
        tally_.latency.add(since(connection.due));
        if (connection.answer.status() / 100 != 2) ++tally_.not_2xx;
      } else {
        ++tally_.errors;
      }
      connection.is_busy = false;
      --busy_;
      free_.push_back(place);
    }
    if (!is_complete || options_.opens_each || connection.answer.closes()) {
      ::close(connection.fd);
      connection.fd = -1;
      // An upgraded connection is never made anew within the measured time.
      if (!options_.upgrade.empty()) give_up_on("an upgraded connection ended");
    }
  }

  void wait_until(Clock::time_point then) {
    const auto left = std::max(nanoseconds(0), nanoseconds(then - Clock::now())).count();
    const timespec time{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
    epoll_event events[256];
    const int count = ::epoll_pwait2(epoll_, events, 256, &time, nullptr);
    if (count < 0 && errno != EINTR) die("epoll_pwait2");
    for (int i = 0; i < count; ++i) {
      const auto place = static_cast<std::size_t>(events[i].data.u64);
      if (connections_[place].is_busy) send_on(place);
      receive(place);
    }
  }

  const Options& options_;
  int epoll_;
  std::vector<Connection> connections_;
  std::deque<std::size_t> free_;           // in the order in which they came to rest
  std::deque<Clock::time_point> waiting_;  // due, and no connection was free
  std::size_t busy_ = 0;
  Tally tally_;
  std::vector<char> scratch_;
};

void print(const Options& options, const Tally& tally) {
  const auto us = [](std::uint64_t value) { return static_cast<double>(value) / 1000; };
  const auto answered = static_cast<double>(tally.latency.count() - tally.unanswered);
  std::printf(
      "{\"asked_per_s\": %.1f, \"achieved_per_s\": %.1f, \"requests\": %.0f, \"p50_us\": %.1f, "
      "\"p90_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f, "
      "\"late_p99_us\": %.1f, \"errors\": %llu, \"not_2xx\": %llu, \"unanswered\": %llu}\n",
      options.pace.rate, answered / options.pace.seconds, answered, us(tally.latency.at(0.5)),
      us(tally.latency.at(0.9)), us(tally.latency.at(0.99)), us(tally.latency.at(0.999)),
      us(tally.latency.max()), us(tally.late.at(0.99)),
      static_cast<unsigned long long>(tally.errors), static_cast<unsigned long long>(tally.not_2xx),
      static_cast<unsigned long long>(tally.unanswered));
}

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int run_program(int argc, char** argv) {
  Options options;
  std::string request_file, upgrade_file;
  CLI::App app("Load at a fixed rate; latencies count from when requests were due.");
  app.add_option("--port", options.port, "where to, on 127.0.0.1")->required();
  app.add_option("--rate", options.pace.rate, "requests a second")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.pace.seconds)->required()->check(CLI::PositiveNumber);
  app.add_option("--patience", options.patience_s, "seconds to wait for the last answers")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--connections", options.connections)->check(CLI::PositiveNumber);
  app.add_option("--request", request_file, "a file with its bytes")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--upgrade", upgrade_file, "sent first; requests are echoed from then on")
      ->check(CLI::ExistingFile);
  app.add_flag("--poisson", options.pace.is_poisson, "exponentially distributed intervals");
  app.add_option("--seed", options.pace.seed, "of these");
  app.add_flag("--open-each", options.opens_each, "a new connection for each request");
  CLI11_PARSE(app, argc, argv);
  options.request = contents(request_file);
  if (!upgrade_file.empty()) options.upgrade = contents(upgrade_file);
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // 50 us otherwise, which would all be latency
  print(options, OpenLoop(options).run());
  return 0;
}

}  // namespace
}  // namespace gapura::bench

int main(int argc, char** argv) {
  return gapura::bench::run_program(argc, argv);
}
