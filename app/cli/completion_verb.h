/// `gapura __complete WORD…`: what the shells' scripts ask. Any thread.
#pragma once

#include <string>
#include <vector>

#include "app/options.h"

namespace CLI {
class App;
}

namespace gapura::app::cli {

/// What prints the words that could come next, one a line. `words` as completion_of() takes them.
ClientOptions completing(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace gapura::app::cli
