/// Message digests, where a protocol or a format asks for them. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gapura {

/// FIPS 180-4. SHA-1 is for names that others chose long ago, never for secrets.
std::array<std::uint8_t, 20> sha1(std::string_view bytes);
std::array<std::uint8_t, 32> sha256(std::string_view bytes);
/// As lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);
/// FIPS 198-1 with SHA-256, as lower-case hexadecimal.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
/// Whether they are equal, in a time that depends on their lengths only.
bool is_same_secret(std::string_view a, std::string_view b) noexcept;

}  // namespace gapura
