#include "autoscale/net/url.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace gapura::autoscale {
namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

/// Splits "host:port" and "[::1]:port"; false when it is neither.
bool read_authority(std::string_view text, Url& out) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    out.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (out.host.empty()) return false;
  if (port.empty()) return true;
  const auto number = port.starts_with(':') ? port_of(port.substr(1)) : std::nullopt;
  if (number) out.port = *number;
  return number.has_value();
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text, std::string* fault) {
  const auto refuse = [&](const char* why) {
    if (fault != nullptr) *fault = why;
    return std::nullopt;
  };
  Url out;
  const auto colon = text.find("://");
  const std::string_view scheme = text.substr(0, std::min(colon, text.size()));
  out.is_tls = iequals(scheme, "https");
  if (colon == std::string_view::npos || (!out.is_tls && !iequals(scheme, "http"))) {
    return refuse("the URL begins with neither http:// nor https://");
  }
  if (!is_printable(text)) return refuse("the URL holds a blank or a byte that must be encoded");
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find('#'));
  const auto end = std::min(text.find_first_of("/?"), text.size());
  out.port = out.is_tls ? 443 : 80;
  out.authority = text.substr(0, end);
  if (out.authority.find('@') != std::string::npos) {
    return refuse("the URL holds a user; send it in an authorization field instead");
  }
  if (!read_authority(out.authority, out)) return refuse("the URL has no valid host and port");
  out.target = text.substr(end);
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  return out;
}

std::string Url::shown() const {
  return (is_tls ? "https://" : "http://") + authority + target.substr(0, target.find('?'));
}

bool Url::is_same_server(const Url& other) const noexcept {
  return is_tls == other.is_tls && port == other.port && iequals(host, other.host);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = is_ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                          c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return out;
}

}  // namespace gapura::autoscale
