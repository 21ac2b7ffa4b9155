/// What `gapura autoscale` is told, as words. Pure; any thread.
#pragma once

#include <string>
#include <vector>

namespace gapura::app::cli {

struct ScalingWords {
  enum class Act { show, pause, resume, mode };
  std::string service;  ///< empty: the only one
  Act act = Act::show;
  std::string mode;  ///< with Act::mode; the server judges it
};

/// [SERVICE] [show | pause | resume | mode MODE]. What could be an act is one: a service of such a
/// name is named before its act. Throws Stop (usage).
ScalingWords scaling_words(const std::vector<std::string>& words);

}  // namespace gapura::app::cli
