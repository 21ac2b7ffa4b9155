/// What every TCP socket of the data plane is set to. Any thread.
#pragma once

namespace gapura::proxy {

/// Small writes go out at once, and a peer that is silent for 60 s is probed: a tunnel at rest
/// would never notice that it has gone. What a listening socket is set to its connections inherit.
/// Failing costs only these, so nobody is told.
void set_tcp_options(int fd) noexcept;

}  // namespace gapura::proxy
