#include "proxy/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"

namespace gapura::proxy {
namespace {

/// Batches that may wait for the disk: at 64 KiB each, 16 MiB.
constexpr std::size_t kQueuedMax = 256;
/// Batches that are kept for workers to fill again.
constexpr std::size_t kSpareMax = 16;

}  // namespace

struct AccessLog::State {
  explicit State(const conf::AccessLog& its_settings) : settings(its_settings) {
    queued.reserve(kQueuedMax);
    spare.reserve(kSpareMax);
    if (!open()) {
      throw std::runtime_error("cannot open the access log " + settings.file_path + ": " +
                               std::strerror(errno));
    }
  }
  ~State() {
    if (fd > STDERR_FILENO) ::close(fd);
  }

  bool open() {
    int next = STDOUT_FILENO;
    if (!settings.file_path.empty()) {
      next = ::open(settings.file_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
      if (next < 0) return false;
    }
    if (fd > STDERR_FILENO) ::close(fd);
    fd = next;
    return true;
  }

  void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::write(fd, bytes.data(), bytes.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) {
        // Said once per outage: a full disk must not fill the other log as well.
        if (!std::exchange(has_failed, true)) {
          log::error("the access log cannot be written: {}", std::strerror(errno));
        }
        return;
      }
      has_failed = false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  /// For workers to fill again. Under the lock, which they wait for: what is too much is freed
  /// before.
  void keep(std::vector<std::string>& written) {
    for (std::string& batch : written) {
      if (spare.size() < kSpareMax) spare.push_back(std::move(batch));
    }
    written.clear();
  }

  void run() {
    std::vector<std::string> batches;
    batches.reserve(kQueuedMax);
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return !queued.empty() || wants_reopen || is_stopping; });
      batches.swap(queued);
      const bool reopens = std::exchange(wants_reopen, false);
      if (batches.empty() && !reopens && is_stopping) return;
      lock.unlock();
      for (const std::string& batch : batches) write_all(batch);
      if (reopens && !open()) {
        log::error("the access log cannot be opened again, the old file is kept: {}",
                   std::strerror(errno));
      }
      if (batches.size() > kSpareMax) batches.resize(kSpareMax);
      for (std::string& batch : batches) batch.clear();
      lock.lock();
      keep(batches);
    }
  }

  const conf::AccessLog settings;
  int fd = -1;              // the thread's own, once it runs
  bool has_failed = false;  // the thread's own
  std::mutex mutex;         // guards what follows
  std::condition_variable changed;
  std::vector<std::string> queued;
  std::vector<std::string> spare;  // empty ones, with their memory
  bool wants_reopen = false;
  bool is_stopping = false;
  std::thread thread;
};

AccessLog::AccessLog(const conf::AccessLog& settings) : state_(std::make_unique<State>(settings)) {
  state_->thread = std::thread([this] { state_->run(); });
}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_stopping = true;
  }
  state_->changed.notify_one();
  state_->thread.join();
}

conf::LogFormat AccessLog::format() const noexcept {
  return state_->settings.format;
}

bool AccessLog::hand_over(std::string& batch) {
  const std::size_t capacity = batch.capacity();
  {
    std::string next;
    const std::lock_guard lock(state_->mutex);
    if (state_->queued.size() >= kQueuedMax) return false;
    if (!state_->spare.empty()) {
      next = std::move(state_->spare.back());
      state_->spare.pop_back();
    }
    state_->queued.push_back(std::exchange(batch, std::move(next)));
  }
  state_->changed.notify_one();
  batch.reserve(capacity);
  return true;
}

void AccessLog::reopen() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->wants_reopen = true;
  }
  state_->changed.notify_one();
}

}  // namespace gapura::proxy
