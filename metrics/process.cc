#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace gapura::metrics {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Unix time at which the machine was started (/proc/stat, "btime").
double boot_unix_s() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

double start_unix_s() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The command's name is in parentheses and may hold anything: fields are counted after the last.
  const auto end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return 0;
  std::istringstream fields(text.substr(end_of_name + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  if (!(fields >> ticks)) return 0;
  return boot_unix_s() + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (!(file >> size >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t open_fds() {
  std::error_code failed;
  const std::filesystem::directory_iterator folder("/proc/self/fd", failed);
  if (failed) return 0;
  // The folder itself is open while it is read.
  return static_cast<std::uint64_t>(std::distance(begin(folder), end(folder)) - 1);
}

}  // namespace

ProcessFigures read_process() {
  static const double started = start_unix_s();
  ProcessFigures figures;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = limit.rlim_cur;
  figures.start_unix_s = started;
  figures.resident_bytes = resident_bytes();
  figures.open_fds = open_fds();
  return figures;
}

}  // namespace gapura::metrics
