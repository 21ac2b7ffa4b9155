/// What could come next on a command line. The shells' scripts ask the program for it
/// (`gapura __complete WORD…`), so that they need not know its verbs. Any thread.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace gapura::app::cli {

inline constexpr const char* kCompleteVerb = "__complete";

struct Completion {
  enum class Ask { nothing, services, targets };
  std::string begun;               ///< the word under the cursor, as far as it is written
  std::vector<std::string> words;  ///< known without asking anybody
  Ask ask = Ask::nothing;          ///< what else fits is to be asked of the server
  std::string service;             ///< whose targets; empty: of all
  std::vector<std::string> place;  ///< the options among `words` that say where the server is
};

/// `words` is what is written after the program's name; the last one is under the cursor, and may
/// be empty. Pure.
Completion completion_of(const CLI::App& app, const std::vector<std::string>& words);

/// The script that has `shell` (bash, zsh, fish) complete; empty for another.
std::string completion_script(const std::string& shell);

}  // namespace gapura::app::cli
