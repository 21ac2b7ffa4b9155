#include "base/log.h"

#include <memory>
#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/ascii.h"

namespace gapura::log {
namespace {

constexpr std::size_t kQueuedLines = 8192;

/// A file that can be opened again under the same name, after logrotate has moved it away.
class ReopenableFile final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ReopenableFile(std::string path) : path_(std::move(path)), file_(open()) {}
  /// Throws spdlog_ex when the path cannot be opened; then the old file stays in use.
  void reopen() {
    auto fresh = open();
    const std::lock_guard lock(mutex_);
    file_.swap(fresh);
  }

 private:
  using File = spdlog::details::file_helper;
  std::unique_ptr<File> open() const {
    auto file = std::make_unique<File>();
    file->open(path_);
    return file;
  }
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_->write(line);
  }
  void flush_() override { file_->flush(); }

  const std::string path_;
  std::unique_ptr<File> file_;
};

/// The message as the inside of a JSON string (RFC 8259 7).
class JsonText final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    for (const char c : message.payload) {
      if (c == '"' || c == '\\') {
        out.push_back('\\');
        out.push_back(c);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        constexpr char kHex[] = "0123456789abcdef";
        const std::string_view head = "\\u00";
        out.append(head.data(), head.data() + head.size());
        out.push_back(kHex[(c >> 4) & 0xF]);
        out.push_back(kHex[c & 0xF]);
      } else {
        out.push_back(c);
      }
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonText>();
  }
};

std::unique_ptr<spdlog::formatter> json_formatter() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<JsonText>('*');
  formatter->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S%z","level":"%l","msg":"%*"})");
  return formatter;
}

std::shared_ptr<ReopenableFile>& current_file() {
  static std::shared_ptr<ReopenableFile> file;
  return file;
}

spdlog::level::level_enum level_of(const std::string& name) {
  const std::string lower = to_lower(name);
  if (lower == "fatal" || lower == "panic") return spdlog::level::critical;
  return spdlog::level::from_str(lower);
}

spdlog::level::level_enum level_of(Level level) noexcept {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void write(Level level, std::string_view message) {
  spdlog::log(level_of(level), spdlog::string_view_t(message.data(), message.size()));
}

void write_now(Level level, std::string_view message) {
  const auto logger = spdlog::default_logger();
  const spdlog::details::log_msg line(logger->name(), level_of(level),
                                      spdlog::string_view_t(message.data(), message.size()));
  if (!logger->should_log(line.level)) return;
  for (const auto& sink : logger->sinks()) {
    sink->log(line);
    sink->flush();
  }
}

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
  auto logger = std::make_shared<spdlog::async_logger>(
      "gapura", sink, spdlog::thread_pool(), spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(level_of(settings.level));
  logger->flush_on(spdlog::level::trace);
  if (to_lower(settings.format) == "json") {
    logger->set_formatter(json_formatter());
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S%z %^%L%$ %v");
  }
  spdlog::set_default_logger(logger);
}

bool set_level(const std::string& name) {
  const auto wanted = level_of(name);
  // What spdlog does not know it calls off.
  if (wanted == spdlog::level::off) return false;
  spdlog::set_level(wanted);
  return true;
}

std::string level() {
  switch (spdlog::get_level()) {
    case spdlog::level::trace: return "trace";
    case spdlog::level::debug: return "debug";
    case spdlog::level::info: return "info";
    case spdlog::level::warn: return "warn";
    case spdlog::level::err: return "error";
    default: return "fatal";
  }
}

void reopen() {
  if (!current_file()) return;
  try {
    current_file()->reopen();
  } catch (const spdlog::spdlog_ex& failure) {
    error("the log goes on in the old file: {}", failure.what());
  }
}

void stop() {
  spdlog::shutdown();
  current_file().reset();
  // Whoever still logs (a late destructor, say) finds a logger, not a null pointer.
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "gapura", std::make_shared<spdlog::sinks::stdout_sink_mt>()));
}

}  // namespace gapura::log
