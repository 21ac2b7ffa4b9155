#include "app/cli/event_stream.h"

#include <utility>

namespace gapura::app::cli {

void EventStream::feed(std::string_view piece) {
  for (const char c : piece) {
    const bool is_second_half = c == '\n' && was_return_;
    was_return_ = c == '\r';
    if (is_second_half) continue;
    if (c == '\n' || c == '\r') {
      const std::string line = std::exchange(line_, {});
      take_line(line);
    } else if (line_.size() < kLineBytesMax) {
      line_ += c;
    }
  }
}

void EventStream::take_line(std::string_view line) {
  if (line.empty()) {
    ServerEvent event = std::exchange(event_, {});
    if (event.kind.empty()) event.kind = "message";
    if (std::exchange(has_data_, false)) on_event_(event);
    return;
  }
  const auto colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") event_.kind = value;
  if (field == "id") last_id_ = value;
  if (field != "data") return;  // comments have an empty field; `retry` is ours to decide
  if (std::exchange(has_data_, true)) event_.data += '\n';
  event_.data += value;
}

void EventStream::reset() {
  line_.clear();
  event_ = {};
  has_data_ = was_return_ = false;
}

}  // namespace gapura::app::cli
