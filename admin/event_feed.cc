#include "admin/event_feed.h"

#include <boost/json/object.hpp>
#include <charconv>
#include <random>

#include "base/format.h"

namespace gapura::admin {

EventFeed::EventFeed(std::string run, std::size_t kept) : run_(std::move(run)), kept_max_(kept) {}

std::string EventFeed::new_run() {
  std::random_device random;
  return fmt::format("{:08x}", random());
}

void EventFeed::add(const Happening& what, WallTime at) {
  ++newest_;
  boost::json::object event;
  event["id"] = id_of(newest_);
  event["at"] = rfc3339_ms(at);
  event["kind"] = what.kind;
  for (const auto& [name, value] : what.details) event[name] = value;
  event["message"] = what.message;
  std::string text = to_text(event);
  text.pop_back();  // the line's end
  kept_.push_back(std::move(text));
  if (kept_.size() > kept_max_) kept_.pop_front();
  changed_.notify();
}

std::string EventFeed::id_of(Place place) const {
  return run_ + "-" + std::to_string(place);
}

std::optional<EventFeed::Place> EventFeed::place_of(std::string_view id) const {
  if (!id.starts_with(run_ + "-")) return std::nullopt;
  const std::string_view digits = id.substr(run_.size() + 1);
  Place place = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), place);
  const bool is_number = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  if (!is_number || place < begin() || place > newest_) return std::nullopt;
  return place;
}

}  // namespace gapura::admin
