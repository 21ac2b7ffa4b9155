/// What `gapura top` shows, and where in it the user is. Pure; one thread.
#pragma once

#include <boost/json/value.hpp>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/terminal.h"

namespace gapura::app::cli {

struct TopRow {
  bool is_service = false;
  std::string service, target;  ///< `target` is empty for a service
  std::string state, probe;
  std::optional<double> since_s, in_flight, queued, requests_per_s;
  std::optional<double> p50_ms, p95_ms;  ///< of services only: targets' times are not counted
};

class TopModel {
 public:
  enum class Order { listed, in_flight, requests };
  /// What the user wants done, and has confirmed.
  struct Wish {
    bool is_drain = false;
    std::string service, target;
  };

  /// GET /api/v1/services; the selection stays on its target.
  void take_services(const boost::json::value& answer);
  /// The data of a `stats` event.
  void take_stats(const boost::json::value& stats) { stats_ = stats; }
  void take_event(boost::json::value event);
  /// What has just been done or has failed; shown until the next key.
  void say(std::string message) { message_ = std::move(message); }
  /// Empty: the server answers.
  void set_fault(std::string fault) { fault_ = std::move(fault); }

  /// Moves, sorts, or asks for confirmation; the wish once it is confirmed.
  std::optional<Wish> press(Key key, std::size_t page);

  /// Services in the server's order, each followed by its targets in ours.
  std::vector<TopRow> rows() const;
  /// Which of rows() is selected; 0 when there is none.
  std::size_t selected() const;
  const std::deque<boost::json::value>& events() const noexcept { return events_; }
  const std::string& fault() const noexcept { return fault_; }
  /// The question to be confirmed, or what was said last; may be empty.
  std::string message() const;
  const char* order() const noexcept;

  static constexpr std::size_t kEventsMax = 100;

 private:
  void select(std::size_t row);
  TopRow row_of_service(const boost::json::value& service) const;
  TopRow row_of_target(const std::string& service, const boost::json::value& target) const;
  void ask(bool is_drain);

  boost::json::value services_, stats_;
  std::deque<boost::json::value> events_;  ///< the newest first
  std::string service_, target_;           ///< the selection
  std::optional<Wish> asked_;
  std::string message_, fault_;
  Order order_ = Order::listed;
};

}  // namespace gapura::app::cli
