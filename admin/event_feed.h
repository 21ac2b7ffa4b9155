/// The last things that happened, numbered, for readers who come and go. Bounded. Control thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "admin/condition.h"
#include "admin/happening.h"
#include "admin/json.h"

namespace gapura::admin {

class EventFeed {
 public:
  static constexpr std::size_t kKept = 1'000;

  /// A place between two events: the number of the one before it; 0: before the first.
  using Place = std::uint64_t;

  /// `run` is the beginning of every id, and tells this process from the ones before it.
  explicit EventFeed(std::string run, std::size_t kept = kKept);
  /// A run that no other process had.
  static std::string new_run();

  void add(const Happening& what, WallTime at);

  /// After the newest event.
  Place end() const noexcept { return newest_; }
  /// Before the oldest one that is still known.
  Place begin() const noexcept { return newest_ - kept_.size(); }
  /// The event before a place, for whoever wants to go on from there.
  std::string id_of(Place place) const;
  /// Nothing: not an id of this run, or events after it are forgotten already.
  std::optional<Place> place_of(std::string_view id) const;
  /// The event after a place that is neither before begin() nor end(): one line of JSON.
  const std::string& after(Place place) const { return kept_[place - begin()]; }
  /// Told whenever there is one more.
  Condition& changed() noexcept { return changed_; }

 private:
  const std::string run_;
  const std::size_t kept_max_;
  std::deque<std::string> kept_;
  Place newest_ = 0;
  Condition changed_;
};

}  // namespace gapura::admin
