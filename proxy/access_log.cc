#include "proxy/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/log.h"

namespace gapura::proxy {
namespace {

/// Batches that may wait for the disk: at 64 KiB each, 16 MiB.
constexpr std::size_t kQueuedMax = 256;

}  // namespace

struct AccessLog::State {
  explicit State(const conf::AccessLog& its_settings) : settings(its_settings) {
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

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return !queued.empty() || wants_reopen || is_stopping; });
      std::vector<std::string> batches = std::exchange(queued, {});
      const bool reopens = std::exchange(wants_reopen, false);
      if (batches.empty() && !reopens && is_stopping) return;
      lock.unlock();
      for (const std::string& batch : batches) write_all(batch);
      if (reopens && !open()) {
        log::error("the access log cannot be opened again, the old file is kept: {}",
                   std::strerror(errno));
      }
      lock.lock();
    }
  }

  const conf::AccessLog settings;
  int fd = -1;              // the thread's own, once it runs
  bool has_failed = false;  // the thread's own
  std::mutex mutex;         // guards what follows
  std::condition_variable changed;
  std::vector<std::string> queued;
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
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->queued.size() >= kQueuedMax) return false;
    state_->queued.push_back(batch);  // a copy: the worker keeps its capacity
  }
  state_->changed.notify_one();
  batch.clear();
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
