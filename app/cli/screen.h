/// What can be drawn on where the output goes. Value; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "app/options.h"

namespace gapura::app::cli {

enum class Colour { none, dim, bold, red, green, yellow, cyan };

struct Screen {
  bool is_terminal = false;
  bool has_colours = false;
  std::size_t columns = 0;  ///< 0: as many as it takes
  std::size_t rows = 0;     ///< 0: likewise

  /// Colours only on a terminal that is not "dumb", and not with NO_COLOR (no-color.org).
  static Screen of(int descriptor, const Environment& environment);

  /// `text` in that colour, where there are colours.
  std::string paint(std::string_view text, Colour colour) const;
};

/// The colour of a target's or service's state, wherever it is shown.
Colour colour_of_state(std::string_view state) noexcept;

}  // namespace gapura::app::cli
