/// Alerts as levels: one that fires asks for more (or fewer) until it is resolved or has not been
/// repeated for too long. Pure; control thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"

namespace gapura::autoscale {

enum class Direction { up, down };

struct Alert {
  std::string key;  ///< of its group and itself: the same key is the same alert
  std::string name;
  std::string service;  ///< whom it speaks of
  Direction direction = Direction::up;
  std::uint32_t step = 1;  ///< targets it asks for at once
  bool is_firing = true;
};

class AlertTable {
 public:
  enum class Taken {
    changed,
    unchanged,
    no_room,  ///< kMost others fire: who may send alerts must not fill our memory
  };
  /// Firing: counts from now on (again). Resolved: withdrawn.
  Taken take(const Alert& alert, TimePoint now);

  struct Votes {
    std::uint32_t up = 0, down = 0;  ///< the largest step that a firing alert asks for; 0: none
    std::vector<std::string> names;  ///< of those that fire
  };
  Votes votes(const std::string& service, TimePoint now) const;
  /// Forgets what is out of date.
  void tick(TimePoint now);

  /// Grafana repeats a firing alert every 4 h unless told otherwise.
  static constexpr Milliseconds kUpLasts{5 * 3'600'000};
  /// Fewer is never urgent, and an alert whose `resolved` was lost must not shrink a service for
  /// hours.
  static constexpr Milliseconds kDownLasts{15 * 60'000};
  static constexpr std::size_t kMost = 10'000;

 private:
  struct Firing {
    Alert alert;
    TimePoint until{};
  };
  std::map<std::string, Firing> firing_;
};

}  // namespace gapura::autoscale
