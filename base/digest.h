/// Message digests, where a protocol or a format asks for them. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gapura {

/// FIPS 180-4. SHA-1 is for names that others chose long ago, never for secrets.
std::array<std::uint8_t, 20> sha1(std::string_view bytes);
std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace gapura
