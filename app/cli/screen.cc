#include "app/cli/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace gapura::app::cli {
namespace {

const char* escape_of(Colour colour) noexcept {
  switch (colour) {
    case Colour::none: return "";
    case Colour::dim: return "\x1b[2m";
    case Colour::bold: return "\x1b[1m";
    case Colour::red: return "\x1b[31m";
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::cyan: return "\x1b[36m";
  }
  return "";
}

}  // namespace

Screen Screen::of(int descriptor, const Environment& environment) {
  Screen screen;
  screen.is_terminal = ::isatty(descriptor) == 1;
  if (!screen.is_terminal) return screen;
  const auto no_color = environment("NO_COLOR");
  screen.has_colours = (!no_color || no_color->empty()) && environment("TERM") != "dumb";
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    screen.columns = size.ws_col;
    screen.rows = size.ws_row;
  }
  return screen;
}

std::string Screen::paint(std::string_view text, Colour colour) const {
  if (!has_colours || colour == Colour::none || text.empty()) return std::string(text);
  return escape_of(colour) + std::string(text) + "\x1b[0m";
}

Colour colour_of_state(std::string_view state) noexcept {
  if (state == "serving" || state == "enabled" || state == "ok") return Colour::green;
  if (state == "suspended" || state == "disabled" || state == "broken" || state == "error") {
    return Colour::red;
  }
  if (state == "gone") return Colour::dim;
  return Colour::yellow;  // joining, warming, draining, warning: on their way
}

}  // namespace gapura::app::cli
