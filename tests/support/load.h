/// Numbered requests with checked bodies from several keep-alive clients, until told to stop; and
/// the comparison with what the targets have seen. Owner's thread (the clients' are inside).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/checked_body.h"
#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"

namespace gapura::test {

class Load {
 public:
  struct Settings {
    std::uint16_t port = 0;
    int clients = 4;
    std::string path = "/calculate";
    int post_every = 2;                    ///< each n-th request is a POST; 0: only GET
    std::size_t body_bytes_max = 20'000;   ///< of a POST
    /// Pause between two requests of a client; a rate, not a wait.
    std::chrono::milliseconds pause{1};
    /// The server may refuse connections or close idle ones (it is being stopped): such requests
    /// count as refused, if no byte of an answer had come.
    bool may_be_refused = false;
    std::uint64_t first_number = 1;        ///< so that two loads of one test differ
  };

  enum class End { good, refused, bad };
  struct Outcome {
    std::uint64_t number = 0;
    End end = End::bad;
    int status = 0;
    std::string method;
    std::string target;    ///< who says that it has answered
    Checksum sent;
    std::string complaint; ///< bad: what was wrong
  };

  explicit Load(Settings settings);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { stop(); }

  /// Waits until `count` more requests have ended; false when patience() runs out.
  bool run_for(std::uint64_t count);
  /// Ends after each client's current request. Idempotent.
  void stop();
  std::uint64_t finished() const { return finished_; }
  /// After stop().
  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  std::uint64_t good() const { return count(End::good); }
  std::uint64_t refused() const { return count(End::refused); }

 private:
  std::uint64_t count(End end) const;
  void run_client();
  Outcome one_request(std::unique_ptr<RawClient>& client, std::uint64_t number);

  const Settings settings_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<std::uint64_t> next_number_;
  std::atomic<std::uint64_t> finished_{0};
  std::mutex outcomes_mutex_;
  std::vector<Outcome> outcomes_;
  std::vector<std::thread> threads_;
};

/// Fails the test unless every request was answered 200 with its own body by the target that says
/// so, and was seen exactly once by all targets together. Refused ones may have been seen once.
void expect_all_good(const Load& load, const std::vector<const FakeTarget*>& targets);

}  // namespace gapura::test
