/// The audit log's file. It only grows, and is opened for every line: it may be moved away at any
/// time, without a signal. Control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace gapura::app {

class DiskThread;

class AuditLog {
 public:
  /// What is given by reference must outlive this object and the disk thread's loop. An empty
  /// `file`: there is no place for it, and every line is lost.
  AuditLog(boost::asio::io_context& control, DiskThread& disk, std::filesystem::path file)
      : control_(control), disk_(disk), file_(std::move(file)) {}

  /// Why lines could not be written now; empty: they can. Blocks: before start.
  std::string fault() const;

  /// Writes the line, with a break behind it, and calls back on the control thread. One that cannot
  /// be written is counted, and reported in the log at most once a minute.
  void append(std::string line, std::function<void()> done);
  std::uint64_t lost() const noexcept { return lost_; }

 private:
  boost::asio::io_context& control_;
  DiskThread& disk_;
  const std::filesystem::path file_;
  std::uint64_t lost_ = 0;
};

}  // namespace gapura::app
