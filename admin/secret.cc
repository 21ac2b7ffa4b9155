#include "admin/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/log.h"

namespace gapura::admin {
namespace {

constexpr std::size_t kFileBytesMax = 4096;

/// Non-blocking: a FIFO that nobody writes to must not hold up the start.
std::optional<std::string> read_file(const std::string& path, std::string* fault) {
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (opened < 0) {
    *fault = "cannot read the secret in " + path + ": " + std::strerror(errno);
    return std::nullopt;
  }
  struct stat found {};
  const bool is_file = ::fstat(opened, &found) == 0 && S_ISREG(found.st_mode);
  std::string text(kFileBytesMax + 1, '\0');
  const ssize_t size = is_file ? ::read(opened, text.data(), text.size()) : -1;
  ::close(opened);
  if (size < 0 || static_cast<std::size_t>(size) > kFileBytesMax) {
    *fault = "cannot read the secret in " + path + ": it must be a file of at most 4096 bytes";
    return std::nullopt;
  }
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    log::warn("the secret in {} may be read by others: chmod 600 it", path);
  }
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::optional<std::string> read_secret(const conf::Secret& secret, std::size_t bytes_min,
                                       std::string* fault) {
  std::optional<std::string> text;
  std::string where = "the environment variable " + secret.variable;
  if (!secret.file.empty()) {
    where = secret.file.string();
    text = read_file(where, fault);
    if (!text) return std::nullopt;
  } else if (const char* value = std::getenv(secret.variable.c_str())) {
    text = value;
  } else {
    *fault = where + ", which is to hold a secret, is not set";
    return std::nullopt;
  }
  text->erase(text->find_last_not_of(" \t\r\n") + 1);
  const bool is_long_enough = text->size() >= bytes_min;
  if (is_long_enough && text->find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos) {
    return text;
  }
  *fault = "the secret in " + where + " must be one line of at least " + std::to_string(bytes_min) +
           " bytes (openssl rand -hex 32 makes one)";
  return std::nullopt;
}

}  // namespace gapura::admin
