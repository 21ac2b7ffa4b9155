/// A policy as the text that it can be read from again: JSON, which is YAML, with the keys of
/// `autoscale`. Without its provider, which no decision looks at, and without `tokenFile`. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conf/autoscale.h"

namespace gapura::autoscale {

std::string policy_text(const conf::Autoscale& policy);

/// The content of an `autoscale`. Nothing, with a fault, when there is a mistake in it.
std::optional<conf::Autoscale> read_policy_text(std::string_view text, std::string* fault);

}  // namespace gapura::autoscale
