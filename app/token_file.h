/// The file of the admin API's token. Blocks: disk thread.
#pragma once

#include <filesystem>

#include "admin/token_rotation.h"

namespace gapura::app {

/// Another token in it, atomically and with mode 0600; where it held a digest, the new one's.
admin::NewToken rotate_token(const std::filesystem::path& file);

}  // namespace gapura::app
