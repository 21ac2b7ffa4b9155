/// Whole files, read and written so that a crash leaves the old or the new one, never a mixture.
/// Blocks: disk thread, or before start. Errors are values.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace gapura::app {

/// Writes a temporary file beside `file`, syncs it, renames it over `file` and syncs the folder.
/// On an error `file` is as it was; or the new one, if only the folder could not be synced. Mode
/// 0600: state may hold what only the owner should see.
std::error_code write_atomically(const std::filesystem::path& file, std::string_view text);
/// The same, but everybody may read it (0644): for files that other programs are to read.
std::error_code write_atomically_for_all(const std::filesystem::path& file, std::string_view text);
/// The same with the mode that the file has; 0644 when there is none yet.
std::error_code write_atomically_as_before(const std::filesystem::path& file,
                                           std::string_view text);

/// The whole of `file`. Directories, devices and files above 256 MiB are errors.
std::error_code read_whole(const std::filesystem::path& file, std::string& text);

}  // namespace gapura::app
