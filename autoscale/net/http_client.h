/// One HTTP/1.1 call as a client: of a cloud's API, Prometheus, node_exporter, a webhook. https by
/// OpenSSL with the system's certificates and the host's name checked. Any io_context's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"

namespace gapura::autoscale {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpCall {
  std::string method = "GET";
  std::string url;  ///< http:// or https://
  HttpFields headers{};
  std::string body{};
  Milliseconds timeout{30'000};         ///< for the whole call
  std::filesystem::path unix_socket{};  ///< connected to instead of the URL's host; empty: none
  std::filesystem::path
      trust_file{};                  ///< PEM, trusted instead of the system's; empty: the system's
  bool hides_path = false;           ///< in messages: it may be as good as a password
  std::size_t answer_max = 8 << 20;  ///< bytes of the answer's body; more is a failure
  /// Is given the body of a 200 as it comes, however long it lasts but for 45 s of silence;
  /// `timeout` is then for the head alone, and the answer's own body is empty. Empty: it is kept.
  std::function<void(std::string_view)> on_piece{};
};

struct HttpAnswer {
  unsigned status = 0;
  HttpFields headers;
  std::string body;
  /// The first field of this name, whatever its case; empty: none.
  std::string_view header(std::string_view name) const noexcept;
};

/// The answer, whatever its status, or one sentence that says why there is none (never the headers,
/// the body or the query of the call: they may hold secrets).
using HttpOutcome = std::variant<HttpAnswer, std::string>;

/// One connection for each call. Redirections are answers like any other: following one could hand
/// a secret to somebody else. Cancelling the coroutine ends the call.
boost::asio::awaitable<HttpOutcome> http_call(HttpCall call);

}  // namespace gapura::autoscale
