#include "admin/listen.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/net/endpoint.h"
#include "base/net/unix_socket.h"

namespace gapura::admin {
namespace {

constexpr int kBacklog = 128;

ListenFailure failure(int error, std::string what) {
  return {error, std::move(what) + ": " + std::strerror(error)};
}

/// Closes what was opened and keeps errno's value for the message.
ListenFailure give_up(int descriptor, const std::string& where) {
  const int error = errno;
  close(descriptor);
  return failure(error, "cannot listen on " + where);
}

Listening listen_at(const sockaddr* address, socklen_t size, bool is_dual_stack,
                    const std::string& where) {
  const int descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failure(errno, "cannot make a socket for " + where);
  const int on = 1;
  const int v6_only = is_dual_stack ? 0 : 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->sa_family == AF_INET6) {
    setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  }
  if (bind(descriptor, address, size) != 0) return give_up(descriptor, where);
  if (listen(descriptor, kBacklog) != 0) return give_up(descriptor, where);
  return descriptor;
}

Listening listen_on_name(const conf::ListenAddress& address, const std::string& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  const int error =
      getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &first);
  if (error != 0) {
    return ListenFailure{EADDRNOTAVAIL,
                         "cannot find the address of " + where + ": " + gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> found(first, &freeaddrinfo);
  return listen_at(first->ai_addr, first->ai_addrlen, false, where);
}

/// Takes away the socket file of a process that has died, or says why it must stay.
std::optional<ListenFailure> clear_stale(const sockaddr_un& address, const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return failure(errno, "cannot look at " + path);
  }
  if (!S_ISSOCK(found.st_mode)) {
    return ListenFailure{EADDRINUSE, path + " exists and is no socket: remove it or name another"};
  }
  const auto alive = is_listened_on(address);
  if (alive == true) {
    return ListenFailure{EADDRINUSE, "another process listens on " + path + ": stop it first"};
  }
  if (!alive) return failure(EACCES, "cannot tell whether a process listens on " + path);
  if (unlink(path.c_str()) != 0) return failure(errno, "cannot remove the old socket " + path);
  return std::nullopt;
}

}  // namespace

Listening listen_on(const conf::ListenAddress& address) {
  const bool is_v6_text = address.host.find(':') != std::string::npos;
  const std::string where =
      (is_v6_text ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
  if (!address.host.empty()) {
    const auto literal = Endpoint::parse(address.host, address.port);
    if (!literal) return listen_on_name(address, where);
    return listen_at(literal->data(), literal->size(), false, where);
  }
  const auto any_v6 = Endpoint::parse("::", address.port);
  Listening listening = listen_at(any_v6->data(), any_v6->size(), true, where);
  const auto* failed = std::get_if<ListenFailure>(&listening);
  const bool has_no_v6 =
      failed && (failed->error == EAFNOSUPPORT || failed->error == EADDRNOTAVAIL);
  if (!has_no_v6) return listening;
  const auto any_v4 = Endpoint::parse("0.0.0.0", address.port);
  return listen_at(any_v4->data(), any_v4->size(), false, where);
}

Listening listen_on(const std::filesystem::path& path) {
  const std::string text = path.string();
  const auto address = socket_address(path);
  if (!address) {
    return failure(ENAMETOOLONG, "cannot listen on " + text + " (" +
                                     std::to_string(kSocketPathMax) + " bytes at most)");
  }
  if (auto stays = clear_stale(*address, text)) return *std::move(stays);

  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failure(errno, "cannot make a socket for " + text);
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return give_up(descriptor, text);
  }
  // Before listen(): nobody can connect until the mode is right.
  if (chmod(text.c_str(), S_IRUSR | S_IWUSR) != 0) return give_up(descriptor, text);
  if (listen(descriptor, kBacklog) != 0) return give_up(descriptor, text);
  return descriptor;
}

}  // namespace gapura::admin
