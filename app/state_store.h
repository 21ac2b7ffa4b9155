/// `<stateDir>/state.yaml`: what the API changed, so that a restart brings it back.
/// Blocks: disk thread, or before start.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <variant>

#include "balancer/overlay.h"

namespace gapura::app {

/// The overlay as YAML: added targets in the shape of a dynamic file (http.services), the rest
/// under `gapura`. Equal overlays give equal text.
std::string to_yaml(const balancer::Overlay& overlay);

/// What to_yaml() wrote, or what is wrong with the text ("line 3: …").
std::variant<balancer::Overlay, std::string> overlay_from_yaml(const std::string& text);

class StateStore {
 public:
  explicit StateStore(std::filesystem::path folder) : file_(std::move(folder) / "state.yaml") {}

  struct Loaded {
    balancer::Overlay overlay;
    std::string complaint;        ///< empty, or what went wrong and where the damaged file is now
    bool must_not_start = false;  ///< the file is there, and the next save would destroy it
  };
  /// A file that does not exist is an empty overlay. One that is damaged or cannot be read is moved
  /// aside, with its time in the name, so that the next save does not destroy what a person could
  /// still mend.
  Loaded load();

  /// Durable when it returns without error; else the file is as it was before.
  std::error_code save(const balancer::Overlay& overlay);

  const std::filesystem::path& file() const noexcept { return file_; }

 private:
  std::filesystem::path file_;
};

}  // namespace gapura::app
