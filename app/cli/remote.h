/// The admin API of a running Gapura, called over HTTP. Any io_context's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "app/cli/exit_code.h"
#include "app/cli/place.h"
#include "base/clock.h"

namespace gapura::app::cli {

struct Reply {
  unsigned status = 0;
  boost::json::value body;  ///< null when it is no JSON
  std::string text;         ///< as it came
  bool is_good() const noexcept { return status >= 200 && status < 300; }
};

struct Call {
  std::string method = "GET";
  std::string path;    ///< "/api/v1/services"; its parts are encoded (path_of)
  std::string body{};  ///< JSON; empty: none
  Milliseconds timeout{10'000};
};

/// "/api/v1/services/a/targets/10.0.0.7:3000", each part percent-encoded.
std::string path_of(std::initializer_list<std::string_view> parts);

/// What a refusal says, for people: the problem's detail, and each field's fault on a line.
std::string explained(const Reply& reply);

class Remote {
 public:
  explicit Remote(Place place) : place_(std::move(place)) {}

  /// The reply, whatever its status. Throws Stop (unreachable) when there is none.
  boost::asio::awaitable<Reply> ask(Call call) const;
  /// The same, on a loop of its own.
  Reply ask_now(Call call) const;

  /// What the server sends as text/event-stream, until it ends; pieces are given as they come. The
  /// reply is empty but for a refusal's. Throws as ask() does.
  boost::asio::awaitable<Reply> listen(std::string path, std::string last_event_id,
                                       std::function<void(std::string_view)> on_piece) const;

  /// Throws Stop unless the reply is good: not_found for 404, timed_out for 504, else failed.
  void require_good(const Reply& reply) const;

  const Place& place() const noexcept { return place_; }

 private:
  Place place_;
};

}  // namespace gapura::app::cli
