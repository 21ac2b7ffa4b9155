/// Secrets of the configuration, read where it says they are. Blocks: before start only.
#pragma once

#include <optional>
#include <string>

#include "conf/hooks.h"

namespace gapura::admin {

/// The secret, without white space at its end, or what is wrong with where it is said to be: the
/// fault names the file or the variable, never anything in it. Shorter than `bytes_min` is a fault.
std::optional<std::string> read_secret(const conf::Secret& secret, std::size_t bytes_min,
                                       std::string* fault);

}  // namespace gapura::admin
