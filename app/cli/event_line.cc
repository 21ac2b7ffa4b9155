#include "app/cli/event_line.h"

#include <boost/json.hpp>

#include "app/cli/json_view.h"
#include "app/cli/text.h"

namespace gapura::app::cli {
namespace {

constexpr std::size_t kKindColumns = 16;  // "providerFailure" and a space

bool has(const std::string& text, const char* word) {
  return text.find(word) != std::string::npos;
}

}  // namespace

Colour colour_of_event(const boost::json::value& event) {
  const std::string kind = text_in(event, "kind");
  if (has(kind, "Failure") || has(kind, "Broken") || kind == "panicBegun") return Colour::red;
  if (text_in(event, "to") == "suspended") return Colour::red;
  const bool leaves = kind == "targetDrained" || kind == "targetGone";
  return leaves || text_in(event, "to") == "draining" ? Colour::yellow : Colour::none;
}

std::string event_line(const boost::json::value& event, const Screen& screen) {
  std::string kind = text_in(event, "kind");
  if (kind.size() < kKindColumns) kind.resize(kKindColumns, ' ');
  std::string message = text_in(event, "message");
  if (message.empty()) message = visible(boost::json::serialize(event));
  return screen.paint(time_of_day(text_in(event, "at")), Colour::dim) + "  " +
         screen.paint(kind, colour_of_event(event)) + "  " + message;
}

}  // namespace gapura::app::cli
