/// What the kernel says of this process, for the process_* families. Any thread.
#pragma once

#include <cstdint>

namespace gapura::metrics {

struct ProcessFigures {
  double cpu_s = 0;  ///< user and system
  double start_unix_s = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

/// Reads /proc/self; what cannot be read stays 0.
ProcessFigures read_process();

}  // namespace gapura::metrics
