#include "base/digest.h"

#include <openssl/sha.h>

namespace gapura {
namespace {

const unsigned char* data_of(std::string_view bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view bytes) {
  std::array<std::uint8_t, 20> out{};
  SHA1(data_of(bytes), bytes.size(), out.data());
  return out;
}

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  std::array<std::uint8_t, 32> out{};
  SHA256(data_of(bytes), bytes.size(), out.data());
  return out;
}

}  // namespace gapura
