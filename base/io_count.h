/// Counts of what a request costs, kept inside the process because a tracer would slow it down and
/// hide what it looks for. One relaxed thread-local increment each; read by `bench` and by the test
/// that holds the hot path to its budget.
#pragma once

#include <cstdint>

namespace gapura::io_count {

/// Socket calls (recv, send, sendmsg, accept, connect) of the calling thread since it started.
inline thread_local std::uint64_t socket_calls = 0;
inline void socket_call() noexcept { ++socket_calls; }

/// Calls of operator new of the calling thread. Stays 0 where base/allocation_count.cc is not
/// linked (only the gapura program and its tests do) and under sanitizers.
inline thread_local std::uint64_t heap_allocations = 0;

}  // namespace gapura::io_count
