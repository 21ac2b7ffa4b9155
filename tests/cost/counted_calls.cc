#include "tests/cost/counted_calls.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <string_view>

namespace {

using gapura::test::CountedCalls;

thread_local CountedCalls of_this_thread;
std::array<std::atomic<long>, 5> of_workers{};  // in the order of the fields

/// Named once and for all: a worker's thread gives itself its name before it does anything else.
bool is_worker() noexcept {
  thread_local const bool is_one = [] {
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return std::string_view(name.data()).starts_with("worker-");
  }();
  return is_one;
}

void count(long CountedCalls::*field, std::size_t place) noexcept {
  ++(of_this_thread.*field);
  if (is_worker()) of_workers[place].fetch_add(1, std::memory_order_relaxed);
}
void count_other() noexcept {
  count(&CountedCalls::others, 4);
}

}  // namespace

extern "C" {
ssize_t recv(int fd, void* into, size_t size, int flags) {
  count(&CountedCalls::recv, 0);
  return ::syscall(SYS_recvfrom, fd, into, size, flags, nullptr, nullptr);
}
ssize_t send(int fd, const void* from, size_t size, int flags) {
  count(&CountedCalls::send, 1);
  return ::syscall(SYS_sendto, fd, from, size, flags, nullptr, 0);
}
ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
  count(&CountedCalls::send, 1);
  return ::syscall(SYS_sendmsg, fd, message, flags);
}
int accept4(int fd, struct sockaddr* address, socklen_t* size, int flags) {
  count(&CountedCalls::accept, 2);
  return static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
}
int epoll_ctl(int set, int operation, int fd, struct epoll_event* event) noexcept {
  count(&CountedCalls::epoll_ctl, 3);
  return static_cast<int>(::syscall(SYS_epoll_ctl, set, operation, fd, event));
}
int shutdown(int fd, int how) noexcept {
  count_other();
  return static_cast<int>(::syscall(SYS_shutdown, fd, how));
}
int getsockopt(int fd, int level, int name, void* value, socklen_t* size) noexcept {
  count_other();
  return static_cast<int>(::syscall(SYS_getsockopt, fd, level, name, value, size));
}
int setsockopt(int fd, int level, int name, const void* value, socklen_t size) noexcept {
  count_other();
  return static_cast<int>(::syscall(SYS_setsockopt, fd, level, name, value, size));
}
}

namespace gapura::test {

CountedCalls calls_of_this_thread() noexcept {
  return of_this_thread;
}

CountedCalls calls_of_workers() noexcept {
  const auto at = [](std::size_t place) {
    return of_workers[place].load(std::memory_order_relaxed);
  };
  return {.recv = at(0), .send = at(1), .accept = at(2), .epoll_ctl = at(3), .others = at(4)};
}

}  // namespace gapura::test
