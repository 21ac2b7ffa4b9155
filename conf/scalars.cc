#include "conf/scalars.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "base/net/endpoint.h"
#include "conf/host_name.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

constexpr double kDurationMaxMs = 100.0 * 365 * 24 * 3'600 * 1'000;

struct Unit {
  std::string_view name;
  double ms;
};
/// Longest first, so that "ms" is not taken for "m".
constexpr std::array<Unit, 8> kUnits{{{"µs", 1e-3},
                                      {"μs", 1e-3},
                                      {"ns", 1e-6},
                                      {"us", 1e-3},
                                      {"ms", 1.0},
                                      {"s", 1e3},
                                      {"m", 60e3},
                                      {"h", 3'600e3}}};

/// Takes "1.5" from the front of `text`; digits and at most one dot, no sign, no exponent.
std::optional<double> take_decimal(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && (is_ascii_digit(text[size]) || text[size] == '.')) ++size;
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + size, value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + size) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.ms;
  }
  return std::nullopt;
}

/// Sum of number-and-unit pairs in milliseconds.
std::optional<double> sum_of_units(std::string_view text) {
  double total = 0;
  do {
    const std::optional<double> number = take_decimal(text);
    if (!number) return std::nullopt;
    const std::optional<double> unit = take_unit(text);
    if (!unit) return std::nullopt;
    total += *number * *unit;
  } while (!text.empty());
  return total;
}

bool is_all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<bool> parse_bool(std::string_view text, std::string* fault) {
  for (const std::string_view yes : {"true", "t", "1"}) {
    if (iequals(text, yes)) return true;
  }
  for (const std::string_view no : {"false", "f", "0"}) {
    if (iequals(text, no)) return false;
  }
  *fault = "must be true or false, not " + in_quotes(text);
  return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max,
                                          std::string* fault) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool has_two_signs = digits.size() < text.size() && digits.starts_with('-');
  const bool is_number = end == digits.data() + digits.size() && !digits.empty() && !has_two_signs;
  if (!is_number || error == std::errc::invalid_argument) {
    *fault = "must be a whole number, not " + in_quotes(text);
    return std::nullopt;
  }
  if (error != std::errc{} || value < min || value > max) {
    *fault = "must be between " + std::to_string(min) + " and " + std::to_string(max) + ", not " +
             shown(text);
    return std::nullopt;
  }
  return value;
}

std::optional<std::uint16_t> parse_port(std::string_view text, std::uint16_t min,
                                        std::string* fault) {
  if (text.starts_with('+') || text.starts_with('-')) {
    *fault = "the port must be a whole number, not " + in_quotes(text);
    return std::nullopt;
  }
  const auto port = parse_integer(text, min, 65'535, fault);
  if (port) return static_cast<std::uint16_t>(*port);
  *fault = "the port " + *fault;
  return std::nullopt;
}

std::optional<double> parse_number(std::string_view text, std::string* fault) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_read = error == std::errc{} && end == text.data() + text.size();
  if (is_read && !text.empty() && std::isfinite(value)) return value;
  *fault = "must be a number, not " + in_quotes(text);
  return std::nullopt;
}

std::optional<Milliseconds> parse_duration(std::string_view text, std::string* fault) {
  if (text.starts_with('-')) {
    *fault = "must not be negative, but is " + in_quotes(text);
    return std::nullopt;
  }
  std::string_view rest = text;
  if (rest.starts_with('+')) rest.remove_prefix(1);
  std::optional<double> ms;
  if (is_all_digits(rest)) {
    if (const auto seconds = take_decimal(rest)) ms = *seconds * 1'000;
  } else {
    ms = sum_of_units(rest);
  }
  if (!ms) {
    *fault = "must be a duration such as 300ms, 10s or 1m30s (a bare number is seconds), not " +
             in_quotes(text);
    return std::nullopt;
  }
  if (!(*ms <= kDurationMaxMs)) {
    *fault = "is too long: at most 876000h (100 years), not " + in_quotes(text);
    return std::nullopt;
  }
  // Decimal fractions are not exact in binary: without the tolerance, 0.3s would be 301 ms.
  return Milliseconds(static_cast<std::int64_t>(std::ceil(*ms - 1e-7)));
}

std::optional<ListenAddress> parse_listen_address(std::string_view text, std::string* fault) {
  const std::string original(text);
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view protocol = text.substr(slash + 1);
    if (iequals(protocol, "udp")) {
      *fault = "UDP is not built: " + in_quotes(original) + " cannot be listened on";
      return std::nullopt;
    }
    if (!iequals(protocol, "tcp")) {
      *fault = "must end with a port, \"/tcp\" or nothing after it, but is " + in_quotes(original);
      return std::nullopt;
    }
    text = text.substr(0, slash);
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    *fault = "must be \"host:port\" or \":port\", not " + in_quotes(original);
    if (is_all_digits(text)) *fault += " (did you mean \":" + shown(text) + "\"?)";
    return std::nullopt;
  }
  const auto port = parse_port(text.substr(colon + 1), 0, fault);
  if (!port) return std::nullopt;
  ListenAddress address;
  address.port = *port;
  const auto host = parse_host(text.substr(0, colon), fault);
  if (colon > 0 && !host) return std::nullopt;
  if (host) address.host = *host;
  return address;
}

bool is_address_or_cidr(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = Endpoint::parse(text.substr(0, slash), 0);
  if (!address) return false;
  if (slash == std::string_view::npos) return true;
  // "::ffff:10.0.0.0/104" is an IPv4 address to us, but its prefix is counted from IPv6's start.
  const bool is_written_v4 = text.find(':') == std::string_view::npos;
  std::string fault;
  const std::string_view bits = text.substr(slash + 1);
  return is_all_digits(bits) && parse_integer(bits, 0, is_written_v4 ? 32 : 128, &fault);
}

}  // namespace gapura::conf
