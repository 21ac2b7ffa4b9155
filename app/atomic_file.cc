#include "app/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace gapura::app {
namespace {

constexpr off_t kFileBytesMax = 256 << 20;

std::error_code last_error() {
  return {errno, std::generic_category()};
}

/// An open descriptor; closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

std::error_code write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_error();
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

std::error_code write_and_sync(const std::filesystem::path& file, std::string_view text,
                               mode_t mode) {
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!out.is_open()) return last_error();
  if (::fchmod(out.get(), mode) != 0) return last_error();  // whatever the umask is
  if (const auto error = write_all(out.get(), text)) return error;
  if (::fsync(out.get()) != 0) return last_error();
  return {};
}

/// A rename is durable only when its folder is.
std::error_code sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || ::fsync(opened.get()) != 0) return last_error();
  return {};
}

std::error_code replace(const std::filesystem::path& file, std::string_view text, mode_t mode) {
  std::filesystem::path temporary = file;
  temporary += ".new";
  std::error_code error = write_and_sync(temporary, text, mode);
  if (!error && ::rename(temporary.c_str(), file.c_str()) != 0) error = last_error();
  if (error) {
    ::unlink(temporary.c_str());
    return error;
  }
  const std::filesystem::path folder = file.parent_path();
  return sync_folder(folder.empty() ? std::filesystem::path(".") : folder);
}

}  // namespace

std::error_code write_atomically(const std::filesystem::path& file, std::string_view text) {
  return replace(file, text, 0600);
}

std::error_code write_atomically_for_all(const std::filesystem::path& file, std::string_view text) {
  return replace(file, text, 0644);
}

std::error_code write_atomically_as_before(const std::filesystem::path& file,
                                           std::string_view text) {
  struct stat status {};
  constexpr mode_t kPermissions = 07777;
  const bool is_there = ::stat(file.c_str(), &status) == 0;
  return replace(file, text, is_there ? status.st_mode & kPermissions : mode_t{0644});
}

std::error_code read_whole(const std::filesystem::path& file, std::string& text) {
  text.clear();
  // Non-blocking: opening a FIFO that nobody writes to must not hang the disk thread.
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!in.is_open()) return last_error();
  struct stat status {};
  if (::fstat(in.get(), &status) != 0) return last_error();
  if (S_ISDIR(status.st_mode)) return std::make_error_code(std::errc::is_a_directory);
  if (!S_ISREG(status.st_mode)) return std::make_error_code(std::errc::invalid_argument);
  if (status.st_size > kFileBytesMax) return std::make_error_code(std::errc::file_too_large);
  char block[64 * 1024];
  for (;;) {
    const ssize_t n = ::read(in.get(), block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_error();
    if (n == 0) return {};
    text.append(block, static_cast<std::size_t>(n));
    if (text.size() > static_cast<std::size_t>(kFileBytesMax)) {
      return std::make_error_code(std::errc::file_too_large);
    }
  }
}

}  // namespace gapura::app
