#include "admin/location.h"

#include "base/ascii.h"

namespace gapura::admin {
namespace {

/// Calls `act` with each part of `text` between separators.
template <class Act>
void split(std::string_view text, char separator, const Act& act) {
  for (;;) {
    const auto end = text.find(separator);
    act(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~:";
  std::string out;
  for (const char c : text) {
    const char lower = ascii_lower(c);
    const bool is_letter = lower >= 'a' && lower <= 'z';
    if (is_letter || is_ascii_digit(c) || kPlain.find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15U]);
  }
  return out;
}

std::optional<std::vector<std::string>> path_segments(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::vector<std::string> segments;
  bool is_broken = false;
  split(path.substr(1), '/', [&](std::string_view part) {
    auto decoded = percent_decode(part);
    if (!decoded) is_broken = true;
    segments.push_back(std::move(decoded).value_or(""));
  });
  if (is_broken) return std::nullopt;
  return segments;
}

std::optional<std::map<std::string, std::string>> query_values(std::string_view query) {
  std::map<std::string, std::string> values;
  if (query.empty()) return values;
  bool is_broken = false;
  split(query, '&', [&](std::string_view part) {
    if (part.empty()) return;
    const auto equals = part.find('=');
    const auto name = percent_decode(part.substr(0, equals));
    const bool has_value = equals != std::string_view::npos;
    const auto value = percent_decode(has_value ? part.substr(equals + 1) : std::string_view());
    if (!name || !value) {
      is_broken = true;
      return;
    }
    values[*name] = *value;
  });
  if (is_broken) return std::nullopt;
  return values;
}

}  // namespace gapura::admin
