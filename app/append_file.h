/// Files that only grow.
#pragma once

#include <filesystem>
#include <string>

namespace gapura::app {

class DiskThread;

/// Adds `line` and a line break to the file, on the disk thread. What cannot be written is logged
/// once a minute and dropped. Control thread.
void append_line(DiskThread& disk, const std::filesystem::path& file, std::string line);

}  // namespace gapura::app
