#include "tests/support/fake_target.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "base/check.h"
#include "tests/support/reply_writer.h"

namespace gapura::test {

/// One accepted socket and the thread that serves it.
struct FakeTarget::Connection {
  Fd socket;
  std::uint64_t number = 0;
  std::thread thread;
  std::atomic<bool> has_ended{false};
  MessageReader reader{nullptr};
};

namespace {

/// Waits for `events`; false when the target is being stopped.
bool wait_for(const Fd& socket, const Fd& stop_event, short events) {
  for (;;) {
    std::array<pollfd, 2> asked{pollfd{socket.get(), events, 0},
                                pollfd{stop_event.get(), POLLIN, 0}};
    if (::poll(asked.data(), asked.size(), -1) < 0) continue;
    if (asked[1].revents != 0) return false;
    if (asked[0].revents != 0) return true;
  }
}

}  // namespace

std::string default_body(const std::string& target, const std::string& number,
                         const std::string& method, const Checksum& body) {
  return "target=" + target + " number=" + number + " method=" + method +
         " size=" + std::to_string(body.size()) + " sum=" + std::to_string(body.value()) + "\n";
}

FakeTarget::FakeTarget(std::string name, std::uint16_t port, std::uint8_t host)
    : name_(std::move(name)),
      listener_(listen_on_loopback(port, 1024, host)),
      port_(local_port(listener_)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)),
      otherwise_([this](const Request& request) {
        Reply reply;
        reply.fields.emplace_back("X-Target", name_);
        reply.body = default_body(name_, request.field(kNumberField).value_or("none"),
                                  request.method, request.body_sum);
        return reply;
      }) {
  acceptor_ = std::thread([this] { accept_all(); });
}

FakeTarget::~FakeTarget() {
  stop(Stop::abruptly);
}

void FakeTarget::on(const std::string& path, Behaviour behaviour) {
  const std::lock_guard lock(script_mutex_);
  by_path_[path] = std::move(behaviour);
}

void FakeTarget::on(const std::string& path, Reply reply) {
  on(path, [reply = std::move(reply)](const Request&) { return reply; });
}

void FakeTarget::on_anything_else(Behaviour behaviour) {
  const std::lock_guard lock(script_mutex_);
  otherwise_ = std::move(behaviour);
}

void FakeTarget::on_head(EarlyBehaviour behaviour) {
  const std::lock_guard lock(script_mutex_);
  early_ = std::move(behaviour);
}

Request FakeTarget::last_request() const {
  const std::lock_guard lock(script_mutex_);
  return last_request_;
}

void FakeTarget::stop(Stop how) {
  if (!acceptor_.joinable()) return;
  stops_abruptly_ = how == Stop::abruptly;
  is_stopping_ = true;
  const std::uint64_t one = 1;
  check(::write(stop_event_.get(), &one, sizeof one) == sizeof one, "eventfd");
  acceptor_.join();
  listener_.close();
  for (const auto& connection : list_) connection->thread.join();
  list_.clear();
}

void FakeTarget::reap_ended() {
  const std::lock_guard lock(list_mutex_);
  std::erase_if(list_, [](const std::unique_ptr<Connection>& connection) {
    if (!connection->has_ended) return false;
    connection->thread.join();
    return true;
  });
}

void FakeTarget::accept_all() {
  while (wait_for(listener_, stop_event_, POLLIN)) {
    Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.is_open()) continue;
    no_delay(socket);
    reap_ended();
    auto made = std::make_unique<Connection>();
    Connection& connection = *made;
    connection.socket = std::move(socket);
    connection.number = ++connections_;
    ++open_connections_;
    const std::lock_guard lock(list_mutex_);
    list_.push_back(std::move(made));
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void FakeTarget::serve(Connection& connection) {
  connection.reader = MessageReader([this, &connection](std::string& into) {
    if (!wait_for(connection.socket, stop_event_, POLLIN)) return ReadEnd::closed;
    std::array<char, 65'536> block;
    const ssize_t size = ::recv(connection.socket.get(), block.data(), block.size(), 0);
    if (size > 0) into.append(block.data(), static_cast<std::size_t>(size));
    if (size > 0) return ReadEnd::ok;
    return size == 0 ? ReadEnd::closed : ReadEnd::reset;
  });
  connection.reader.body_kept_max = 4 << 20;
  for (int count = 1; serve_one(connection, count); ++count) {
  }
  if (stops_abruptly_) connection.socket.reset();
  connection.socket.close();
  --open_connections_;
  connection.has_ended = true;
}

bool FakeTarget::serve_one(Connection& connection, int count) {
  Request request;
  request.connection = connection.number;
  if (connection.reader.read_head(request) != ReadEnd::ok) return false;
  const std::string& line = request.start_line;
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string::npos || last == first) return false;
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  request.version = line.substr(last + 1);
  ++heads_;
  if (request.field("Expect") == "100-continue") {
    const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    ::send(connection.socket.get(), go_on.data(), go_on.size(), MSG_NOSIGNAL);
  }

  if (const auto early = early_reply(request)) {
    return answer(connection, request, *early) && early->end == Reply::End::keep_alive &&
           connection.reader.read_body(request, /*is_response=*/false) == ReadEnd::ok;
  }
  if (connection.reader.read_body(request, /*is_response=*/false) != ReadEnd::ok) {
    ++broken_requests_;
    return false;
  }
  note(request);
  const int limit = close_after_;
  return answer(connection, request, reply_to(request)) && (limit == 0 || count < limit);
}

bool FakeTarget::answer(Connection& connection, const Request& request, const Reply& reply) {
  const auto may_go_on = [this] { return !stops_abruptly_; };
  ReplyWriter writer(connection.socket, may_go_on);
  switch (writer.write(reply, request)) {
    case ReplyWriter::After::next_request: return true;
    case ReplyWriter::After::close: return false;
    case ReplyWriter::After::reset: connection.socket.reset(); return false;
    case ReplyWriter::After::wait_for_peer: break;
  }
  // Says nothing more, but stays: until the proxy leaves, or the test ends.
  Request ignored;
  while (connection.reader.read_head(ignored) == ReadEnd::ok) {
  }
  return false;
}

std::optional<Reply> FakeTarget::early_reply(const Request& request) const {
  EarlyBehaviour behaviour;
  {
    const std::lock_guard lock(script_mutex_);
    behaviour = early_;
  }
  return behaviour ? behaviour(request) : std::nullopt;
}

Reply FakeTarget::reply_to(const Request& request) const {
  Behaviour behaviour;
  {
    const std::lock_guard lock(script_mutex_);
    const auto found = by_path_.find(request.path());
    behaviour = found == by_path_.end() ? otherwise_ : found->second;
  }
  return behaviour(request);
}

void FakeTarget::note(const Request& request) {
  const std::string number = request.field(kNumberField).value_or("");
  std::uint64_t parsed = 0;
  const auto end = std::from_chars(number.data(), number.data() + number.size(), parsed);
  if (number.empty() || end.ec != std::errc()) {
    ledger_.saw_unnumbered();
  } else {
    ledger_.saw(parsed, request.method, request.body_sum);
  }
  const std::lock_guard lock(script_mutex_);
  last_request_ = request;
}

}  // namespace gapura::test
