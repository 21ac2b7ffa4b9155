/// A service and its scaling as the admin API shows them, as far as the demo tells of them. Pure;
/// any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gapura::app {

struct DemoView {
  /// A size that was decided on.
  struct Change {
    std::uint32_t from = 0, to = 0;
    std::string reason;
  };
  /// Instances by name: "boots", "warms up", "serves", "drains", "ends".
  std::map<std::string, std::string> phases;
  std::uint32_t wanted = 0;
  std::vector<Change> changes;  ///< oldest first

  std::uint32_t count(std::string_view phase) const;
};

/// Of the answers to GET …/services/<name>/autoscale and GET …/services/<name>; nothing: they are
/// not what the API answers.
std::optional<DemoView> read_view(std::string_view autoscale, std::string_view service);

}  // namespace gapura::app
