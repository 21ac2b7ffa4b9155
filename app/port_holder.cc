#include "app/port_holder.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

namespace gapura::app {
namespace {

constexpr std::string_view kListening = "0A";  // TCP_LISTEN in /proc/net/tcp

/// Inodes of the sockets that listen on `port`, from one table of the kernel's
/// (proc_pid_net(5): "sl local_address rem_address st … uid timeout inode").
void add_listeners(const char* table, std::uint16_t port, std::set<std::string>& inodes) {
  std::ifstream in(table);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
        timeout >> inode;
    if (state != kListening) continue;
    const std::size_t colon = local.rfind(':');
    unsigned found = 0;
    if (colon == std::string::npos) continue;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), found, 16);
    if (found == port) inodes.insert(inode);
  }
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

bool holds_one(const std::filesystem::path& process, const std::set<std::string>& inodes) {
  std::error_code error;
  std::filesystem::directory_iterator entries(process / "fd", error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::error_code unreadable;
    const std::string link = std::filesystem::read_symlink(entries->path(), unreadable).string();
    if (unreadable || !link.starts_with("socket:[")) continue;
    if (inodes.contains(link.substr(8, link.size() - 9))) return true;
  }
  return false;
}

std::string held_message(std::uint16_t port, const PortHolder& holder) {
  const std::string number = std::to_string(port);
  if (holder.pid != 0) {
    return "port " + number + " is held by " + holder.name + " (pid " + std::to_string(holder.pid) +
           "); stop it or choose another address";
  }
  return "port " + number +
         " is held by a process that this user may not see; find it with "
         "sudo ss -ltnp 'sport = :" +
         number + "', then stop it or choose another address";
}

std::string nobody_message(std::uint16_t port) {
  const std::string number = std::to_string(port);
  return "port " + number +
         " is taken, but no process is seen listening on it. It may belong to "
         "another network namespace or container (sudo ss -ltnp 'sport = :" +
         number +
         "'), or be "
         "redirected by iptables or nftables, as the service load balancer of Kubernetes does "
         "(sudo iptables -t nat -S | grep " +
         number + "; sudo nft list ruleset | grep " + number +
         "). Free it or choose another address";
}

std::string privileged_message(std::uint16_t port) {
  return "ports below 1024 need a privilege. Give it to the program (sudo setcap "
         "cap_net_bind_service=+ep \"$(command -v gapura)\"), run it by its systemd unit, which "
         "has it, or use a port above 1023 instead of " +
         std::to_string(port);
}

}  // namespace

std::optional<PortHolder> find_port_holder(std::uint16_t port) {
  std::set<std::string> inodes;
  add_listeners("/proc/self/net/tcp", port, inodes);
  add_listeners("/proc/self/net/tcp6", port, inodes);
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc", error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) continue;
    if (pid == ::getpid() || !holds_one(entries->path(), inodes)) continue;
    return PortHolder{.pid = pid, .name = first_line(entries->path() / "comm")};
  }
  if (holds_one("/proc/self", inodes)) return std::nullopt;
  return PortHolder{};
}

std::string explain_bind_failure(const std::string& what, const conf::ListenAddress& address,
                                 int error) {
  const std::string start = what + " cannot listen on " + to_string(address) + ": ";
  switch (error) {
    case EADDRINUSE: {
      const auto holder = find_port_holder(address.port);
      return start + (holder ? held_message(address.port, *holder) : nobody_message(address.port));
    }
    case EACCES:
    case EPERM: return start + privileged_message(address.port);
    case EADDRNOTAVAIL:
      return start + "no interface of this machine has the address " + address.host +
             "; use one that \"ip address\" shows, or none (\":" + std::to_string(address.port) +
             "\") for all";
    default: return start + std::generic_category().message(error);
  }
}

std::string to_string(const conf::ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

}  // namespace gapura::app
