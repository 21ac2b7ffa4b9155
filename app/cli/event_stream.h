/// Reads server-sent events (WHATWG HTML 9.2.6) from pieces of text, cut anywhere. Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace gapura::app::cli {

inline constexpr const char* kEventsPath = "/api/v1/events";

struct ServerEvent {
  std::string kind;  ///< `event`; "message" when none was said
  std::string data;  ///< lines joined by "\n"
};

class EventStream {
 public:
  explicit EventStream(std::function<void(const ServerEvent&)> on_event)
      : on_event_(std::move(on_event)) {}

  void feed(std::string_view piece);
  /// Of the last event that had one: where to go on after the connection was lost.
  const std::string& last_id() const noexcept { return last_id_; }
  /// As if that had been the last one.
  void begin_after(std::string id) { last_id_ = std::move(id); }
  /// What is half read belongs to a connection that is gone.
  void reset();

 private:
  void take_line(std::string_view line);

  static constexpr std::size_t kLineBytesMax = 1 << 20;
  std::function<void(const ServerEvent&)> on_event_;
  std::string line_;
  ServerEvent event_;
  std::string last_id_;
  bool has_data_ = false;
  bool was_return_ = false;  ///< the last byte was CR: LF after it belongs to it
};

}  // namespace gapura::app::cli
