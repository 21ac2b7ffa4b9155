/// The dynamic configuration's files: read, parsed one by one, and merged. Each file keeps its last
/// good version while it is broken. Blocks; one thread (the disk thread, or the caller before
/// start).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "conf/dynamic_config.h"
#include "conf/static_config.h"

namespace gapura::app {

/// One file as it stands.
struct FileStatus {
  std::filesystem::path file;
  bool is_last_good = false;  ///< what is served is an earlier version
  bool is_broken = false;     ///< not usable as it is on the disk
  conf::Problems problems;
  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

struct LoadedConfig {
  conf::DynamicConfig config;      ///< merged and resolved
  std::vector<FileStatus> files;   ///< in name order
  conf::Problems problems;         ///< of the whole: of the files, their folder, merging, resolving
  std::vector<std::string> notes;  ///< about keeping copies; not the user's mistakes
  bool has_suspect = false;        ///< a file became empty: load again in half a second
};

class ConfigFiles {
 public:
  /// `last_good` is the folder for copies that survive a restart; empty: none are kept.
  ConfigFiles(conf::FileProvider provider, std::vector<std::string> entry_points,
              std::filesystem::path last_good);

  /// From here on load() merges what this JSON says, after the files, in place of what was given
  /// before. Not usable: all stays as it is.
  conf::DynamicResult take_rest(std::string_view json);
  /// Reads everything. Files whose text is as before are not parsed again.
  LoadedConfig load();

 private:
  struct Known {
    std::string text;  ///< the last text seen, good or not
    bool was_seen = false;
    std::string good_text;
    conf::DynamicConfig good;  ///< what `good_text` says: what is served
    bool has_good = false;
    bool is_suspect = false;  ///< became empty at the last look
    FileStatus status;
  };

  /// What the provider rest has and no file.
  void add_rest(LoadedConfig& loaded) const;
  /// The files to read, or nothing when their folder cannot be read: then all stays as it is.
  bool list(std::vector<std::filesystem::path>& files, conf::Problems& problems) const;
  bool has_good() const;
  void look_at(const std::filesystem::path& file, Known& known, LoadedConfig& loaded);
  void take(std::string text, Known& known, LoadedConfig& loaded);
  void accept(conf::DynamicResult result, Known& known, LoadedConfig& loaded);
  void keep_last(conf::Problems problems, Known& known);
  /// The copy of an earlier run, when this one has no good version yet.
  void recall(Known& known);
  std::filesystem::path copy_of(const std::filesystem::path& file) const;
  void forget_all_but(const std::vector<std::filesystem::path>& files);

  conf::FileProvider provider_;
  std::vector<std::string> entry_points_;
  std::filesystem::path last_good_;
  std::map<std::filesystem::path, Known> known_;
  conf::DynamicResult rest_;  ///< of the provider rest
};

struct FolderFiles {
  std::vector<std::filesystem::path> yaml;    ///< *.yml and *.yaml
  std::vector<std::filesystem::path> unread;  ///< that look like configuration by their suffix
};
/// The files under `folder`, recursively, in name order; hidden names are left out, links to
/// folders are followed once. An error is that of `folder` itself.
FolderFiles files_in(const std::filesystem::path& folder, std::error_code& error);

}  // namespace gapura::app
