/// POST /api/v1/token/rotate: another token in the place of the admin API's. Control thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <system_error>

namespace gapura::admin {

struct NewToken {
  std::error_code error{};  ///< set: nothing was changed
  std::string text{};       ///< the secret itself
  std::filesystem::path file{};
  bool is_digest = false;  ///< the file has its digest, not the secret, as it had before
};

/// Writes the file, lets nobody pass with the old token from then on, and calls back on the control
/// thread.
using RotateToken = std::function<void(std::function<void(NewToken)> done)>;

}  // namespace gapura::admin
