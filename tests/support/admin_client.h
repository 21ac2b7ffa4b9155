/// Small calls to the admin API, as an operator's script makes them. One thread.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/raw_client.h"

namespace gapura::test {

/// A target as the API shows it.
struct ShownTarget {
  std::string id, url, state;
  std::int64_t in_flight = 0;
  std::int64_t weight = 0;
};

class AdminClient {
 public:
  AdminClient(std::uint16_t port, std::string token) : port_(port), token_(std::move(token)) {}

  std::uint16_t port() const { return port_; }
  const std::string& token() const { return token_; }

  struct Answer {
    int status = 0;
    std::string text;
    boost::json::value body;  ///< null when the text is not JSON
    std::string fault;        ///< not empty: no whole answer came
    /// A member of the body as a number; nothing when it is not there.
    std::optional<double> number(std::string_view member) const;
  };
  Answer call(const std::string& method, const std::string& path, const std::string& body = "");
  Answer get(const std::string& path) { return call("GET", path); }
  Answer post(const std::string& path, const std::string& body) { return call("POST", path, body); }
  Answer remove(const std::string& path) { return call("DELETE", path); }

  /// Empty when the call failed.
  std::vector<ShownTarget> targets(const std::string& service = "calculate");
  /// Nothing when it is not listed.
  std::optional<ShownTarget> target(const std::string& id,
                                    const std::string& service = "calculate");
  /// Sum of all targets.
  std::int64_t in_flight(const std::string& service = "calculate");
  static std::string targets_path(const std::string& service = "calculate") {
    return "/api/v1/services/" + service + "/targets";
  }
  static std::string target_path(const std::string& id) { return targets_path() + "/" + id; }

  /// Waits until exactly these targets are listed and in this state; false when patience() ran out.
  bool wait_for_targets(const std::vector<std::string>& ids, const std::string& state = "serving");
  /// Waits until the target is not listed any more, or is in `state`.
  bool wait_until_gone(const std::string& id);
  bool wait_for_state(const std::string& id, const std::string& state);

 private:
  std::uint16_t port_;
  std::string token_;
};

}  // namespace gapura::test
