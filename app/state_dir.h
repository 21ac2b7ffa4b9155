/// Where state is kept, and the lock that keeps a second process out of it.
/// Resource: holds the lock while it lives. Made before start.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gapura::app {

class StateDir {
 public:
  /// What of the admin API is in one.
  static constexpr const char* kAdminSocket = "admin.sock";
  static constexpr const char* kAdminToken = "admin-token";

  /// `configured` alone when it is not empty; else /var/lib/gapura, then `.gapura` beside
  /// `config_file`, if there is one. Touches nothing.
  static std::vector<std::filesystem::path> places(const std::filesystem::path& configured,
                                                   const std::filesystem::path& config_file);

  /// The first of places() that can be had.
  /// Makes the folder (0700) where it is missing. Every place that could not be had is named in
  /// `complaints`, one sentence each. Empty: there is no place at all.
  static std::optional<StateDir> open(const std::filesystem::path& configured,
                                      const std::filesystem::path& config_file,
                                      std::vector<std::string>& complaints);

  StateDir(StateDir&& other) noexcept;
  StateDir& operator=(StateDir&&) = delete;
  ~StateDir();

  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  StateDir(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  static std::optional<StateDir> try_place(const std::filesystem::path& folder, std::string& why);

  std::filesystem::path path_;
  int lock_;  ///< descriptor of the locked file `lock`
};

}  // namespace gapura::app
