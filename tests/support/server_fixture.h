/// The whole server inside the test's process, on the seed's files in a temporary folder.
/// Owner's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/admin_client.h"
#include "tests/support/fake_target.h"
#include "tests/support/seed_folder.h"

namespace gapura::test {

/// The addresses that a name stands for; none: it cannot be resolved. On the server's thread.
using Naming = std::function<std::vector<std::string>(const std::string& host)>;

class ServerFixture {
 public:
  /// Writes services.yaml with these targets, starts, and waits until they are all known. With
  /// `naming` names are looked up there, again and again.
  explicit ServerFixture(const ServerLines& servers, SeedFolder::Settings settings = {},
                         Naming naming = {});
  /// Also ends the processes that its autoscaler has made.
  ~ServerFixture();

  std::uint16_t port() const;           ///< of the entry point "web"
  std::uint16_t internal_port() const;  ///< of /metrics and /ping
  std::uint16_t hook_port(std::size_t index) const;
  AdminClient& admin();
  const SeedFolder& folder() const { return folder_; }

  void reload();  ///< what SIGHUP does
  bool stop();    ///< what SIGTERM does; false when it has not ended within patience()
  /// Sums over the workers, so far.
  std::uint64_t socket_calls() const;
  std::uint64_t heap_allocations() const;

 private:
  struct Running;
  void start();
  SeedFolder folder_;
  Naming naming_;
  std::unique_ptr<Running> running_;
};

}  // namespace gapura::test
