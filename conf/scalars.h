/// Text of the configuration -> numbers, durations, addresses; or what is wrong, in one sentence.
/// Traefik turns every scalar into text first, so "42" and 42 are the same. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "conf/static_config.h"

namespace gapura::conf {

/// true, false, t, f, 1, 0 in any case (Go's strconv.ParseBool, as Traefik uses it).
std::optional<bool> parse_bool(std::string_view text, std::string* fault);

/// A decimal whole number from `min` to `max`.
std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max,
                                          std::string* fault);

/// Digits only, from `min` to 65535; the fault begins with "the port".
std::optional<std::uint16_t> parse_port(std::string_view text, std::uint16_t min,
                                        std::string* fault);

/// A finite decimal number.
std::optional<double> parse_number(std::string_view text, std::string* fault);

/// As Traefik: a whole number is seconds, else Go's form ("300ms", "1m30s", "1.5h"). Never
/// negative, at most 100 years; what is left below a millisecond is rounded up, so that it never
/// becomes 0.
std::optional<Milliseconds> parse_duration(std::string_view text, std::string* fault);

/// "[host]:port", with "/tcp" allowed after it. Port 0 is any free port.
std::optional<ListenAddress> parse_listen_address(std::string_view text, std::string* fault);

/// An IP address, or one with a prefix length ("10.0.0.0/8").
bool is_address_or_cidr(std::string_view text);

}  // namespace gapura::conf
