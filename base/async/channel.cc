// How an edge reaches us: one reactor_op for reading stays queued in asio's descriptor state. Its
// perform() does no I/O, it only says "done"; asio then runs our completion straight from the
// event, without a trip through its queue. The completion queues the op again with
// allow_speculative set, which costs no system call. Edges that come while the op is not queued are
// kept by asio in try_speculative_, and the next start_op delivers them. The public calls cannot do
// this: an async_wait costs an epoll_ctl each, an async_read_some a second recv (measured: decided
// in docs/decisions/0003, with a test that counts the calls).
#include "base/async/channel.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/async/loop.h"
#include "base/async/pipe.h"
#include "base/async/reactor_registration.h"
#include "base/check.h"
#include "base/io_count.h"

namespace gapura {

namespace asio_detail = boost::asio::detail;

namespace {

/// Whether connect(2) has come to an end, well or not. An edge alone does not say so: asio may hand
/// us one that belonged to an earlier socket.
bool connect_has_ended(int fd) noexcept {
  pollfd asked{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&asked, 1, 0) != 0;
}

/// Calls until no signal came between; what the last call said.
template <class Call>
ssize_t counted(Call call) noexcept {
  ssize_t size = 0;
  do {
    io_count::socket_call();
    size = call();
  } while (size < 0 && errno == EINTR);
  return size;
}

/// For so few bytes copying them together costs less than telling the kernel of several parts
/// (measured: 0.2 us less, up to 4 KiB).
constexpr std::size_t kJoinMost = 4 * 1024;

iovec join(std::span<const iovec> parts, std::span<char> into) noexcept {
  char* at = into.data();
  for (const iovec& part : parts) {
    if (part.iov_len == 0) continue;
    std::memcpy(at, part.iov_base, part.iov_len);
    at += part.iov_len;
  }
  return {into.data(), static_cast<std::size_t>(at - into.data())};
}

}  // namespace

struct Channel::Registration {
  struct Op : asio_detail::reactor_op {
    Op(Registration* owner, int type, func_type on_complete)
        : reactor_op({}, &Op::perform, on_complete), registration(owner), op_type(type) {}
    static status perform(reactor_op*) { return done_and_exhausted; }
    Registration* registration;
    int op_type;
    bool queued = false;
  };

  explicit Registration(Reactor& owner_reactor, int socket)
      : reactor(owner_reactor),
        fd(socket),
        read_op(this, Reactor::read_op, &Registration::on_edge<&Registration::on_readable>),
        write_op(this, Reactor::write_op, &Registration::on_edge<&Registration::on_writable>) {}

  template <bool (Registration::*Latch)() noexcept>
  static void on_edge(void* scheduler, asio_detail::operation* base,
                      const boost::system::error_code&, std::size_t) {
    Op* op = static_cast<Op*>(base);
    Registration* self = op->registration;
    op->queued = false;
    if (self->fd < 0) {  // closed while the op was queued; asio has just given it back
      if (!self->read_op.queued && !self->write_op.queued) delete self;
      return;
    }
    if (scheduler == nullptr) {  // the loop is being destroyed; the channel still owns us
      self->loop_is_gone = true;
      return;
    }
    const bool is_news = (self->*Latch)();
    self->arm(*op, /*is_likely_ready=*/true);
    if (is_news && self->notify != nullptr) self->notify(self->owner);
  }

  bool on_readable() noexcept {
    readable = true;
    if ((last_events(*state) & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) peer_has_ended = true;
    return true;
  }
  bool on_writable() noexcept {
    if (is_connecting && !connect_has_ended(fd)) return false;
    is_connecting = false;
    writable = true;
    return true;
  }

  /// Queues the op. `is_likely_ready` false: only an edge from now on counts (one epoll_ctl).
  void arm(Op& op, bool is_likely_ready) noexcept {
    if (op.queued || loop_is_gone) return;
    op.queued = true;
    reactor.start_op(op.op_type, fd, state, &op, /*is_continuation=*/false, is_likely_ready);
  }

  /// EAGAIN after all: a hint of the peer's end was wrong, or is still to come.
  void drained() noexcept {
    readable = false;
    peer_has_ended = false;
  }

  /// What a read that gave no bytes means, by its result and errno.
  IoResult not_read(ssize_t size) noexcept {
    if (size == 0) return {.status = IoStatus::eof};  // stays readable: the next read says so again
    if (errno != EAGAIN) return {.status = IoStatus::failed, .error = errno};
    drained();
    return {};
  }
  /// What a write's result (and errno) means.
  IoResult written(ssize_t size, std::size_t wanted) noexcept {
    if (size < 0 && errno != EAGAIN) return {.status = IoStatus::failed, .error = errno};
    const auto bytes = static_cast<std::size_t>(size < 0 ? 0 : size);
    if (bytes < wanted) {
      writable = false;
      arm(write_op, /*is_likely_ready=*/true);
    }
    return {.bytes = bytes, .status = bytes > 0 ? IoStatus::ok : IoStatus::would_block};
  }

  Reactor& reactor;
  Reactor::per_descriptor_data state{};
  int fd;
  Notify notify = nullptr;
  void* owner = nullptr;
  bool readable = true;
  bool writable = true;
  bool peer_has_ended = false;  ///< then a short read does not mean "drained": the end is behind it
  bool is_connecting = false;
  bool loop_is_gone = false;
  Op read_op;
  Op write_op;
};

Channel::Channel(Channel&& other) noexcept
    : registration_(std::exchange(other.registration_, nullptr)) {}

Channel& Channel::operator=(Channel&& other) noexcept {
  if (this != &other) {
    close();
    registration_ = std::exchange(other.registration_, nullptr);
  }
  return *this;
}

bool Channel::open(Loop& loop, int fd) {
  check(registration_ == nullptr, "channel opened twice");
  Reactor& reactor = boost::asio::use_service<Reactor>(loop.context());
  auto* made = new Registration(reactor, fd);
  if (const int error = register_socket(reactor, fd, made->state); error != 0) {
    reactor.deregister_descriptor(fd, made->state, /*closing=*/true);
    reactor.cleanup_descriptor_data(made->state);
    delete made;
    ::close(fd);
    errno = error;
    return false;
  }
  registration_ = made;
  made->arm(made->read_op, /*is_likely_ready=*/true);
  return true;
}

int Channel::fd() const noexcept {
  return registration_ == nullptr ? -1 : registration_->fd;
}

void Channel::notify(Notify fn, void* owner) noexcept {
  if (!is_open()) return;
  registration_->notify = fn;
  registration_->owner = owner;
}

bool Channel::may_read() const noexcept {
  return is_open() && registration_->readable;
}
bool Channel::may_write() const noexcept {
  return is_open() && registration_->writable;
}

void Channel::expect_connect() noexcept {
  registration_->writable = false;
  registration_->is_connecting = true;
  registration_->arm(registration_->write_op, /*is_likely_ready=*/false);
}

IoResult Channel::try_read(std::span<char> into) noexcept {
  check(!into.empty(), "read into nothing");  // recv(2) would say 0, which means eof
  if (!is_open()) return {.status = IoStatus::failed, .error = EBADF};
  if (!registration_->readable) return {};
  const ssize_t size =
      counted([&] { return ::recv(registration_->fd, into.data(), into.size(), 0); });
  if (size > 0) {
    const auto bytes = static_cast<std::size_t>(size);
    if (bytes < into.size() && !registration_->peer_has_ended) registration_->readable = false;
    return {.bytes = bytes, .status = IoStatus::ok};
  }
  return registration_->not_read(size);
}

IoResult Channel::try_write(std::string_view bytes) noexcept {
  const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  return try_write(std::span(&part, 1));
}

IoResult Channel::try_write(std::span<const iovec> parts) noexcept {
  if (!is_open()) return {.status = IoStatus::failed, .error = EBADF};
  std::size_t wanted = 0;
  for (const iovec& part : parts) wanted += part.iov_len;
  if (wanted == 0) return {.status = IoStatus::ok};
  if (!registration_->writable) return {};
  std::array<char, kJoinMost> joined;
  iovec whole = parts.front();
  if (parts.size() > 1 && wanted <= joined.size()) whole = join(parts, joined);
  const ssize_t size = counted([&] {
    if (whole.iov_len == wanted) {
      return ::send(registration_->fd, whole.iov_base, wanted, MSG_NOSIGNAL);
    }
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = parts.size();
    return ::sendmsg(registration_->fd, &message, MSG_NOSIGNAL);
  });
  return registration_->written(size, wanted);
}

IoResult Channel::try_read(Pipe& into, std::size_t most) noexcept {
  check(into.is_open() && into.bytes_ == 0, "splice into a pipe that is not empty");
  if (!is_open()) return {.status = IoStatus::failed, .error = EBADF};
  if (!registration_->readable) return {};
  const ssize_t size = counted([&] {
    return ::splice(registration_->fd, nullptr, into.ends_.write, nullptr, most,
                    SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  });
  if (size > 0) {
    into.bytes_ = static_cast<std::size_t>(size);
    return {.bytes = into.bytes_, .status = IoStatus::ok};
  }
  return registration_->not_read(size);
}

IoResult Channel::try_write(Pipe& from) noexcept {
  if (!is_open()) return {.status = IoStatus::failed, .error = EBADF};
  if (from.bytes_ == 0) return {.status = IoStatus::ok};
  if (!registration_->writable) return {};
  const ssize_t size = counted([&] {
    return ::splice(from.ends_.read, nullptr, registration_->fd, nullptr, from.bytes_,
                    SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  });
  const IoResult result = registration_->written(size, from.bytes_);
  from.bytes_ -= result.bytes;
  return result;
}

bool Channel::look() noexcept {
  if (!is_open()) return true;
  char byte = 0;
  io_count::socket_call();
  const ssize_t size = ::recv(registration_->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  const bool has_something = size >= 0 || (errno != EAGAIN && errno != EINTR);
  registration_->readable = registration_->readable || has_something;
  return has_something;
}

std::size_t Channel::unsent() const noexcept {
  int bytes = 0;
  if (!is_open() || ::ioctl(registration_->fd, SIOCOUTQ, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::size_t>(bytes);
}

void Channel::shut_write() noexcept {
  if (is_open()) ::shutdown(registration_->fd, SHUT_WR);
}

void Channel::shut() noexcept {
  if (!is_open()) return;
  // A socket that never was connected gives no edge; the next try is to tell.
  ::shutdown(registration_->fd, SHUT_RDWR);
  registration_->readable = true;
  registration_->writable = true;
}

void Channel::reset_on_close() noexcept {
  if (!is_open()) return;
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(registration_->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Channel::close() noexcept {
  Registration* gone = std::exchange(registration_, nullptr);
  if (gone == nullptr) return;
  const int fd = std::exchange(gone->fd, -1);
  if (gone->loop_is_gone) {
    ::close(fd);
    delete gone;
    return;
  }
  gone->reactor.deregister_descriptor(fd, gone->state, /*closing=*/true);
  gone->reactor.cleanup_descriptor_data(gone->state);
  ::close(fd);
  // Ops still queued come back through on_edge as aborted, and free the registration there.
  if (!gone->read_op.queued && !gone->write_op.queued) delete gone;
}

}  // namespace gapura
