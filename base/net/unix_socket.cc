#include "base/net/unix_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace gapura {

std::optional<sockaddr_un> socket_address(const std::filesystem::path& path) {
  const std::string& text = path.native();
  if (text.empty() || text.size() > kSocketPathMax) return std::nullopt;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  text.copy(address.sun_path, text.size());
  return address;
}

std::optional<bool> is_listened_on(const sockaddr_un& address) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (probe < 0) return std::nullopt;
  const int result = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = result == 0 ? 0 : errno;
  close(probe);
  if (error == 0 || error == EAGAIN) return true;  // EAGAIN: its backlog is full
  if (error == ECONNREFUSED) return false;
  return std::nullopt;
}

}  // namespace gapura
