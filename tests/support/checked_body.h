/// Bodies whose every byte can be checked at the other end, of any size, without keeping them.
/// Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gapura::test {

/// FNV-1a, 64 bits, taken piece by piece.
class Checksum {
 public:
  void add(std::string_view bytes) noexcept {
    for (const char c : bytes) {
      state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    }
    size_ += bytes.size();
  }
  std::uint64_t value() const noexcept { return state_; }
  std::uint64_t size() const noexcept { return size_; }
  friend bool operator==(const Checksum&, const Checksum&) = default;

 private:
  std::uint64_t state_ = 0xCBF29CE484222325ULL;
  std::uint64_t size_ = 0;
};

/// The bytes from `offset` on of the endless text that belongs to `seed`.
std::string pattern(std::uint64_t seed, std::uint64_t offset, std::size_t bytes);
/// Checksum of the first `bytes` of that text.
Checksum checksum_of_pattern(std::uint64_t seed, std::uint64_t bytes);
Checksum checksum_of(std::string_view text);

}  // namespace gapura::test
