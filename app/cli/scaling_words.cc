#include "app/cli/scaling_words.h"

#include <optional>
#include <span>

#include "app/cli/exit_code.h"

namespace gapura::app::cli {
namespace {

using Act = ScalingWords::Act;

/// The act that all of `words` together are.
std::optional<ScalingWords> act_of(std::span<const std::string> words) {
  ScalingWords read;
  if (words.empty()) return read;
  if (words.size() == 2 && words[0] == "mode") {
    read.act = Act::mode;
    read.mode = words[1];
    return read;
  }
  if (words.size() > 1) return std::nullopt;
  if (words[0] == "show") return read;
  read.act = words[0] == "pause" ? Act::pause : Act::resume;
  if (words[0] != "pause" && words[0] != "resume") return std::nullopt;
  return read;
}

}  // namespace

ScalingWords scaling_words(const std::vector<std::string>& words) {
  if (auto read = act_of(words)) return *std::move(read);
  const std::span<const std::string> rest(words.begin() + 1, words.end());
  auto read = act_of(rest);
  if (!read || words[0] == "mode") {
    throw Stop{ExitCode::usage,
               "autoscale takes [SERVICE] and then show, pause, resume, or mode with one of off, "
               "observe, up_only and on"};
  }
  read->service = words[0];
  return *std::move(read);
}

}  // namespace gapura::app::cli
