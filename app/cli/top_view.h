/// `gapura top` as lines of text. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "app/cli/screen.h"
#include "app/cli/top_model.h"

namespace gapura::app::cli {

/// As many lines as the screen has rows, none wider than it; all there is when it has no size.
/// `place` is the server's.
std::vector<std::string> top_lines(const TopModel& model, const std::string& place,
                                   const Screen& screen);

/// How many rows of the table a screen shows: what a page is.
std::size_t table_rows(const TopModel& model, const Screen& screen);

}  // namespace gapura::app::cli
