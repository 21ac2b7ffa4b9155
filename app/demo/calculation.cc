#include "app/demo/calculation.h"

#include <array>
#include <string_view>

#include "base/digest.h"

namespace gapura::app {
namespace {

constexpr int kSlices = 20;
constexpr int kRounds = 1'200;  // of a slice

using Digest = std::array<std::uint8_t, 32>;

std::string hexadecimal(const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : digest) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace

std::string calculated(std::uint32_t number, const std::function<void()>& rest) {
  Digest digest = sha256(std::to_string(number));
  for (int slice = 0; slice < kSlices; ++slice) {
    for (int round = 0; round < kRounds; ++round) {
      digest = sha256({reinterpret_cast<const char*>(digest.data()), digest.size()});
    }
    rest();
  }
  return hexadecimal(digest);
}

}  // namespace gapura::app
