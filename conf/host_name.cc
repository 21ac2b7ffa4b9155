#include "conf/host_name.h"

#include "base/ascii.h"
#include "base/net/endpoint.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

constexpr std::size_t kNameMax = 253;  // RFC 1035 2.3.4, as text
constexpr std::size_t kLabelMax = 63;

bool is_name_byte(char c) {
  const char lower = ascii_lower(c);
  // The underscore is no host name by RFC 952, but Docker and Compose make names with it.
  return (lower >= 'a' && lower <= 'z') || is_ascii_digit(c) || c == '-' || c == '_' || c == '.';
}

std::optional<std::string> parse_bracketed(std::string_view text, std::string* fault) {
  const bool is_closed = text.size() > 2 && text.ends_with(']');
  if (is_closed) {
    const std::string_view inside = text.substr(1, text.size() - 2);
    if (inside.find(':') != std::string_view::npos) {
      if (const auto endpoint = Endpoint::parse(inside, 0)) return endpoint->address();
    }
  }
  *fault = in_quotes(text) + " is not an IPv6 address in brackets";
  return std::nullopt;
}

bool are_labels_valid(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kNameMax) return false;
  for (std::size_t start = 0;;) {
    const std::size_t dot = name.find('.', start);
    const std::string_view label = name.substr(start, dot - start);
    if (label.empty() || label.size() > kLabelMax) return false;
    if (label.starts_with('-') || label.ends_with('-')) return false;
    if (dot == std::string_view::npos) return true;
    start = dot + 1;
  }
}

bool ends_in_number(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::size_t dot = name.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  return !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> parse_host(std::string_view text, std::string* fault) {
  if (text.empty()) {
    *fault = "the host is missing";
    return std::nullopt;
  }
  if (text.starts_with('[')) return parse_bracketed(text, fault);
  if (text.find(':') != std::string_view::npos) {
    *fault = Endpoint::parse(text, 0) ? "an IPv6 address needs brackets: [" + shown(text) + "]"
                                      : in_quotes(text) + " is not a host name or IP address";
    return std::nullopt;
  }
  for (const char c : text) {
    if (is_name_byte(c)) continue;
    *fault = "the host " + in_quotes(text) + " contains " + in_quotes(std::string_view(&c, 1)) +
             ", which no host name may";
    if (static_cast<unsigned char>(c) >= 0x80) {
      *fault = "the host " + in_quotes(text) + " is not ASCII; write it in its xn-- form";
    }
    return std::nullopt;
  }
  if (ends_in_number(text)) {
    if (const auto endpoint = Endpoint::parse(text, 0)) return endpoint->address();
    *fault = in_quotes(text) + " is not an IPv4 address";
    return std::nullopt;
  }
  if (!are_labels_valid(text)) {
    *fault = in_quotes(text) + " is not a host name";
    return std::nullopt;
  }
  return to_lower(text);
}

}  // namespace gapura::conf
