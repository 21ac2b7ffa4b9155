/// Kernel pipes between two sockets: what splice(2) moves through one is not copied. Worth it for
/// tens of KiB and more (docs/decisions/0010-splice.md). Few of them, since each is two descriptors
/// and holds up to 256 KiB of the kernel's memory for a slow reader; who gets none copies.
/// One thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace gapura {

class Pipes;

/// Goes back to its pool when it is empty, and is closed when it is not.
class Pipe {
 public:
  Pipe() = default;
  Pipe(Pipe&& other) noexcept { swap(other); }
  Pipe& operator=(Pipe&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Pipe() { release(); }

  bool is_open() const noexcept { return pool_ != nullptr; }
  /// What is in it.
  std::size_t bytes() const noexcept { return bytes_; }
  void release() noexcept;

 private:
  friend class Pipes;
  friend class Channel;
  struct Ends {
    int read = -1;
    int write = -1;
  };
  void swap(Pipe& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(ends_, other.ends_);
    std::swap(bytes_, other.bytes_);
  }
  Pipes* pool_ = nullptr;
  Ends ends_;
  std::size_t bytes_ = 0;
};

/// Outlives its pipes.
class Pipes {
 public:
  /// At once. An unprivileged user may have 64 MiB in all (pipe-user-pages-soft, pipe(7)).
  static constexpr std::size_t kMost = 64;
  /// For later. A pipe is held from one call to the next only for a sink that is slower.
  static constexpr std::size_t kKept = 8;
  static constexpr std::size_t kBytes = 256 * 1024;  ///< a pipe's; 64 KiB cost a seventh more

  /// Makes the process ignore SIGPIPE: splice(2) has no MSG_NOSIGNAL.
  Pipes();
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;
  ~Pipes();

  /// Not open when there are enough, no descriptors are left, or splicing was forbidden.
  Pipe take() noexcept;
  /// The kernel cannot splice these sockets: nobody gets one from here on.
  void forbid() noexcept { is_forbidden_ = true; }
  std::size_t in_use() const noexcept { return in_use_; }

 private:
  friend class Pipe;
  void give_back(Pipe::Ends ends, bool is_empty) noexcept;

  std::vector<Pipe::Ends> free_;
  std::size_t in_use_ = 0;
  bool is_forbidden_ = false;
};

}  // namespace gapura
