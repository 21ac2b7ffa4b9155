/// Recycles coroutine frames, so that a request in steady state allocates nothing.
/// One pool a thread; a frame is freed on the thread that made it (coroutines never move).
#pragma once

#include <cstddef>

namespace gapura::frame_pool {

/// Memory for a coroutine frame. Plain operator new above 4 KiB, and always under sanitizers, so
/// that they still see every use after free.
void* allocate(std::size_t bytes);
void release(void* frame, std::size_t bytes) noexcept;

}  // namespace gapura::frame_pool
