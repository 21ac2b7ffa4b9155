#include "base/async/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace gapura {
namespace {

void close_both(int read, int write) noexcept {
  ::close(read);
  ::close(write);
}

}  // namespace

void Pipe::release() noexcept {
  if (Pipes* pool = std::exchange(pool_, nullptr)) pool->give_back(ends_, bytes_ == 0);
  bytes_ = 0;
}

Pipes::Pipes() {
  std::signal(SIGPIPE, SIG_IGN);
  free_.reserve(kKept);
}

Pipes::~Pipes() {
  for (const Pipe::Ends& ends : free_) close_both(ends.read, ends.write);
}

Pipe Pipes::take() noexcept {
  Pipe pipe;
  if (is_forbidden_ || in_use_ == kMost) return pipe;
  if (free_.empty()) {
    int ends[2];
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return pipe;
    // A refusal leaves it at 64 KiB, which will do.
    ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(kBytes));
    pipe.ends_ = {.read = ends[0], .write = ends[1]};
  } else {
    pipe.ends_ = free_.back();
    free_.pop_back();
  }
  pipe.pool_ = this;
  ++in_use_;
  return pipe;
}

void Pipes::give_back(Pipe::Ends ends, bool is_empty) noexcept {
  --in_use_;
  if (is_empty && free_.size() < kKept) {
    free_.push_back(ends);  // reserved: never allocates
  } else {
    close_both(ends.read, ends.write);
  }
}

}  // namespace gapura
