#include "base/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <stdexcept>

#include "base/ascii.h"

namespace gapura::log {
namespace {

constexpr std::size_t kQueuedLines = 8192;

/// A file that can be opened again under the same name, after logrotate has moved it away.
class ReopenableFile final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ReopenableFile(const std::string& path) { file_.open(path); }
  void reopen() {
    const std::lock_guard lock(mutex_);
    file_.reopen(/*truncate=*/false);
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_.write(line);
  }
  void flush_() override { file_.flush(); }
  spdlog::details::file_helper file_;
};

std::shared_ptr<ReopenableFile>& current_file() {
  static std::shared_ptr<ReopenableFile> file;
  return file;
}

spdlog::level::level_enum level_of(const std::string& name) {
  const std::string lower = to_lower(name);
  if (lower == "fatal" || lower == "panic") return spdlog::level::critical;
  return spdlog::level::from_str(lower);
}

}  // namespace

void start(const Settings& settings) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (settings.file_path.empty()) {
    sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
  } else {
    try {
      current_file() = std::make_shared<ReopenableFile>(settings.file_path);
    } catch (const spdlog::spdlog_ex& error) {
      throw std::runtime_error("cannot open the log file: " + std::string(error.what()));
    }
    sink = current_file();
  }
  spdlog::init_thread_pool(kQueuedLines, 1);
  auto logger = std::make_shared<spdlog::async_logger>("gapura", sink, spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(level_of(settings.level));
  logger->flush_on(spdlog::level::info);
  if (to_lower(settings.format) == "json") {
    logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S%z","level":"%l","msg":"%v"})");
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S%z %^%L%$ %v");
  }
  spdlog::set_default_logger(logger);
}

void reopen() {
  if (current_file()) current_file()->reopen();
}

void stop() { spdlog::shutdown(); }

}  // namespace gapura::log
