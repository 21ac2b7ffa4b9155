/// Counts system calls of the data plane where they leave the program: definitions in
/// counted_calls.cc win over those of the C library.
#pragma once

namespace gapura::test {

struct CountedCalls {
  long recv = 0;
  long send = 0;  ///< and sendmsg
  long accept = 0;
  long epoll_ctl = 0;
  long others = 0;  ///< shutdown, getsockopt, setsockopt
  long all() const noexcept { return recv + send + accept + epoll_ctl + others; }
};

/// So far. The calling thread's.
CountedCalls calls_of_this_thread() noexcept;
/// So far. Of all threads that are called worker-0, worker-1 and so on: what runs in a test's
/// process besides (targets, clients, control) is left out. Any thread.
CountedCalls calls_of_workers() noexcept;

}  // namespace gapura::test
