#include "app/watch_paths.h"

#include <sys/stat.h>

#include "app/config_files.h"

namespace gapura::app {
namespace {

namespace fs = std::filesystem;

constexpr int kLinksMax = 40;  // as the kernel's own limit

/// Watches the parent of every component of `path`, and goes along links.
void follow(const fs::path& path, WatchedFolders& folders, int links_left) {
  fs::path parent = path.root_path();
  const fs::path parts = path.relative_path();
  for (const fs::path& part : parts) {
    if (part.empty()) continue;
    folders[parent].names.insert(part.string());
    const fs::path here = parent / part;
    std::error_code error;
    if (fs::is_symlink(fs::symlink_status(here, error)) && links_left > 0) {
      const fs::path target = fs::read_symlink(here, error);
      // Not normalised: "a/../b" differs from "b" when a is a link; components are walked anyway.
      if (!error) follow(target.is_absolute() ? target : parent / target, folders, links_left - 1);
    }
    parent = here;
  }
}

void watch_file(const fs::path& file, WatchedFolders& folders) {
  follow(file, folders, kLinksMax);
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  const fs::path& end = error ? file : real;
  WatchedFolder& folder = folders[end.parent_path()];
  folder.sees_content = true;
  folder.names.insert(end.filename().string());
}

void watch_tree(const fs::path& folder, std::set<fs::path>& seen, WatchedFolders& folders) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (error || !seen.insert(real).second) return;
  folders[real].sees_content = true;
  folders[real].is_whole = true;
  fs::directory_iterator entry(real, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.filename().native().starts_with('.')) continue;
    std::error_code ignored;
    const bool is_link = entry->is_symlink(ignored);
    const bool is_folder = entry->is_directory(ignored);
    if (is_link) follow(path, folders, kLinksMax);
    if (is_folder) watch_tree(path, seen, folders);
    if (is_link && !is_folder) watch_file(path, folders);
  }
}

FileLook look_at_file(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .changed_ns = status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec};
}

}  // namespace

WatchedFolders folders_to_watch(const conf::FileProvider& provider) {
  WatchedFolders folders;
  std::error_code error;
  if (!provider.directory.empty()) {
    std::set<fs::path> seen;
    follow(fs::absolute(provider.directory, error), folders, kLinksMax);
    watch_tree(provider.directory, seen, folders);
  } else if (!provider.filename.empty()) {
    watch_file(fs::absolute(provider.filename, error), folders);
  }
  return folders;
}

Looks look_at_files(const conf::FileProvider& provider) {
  Looks looks;
  if (!provider.directory.empty()) {
    std::error_code error;
    for (const auto& file : files_in(provider.directory, error).yaml) {
      looks[file] = look_at_file(file);
    }
    // A folder that cannot be read is a state of its own, unlike one without files.
    if (error) looks[provider.directory] = {};
  } else if (!provider.filename.empty()) {
    looks[provider.filename] = look_at_file(provider.filename);
  }
  return looks;
}

}  // namespace gapura::app
