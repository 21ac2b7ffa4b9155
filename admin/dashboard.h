/// The files of admin/dashboard, built into the program. Immutable; any thread.
#pragma once

#include <span>
#include <string_view>

namespace gapura::admin {

struct Asset {
  std::string_view name;  ///< "index.html"
  std::string_view text;
};

/// In the order of their names.
std::span<const Asset> dashboard() noexcept;

}  // namespace gapura::admin
