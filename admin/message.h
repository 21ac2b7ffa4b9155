/// A request to one of our own listeners and its answer: what whoever answers needs, without the
/// library that read it. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"

namespace gapura::admin {

/// Tells an answer in the making that nobody waits for it any more: the client has left, or the
/// server stops. What was begun for the client need not be undone.
class Departure {
 public:
  bool has_happened() const noexcept { return has_happened_; }
  /// `act` is called once, when it happens. One listener at a time; an empty one forgets it.
  void on_happening(std::function<void()> act) { act_ = std::move(act); }
  void happen() {
    if (std::exchange(has_happened_, true)) return;
    if (act_) act_();
  }

 private:
  bool has_happened_ = false;
  std::function<void()> act_;
};

struct ChangeTrace;

struct Request {
  std::string method;         ///< as sent
  std::string path;           ///< percent-encoded still, without the query
  std::string query;          ///< after the "?", without it
  std::string host;           ///< the Host field; empty when there was none
  std::string origin;         ///< the Origin field
  std::string authorization;  ///< the Authorization field
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> fields;  ///< all of them, as sent
  std::string body;
  std::string peer;                  ///< "10.0.0.7:51334", or "unix socket, uid 1000": for the log
  bool is_local_socket = false;      ///< came over the Unix socket
  std::optional<std::uint32_t> uid;  ///< of the process at its other end (SO_PEERCRED)
  std::shared_ptr<Departure> departure;  ///< never null
  std::shared_ptr<ChangeTrace> trace;    ///< where its changes are noted; null: nowhere

  bool is_read() const noexcept { return method == "GET" || method == "HEAD"; }
  /// The first field of this name, whatever its case; empty: none.
  std::string_view field(std::string_view name) const noexcept {
    for (const auto& [one, value] : fields) {
      if (iequals(one, name)) return value;
    }
    return {};
  }
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;
  /// Set: the body has no known end. Each call gives its next piece, once there is one; an empty
  /// piece ends it, and a departure makes it empty. It is called again when the client has taken
  /// the piece; a client that takes none is dropped. `body` is not sent then.
  std::function<boost::asio::awaitable<std::string>(std::shared_ptr<Departure>)> more{};
};

/// Makes the answer to a request. A HEAD request's answer is sent without its body.
using Respond = std::function<boost::asio::awaitable<Response>(Request)>;

}  // namespace gapura::admin
