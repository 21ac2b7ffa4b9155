/// The built program as its users start it, on a folder with the seed's files. Owner's thread.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/admin_client.h"
#include "tests/support/seed_folder.h"

namespace gapura::test {

class BinaryFixture {
 public:
  /// `binary`: GAPURA_BINARY. Waits until it serves.
  BinaryFixture(std::string binary, const SeedFolder& folder,
                const std::vector<std::string>& more_arguments = {});
  BinaryFixture(const BinaryFixture&) = delete;
  BinaryFixture& operator=(const BinaryFixture&) = delete;
  ~BinaryFixture();  ///< kill -9, if it still runs

  bool is_ready() const { return port_ != 0; }
  std::uint16_t port() const { return port_; }
  std::uint16_t internal_port() const { return internal_port_; }
  AdminClient& admin() { return *admin_; }
  /// What it has written so far, to both of its streams.
  std::string log() const;

  void send(int signal) const;
  /// Its exit code, or 128 + the signal that ended it; nothing when patience() ran out.
  std::optional<int> wait();
  pid_t pid() const { return pid_; }

 private:
  bool has_exited();
  std::string log_file_;
  pid_t pid_ = -1;
  std::optional<int> exit_;
  std::uint16_t port_ = 0, internal_port_ = 0;
  std::unique_ptr<AdminClient> admin_;
};

}  // namespace gapura::test
