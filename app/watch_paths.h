/// Which folders must be watched so that no change of a path goes unseen, and what the files behind
/// it look like from outside. Reads folders and links; disk thread.
///
/// inotify watches inodes, not names: a watch on a folder reached by a link sees nothing when the
/// link is pointed elsewhere (measured). So for every component of a path its parent is watched for
/// that name, and the same again along every link's target.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "conf/static_config.h"

namespace gapura::app {

struct WatchedFolder {
  bool sees_content = false;    ///< writes matter too, not only names that come and go
  bool is_whole = false;        ///< every name matters
  std::set<std::string> names;  ///< else: these
};

/// By path as it is to be opened.
using WatchedFolders = std::map<std::filesystem::path, WatchedFolder>;
WatchedFolders folders_to_watch(const conf::FileProvider& provider);

/// A file as stat(2) shows it, links followed. Two equal looks mean: not written in between, as far
/// as can be told without reading.
struct FileLook {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = -1;  ///< -1: cannot be looked at
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileLook&, const FileLook&) = default;
};
using Looks = std::map<std::filesystem::path, FileLook>;
Looks look_at_files(const conf::FileProvider& provider);

}  // namespace gapura::app
