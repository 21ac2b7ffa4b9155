/// Names of instances: unique without asking anybody, in the alphabet that every cloud takes.
#pragma once

#include <string>

namespace gapura::autoscale {

/// `prefix`, seconds of the Unix time and 20 random bits, both in base 32 (RFC 4648, lower case):
/// "gapura-calculate-dibvq7yk3xa". conf::is_own_name() holds for it.
std::string new_instance_name(const std::string& prefix);

}  // namespace gapura::autoscale
