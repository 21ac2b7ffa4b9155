#include "app/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "app/disk_thread.h"
#include "base/clock.h"
#include "base/log.h"

namespace gapura::app {
namespace {

/// Takes half a line away again: the next one would be joined to it.
void cut_to(int file, off_t size) {
  [[maybe_unused]] const int failed = ::ftruncate(file, size);
}

std::error_code append_to(int file, std::string_view text) {
  struct stat before {};
  if (::fstat(file, &before) != 0) return {errno, std::generic_category()};
  ssize_t written = 0;
  do {
    written = ::write(file, text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) return {errno, std::generic_category()};
  if (static_cast<std::size_t>(written) == text.size()) return {};
  cut_to(file, before.st_size);
  return std::make_error_code(std::errc::no_space_on_device);  // what a short write means here
}

}  // namespace

std::error_code append_text(const std::filesystem::path& file, std::string_view text) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;
  const int opened = ::open(file.c_str(), kFlags, S_IRUSR | S_IWUSR);
  if (opened < 0) return {errno, std::generic_category()};
  const std::error_code error = append_to(opened, text);
  ::close(opened);
  return error;
}

bool append_or_warn(const std::filesystem::path& file, const std::string& line) {
  const std::error_code error = append_text(file, line + '\n');
  if (!error) return true;
  static thread_local TimePoint quiet_until{};  // of this disk thread
  if (Clock::now() >= quiet_until) {
    quiet_until = Clock::now() + Milliseconds(60'000);
    log::error("{} cannot be written: {}", file.string(), error.message());
  }
  return false;
}

void append_line(DiskThread& disk, const std::filesystem::path& file, std::string line) {
  disk.post([file, line = std::move(line)] { append_or_warn(file, line); });
}

}  // namespace gapura::app
