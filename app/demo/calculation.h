/// The work of the demo's service: a number, hashed again and again. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace gapura::app {

/// SHA-256 in hexadecimal, 24,000 times over: some 20 ms of a core. `rest` is called between
/// slices of about a millisecond.
std::string calculated(
    std::uint32_t number, const std::function<void()>& rest = [] {});

}  // namespace gapura::app
