/// A temporary folder, gone with everything in it at the end. Main thread.
#pragma once

#include <filesystem>

namespace gapura::app {

class DemoFolder {
 public:
  /// Throws std::system_error.
  DemoFolder();
  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;
  ~DemoFolder();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Removes it now. Any thread.
  void remove() const noexcept;

 private:
  std::filesystem::path path_;
};

}  // namespace gapura::app
