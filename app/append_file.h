/// Files that only grow. Made with mode 0600. Blocking but for append_line().
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace gapura::app {

class DiskThread;

/// Adds `text` in one write, so that it is never mixed with what others add. On an error the file
/// is as it was, as far as it can be cut.
std::error_code append_text(const std::filesystem::path& file, std::string_view text);

/// Adds `line` and a line break. False: that failed, and was logged, at most once a minute for all
/// files. Disk thread.
bool append_or_warn(const std::filesystem::path& file, const std::string& line);

/// The same on the disk thread; what cannot be written is dropped. Control thread.
void append_line(DiskThread& disk, const std::filesystem::path& file, std::string line);

}  // namespace gapura::app
