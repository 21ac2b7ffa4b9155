/// The fake IDCloudHost of tests/support/fake_idcloudhost.py, running beside a test. Owner's
/// thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/sockets.h"

namespace gapura::test {

class FakeCloud {
 public:
  /// `options` as the script takes them, but for --token, which is "cloud-token". Fails the test
  /// when it does not start.
  explicit FakeCloud(const std::vector<std::string>& options) { start(options); }
  FakeCloud(const FakeCloud&) = delete;
  FakeCloud& operator=(const FakeCloud&) = delete;
  /// Ends it, and the processes of its machines.
  ~FakeCloud();

  /// "http://127.0.0.1:PORT"
  const std::string& url() const noexcept { return url_; }
  static constexpr const char* kToken = "cloud-token";

 private:
  void start(const std::vector<std::string>& options);

  Fd input_;  ///< it ends when this is closed
  pid_t pid_ = 0;
  std::string url_;
};

}  // namespace gapura::test
