/// A local process as it is remembered in a file, so that it is found again after our end. Values;
/// control thread (small files only).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gapura::autoscale {

struct ProcessRecord {
  std::string name;
  std::uint16_t port = 0;
  pid_t pid = 0;                 ///< 0: about to be started
  std::uint64_t started_at = 0;  ///< as /proc says it: tells it from a later one of the same number
  std::int64_t created_s = 0;    ///< Unix time
  friend bool operator==(const ProcessRecord&, const ProcessRecord&) = default;
};

/// Empty, or why it could not be written. Never half-written.
std::string write_record(const std::filesystem::path& folder, const ProcessRecord& record);
void remove_record(const std::filesystem::path& folder, const std::string& name);
/// All in the folder; files that are none are left out with a line in the log.
std::vector<ProcessRecord> read_records(const std::filesystem::path& folder);

/// When the process was started, in clock ticks since the machine's start (proc(5): field 22 of
/// stat); nothing: there is none, or it has ended and waits to be collected.
std::optional<std::uint64_t> start_time_of(pid_t pid);

/// Whether that process still runs. Nothing: it cannot be said just now (no descriptor is left).
std::optional<bool> is_running(const ProcessRecord& record);

/// The leader of a session whose environment says `variable`; 0: none of this user's does. Reads
/// all of /proc.
pid_t find_session_with(const std::string& variable);

}  // namespace gapura::autoscale
