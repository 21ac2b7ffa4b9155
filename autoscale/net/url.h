/// The URL of a call that we make. Value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gapura::autoscale {

/// RFC 3986, as far as http and https need it: no user, no fragment, nothing that could not stand
/// in a request line.
struct Url {
  bool is_tls = false;
  std::string host;  ///< without brackets
  std::uint16_t port = 80;
  std::string authority;  ///< as it was written: for the Host field
  std::string target;     ///< path and query; at least "/"

  /// Nothing, with a fault that does not repeat the text (it may hold a key), when it is none.
  static std::optional<Url> parse(std::string_view text, std::string* fault);
  /// "https://api.example.com/v1/vm": without the query, in which secrets may stand.
  std::string shown() const;
  /// Same scheme, host and port.
  bool is_same_server(const Url& other) const noexcept;
};

/// RFC 3986 2.3: everything but unreserved characters.
std::string percent_encoded(std::string_view text);

}  // namespace gapura::autoscale
