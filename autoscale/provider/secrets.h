/// The values of a provider's secrets. Control thread, at its making: a file is read.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "autoscale/provider/template.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

/// Each without the line's end that editors leave; or one sentence that says which cannot be had.
std::variant<Words, std::string> read_secrets(
    const std::map<std::string, conf::SecretSource>& sources);

}  // namespace gapura::autoscale
