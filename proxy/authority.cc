#include "proxy/authority.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace gapura::proxy {
namespace {

/// What a reg-name may hold, and '%' for what it escapes. Brackets and colons are not among it.
constexpr std::array<bool, 256> kNameBytes = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%!$&'()*+,;=")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_name_byte(char c) noexcept {
  return kNameBytes[static_cast<unsigned char>(c)];
}

}  // namespace

bool is_authority(std::string_view text) noexcept {
  if (text.size() > kAuthorityMax) return false;
  const bool is_literal = text.starts_with('[');
  const std::size_t end = is_literal ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return false;
  const std::string_view host = is_literal ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = text.substr(is_literal ? end + 1 : end);
  const bool is_host = std::ranges::all_of(
      host, [&](char c) { return is_name_byte(c) || (is_literal && c == ':'); });
  if (!is_host || rest.empty()) return is_host;
  return rest.front() == ':' && rest.size() <= 6 &&
         std::ranges::all_of(rest.substr(1), is_ascii_digit);
}

}  // namespace gapura::proxy
