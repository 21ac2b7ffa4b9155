#include "proxy/proxy_protocol.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>

namespace gapura::proxy {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kVersion1 = "PROXY ";
constexpr std::string_view kVersion2 = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kLineMax = 107;    // section 2.1, with its CRLF
constexpr std::size_t kFixedBytes = 16;  // section 2.2: signature, command, family, length
constexpr std::size_t kAddresses4 = 12;  // two addresses and two ports
constexpr std::size_t kAddresses6 = 36;

Preamble refused() {
  return {.state = PreambleState::refused};
}

/// No sign, no leading zero, no more than the largest port (section 2.1).
std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  const bool has_zero = text.size() > 1 && text.front() == '0';
  if (text.empty() || error != std::errc{} || stop != end || has_zero) return std::nullopt;
  return port;
}

/// An address of the family that the line names.
std::optional<Endpoint> read_address(std::string_view text, std::uint16_t port, bool is_v4) {
  if (is_v4 == (text.find(':') != std::string_view::npos)) return std::nullopt;
  return Endpoint::parse(text, port);
}

/// "TCP4 192.0.2.7 192.0.2.1 50000 80", and nothing else.
Preamble read_words(std::string_view text, std::size_t bytes) {
  if (text == "UNKNOWN" || text.starts_with("UNKNOWN ")) {
    return {.state = PreambleState::complete, .bytes = bytes};
  }
  std::array<std::string_view, 5> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t space = i + 1 < words.size() ? text.find(' ') : text.size();
    if (space == std::string_view::npos) return refused();
    words[i] = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  const bool is_v4 = words[0] == "TCP4";
  if (!is_v4 && words[0] != "TCP6") return refused();
  const auto source_port = read_port(words[3]);
  const auto own_port = read_port(words[4]);
  if (!source_port || !own_port) return refused();
  const auto source = read_address(words[1], *source_port, is_v4);
  if (!source || !read_address(words[2], *own_port, is_v4)) return refused();
  return {.state = PreambleState::complete, .bytes = bytes, .source = *source};
}

Preamble read_version_1(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, kLineMax).find("\r\n");
  if (end == std::string_view::npos) return bytes.size() < kLineMax ? Preamble{} : refused();
  return read_words(bytes.substr(kVersion1.size(), end - kVersion1.size()), end + 2);
}

Endpoint read_source(std::string_view addresses, bool is_v4) {
  if (is_v4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, addresses.data(), 4);
    std::memcpy(&v4.sin_port, addresses.data() + 8, 2);
    return Endpoint::from(reinterpret_cast<const sockaddr*>(&v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  std::memcpy(&v6.sin6_addr, addresses.data(), 16);
  std::memcpy(&v6.sin6_port, addresses.data() + 32, 2);
  return Endpoint::from(reinterpret_cast<const sockaddr*>(&v6));
}

Preamble read_version_2(std::string_view bytes) {
  if (bytes.size() < kFixedBytes) return {};
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const unsigned version = byte(12) >> 4;
  const unsigned command = byte(12) & 0xf;
  if (version != 2 || command > 1) return refused();
  const std::size_t length = static_cast<std::size_t>(byte(14)) << 8 | byte(15);
  if (bytes.size() < kFixedBytes + length) return {};
  Preamble preamble{.state = PreambleState::complete, .bytes = kFixedBytes + length};
  const unsigned family = byte(13);
  const bool is_v4 = family == 0x11;  // TCP over IPv4; 0x21 is TCP over IPv6
  if (command == 0 || (!is_v4 && family != 0x21)) return preamble;  // LOCAL, or not for us to know
  if (length < (is_v4 ? kAddresses4 : kAddresses6)) return refused();
  preamble.source = read_source(bytes.substr(kFixedBytes), is_v4);
  return preamble;
}

bool begins(std::string_view bytes, std::string_view wanted) {
  const std::size_t known = std::min(bytes.size(), wanted.size());
  return bytes.substr(0, known) == wanted.substr(0, known);
}

}  // namespace

Preamble read_preamble(std::string_view bytes) {
  for (const bool is_2 : {false, true}) {
    const std::string_view wanted = is_2 ? kVersion2 : kVersion1;
    if (!begins(bytes, wanted)) continue;
    if (bytes.size() < wanted.size()) return {};
    return is_2 ? read_version_2(bytes) : read_version_1(bytes);
  }
  return {.state = PreambleState::absent};
}

}  // namespace gapura::proxy
