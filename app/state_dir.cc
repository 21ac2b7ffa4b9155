#include "app/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace gapura::app {
namespace {

constexpr const char* kDefault = "/var/lib/gapura";

std::string locked_by(int fd) {
  char text[32] = {};
  const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  if (size <= 0) return "another gapura";
  std::string pid(text, static_cast<std::size_t>(size));
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return "another gapura (pid " + pid + ")";
}

void leave_pid(int fd) {
  const std::string text = std::to_string(::getpid()) + "\n";
  // Only for a person's eyes: the lock itself is what counts, so a failure changes nothing.
  if (::ftruncate(fd, 0) != 0) return;
  [[maybe_unused]] const ssize_t size = ::pwrite(fd, text.data(), text.size(), 0);
}

}  // namespace

std::optional<StateDir> StateDir::try_place(const std::filesystem::path& folder, std::string& why) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(folder, error);
  if (error) {
    why = folder.string() + " cannot be made: " + error.message();
    return std::nullopt;
  }
  if (is_new) ::chmod(folder.c_str(), 0700);
  const std::filesystem::path file = folder / "lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    why = folder.string() + " cannot be written: " + std::generic_category().message(errno);
    return std::nullopt;
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    why = errno == EWOULDBLOCK
              ? folder.string() + " is in use by " + locked_by(fd) +
                    "; give each process a stateDir of its own"
              : folder.string() + " cannot be locked: " + std::generic_category().message(errno);
    ::close(fd);
    return std::nullopt;
  }
  leave_pid(fd);
  return StateDir(folder, fd);
}

std::vector<std::filesystem::path> StateDir::places(const std::filesystem::path& configured,
                                                    const std::filesystem::path& config_file) {
  if (!configured.empty()) return {configured};
  std::vector<std::filesystem::path> places{kDefault};
  if (config_file.empty()) return places;
  std::error_code error;
  const auto absolute = std::filesystem::absolute(config_file, error);
  places.push_back((error ? config_file : absolute).parent_path() / ".gapura");
  return places;
}

std::optional<StateDir> StateDir::open(const std::filesystem::path& configured,
                                       const std::filesystem::path& config_file,
                                       std::vector<std::string>& complaints) {
  for (const auto& place : places(configured, config_file)) {
    std::string why;
    if (auto opened = try_place(place, why)) return opened;
    complaints.push_back(std::move(why));
  }
  return std::nullopt;
}

StateDir::StateDir(StateDir&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

StateDir::~StateDir() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace gapura::app
