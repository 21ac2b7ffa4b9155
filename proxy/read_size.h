/// How much to read at once, and how much in one turn. Value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace gapura::proxy {

/// A first read is middling; full reads that were written whole make it larger, a rest makes it
/// small, so that many slow readers cost 16 KiB each and a fast one moves 256 KiB a call.
class ReadSize {
 public:
  /// At most `most`.
  std::size_t bytes(std::size_t most) const noexcept { return std::min<std::size_t>(bytes_, most); }
  void grow(std::size_t most) noexcept {
    bytes_ = static_cast<std::uint32_t>(std::min<std::size_t>(bytes_ * 2, most));
  }
  void shrink() noexcept { bytes_ = kLeast; }
  /// A rest was not long ago: who reads it is slow.
  bool is_small() const noexcept { return bytes_ < kFirst; }

 private:
  static constexpr std::uint32_t kLeast = 16 * 1024;
  static constexpr std::uint32_t kFirst = 64 * 1024;
  std::uint32_t bytes_ = kFirst;
};

/// After so many bytes others have a turn.
constexpr std::size_t kTurnBytes = 1024 * 1024;

}  // namespace gapura::proxy
