#include "app/config_files.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "app/atomic_file.h"
#include "base/ascii.h"

namespace gapura::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRestName = "providers.rest";  // in messages, where a file's name stands

bool is_yaml(const fs::path& file) {
  return file.extension() == ".yml" || file.extension() == ".yaml";
}

/// What Traefik reads, or somebody may believe that it is read.
bool looks_like_configuration(const fs::path& file) {
  const std::string suffix = to_lower(file.extension().string());
  return suffix == ".toml" || suffix == ".json" || suffix == ".yml" || suffix == ".yaml";
}

/// `seen` holds the real folders on the way, so that links in a circle end.
void collect(const fs::path& folder, std::set<fs::path>& seen, FolderFiles& files,
             std::error_code& error) {
  const fs::path real = fs::canonical(folder, error);
  if (error || !seen.insert(real).second) return;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    // Hidden names are editors' and Kubernetes' own ("..data"), never meant to be read.
    if (path.filename().native().starts_with('.')) continue;
    std::error_code gone;  // a name that went away meanwhile, or a link to nowhere
    if (fs::is_directory(path, gone)) {
      collect(path, seen, files, error);
      // Any other error is a folder that cannot be read now: its files have not been deleted.
      if (error && error != std::errc::no_such_file_or_directory) return;
    } else if (is_yaml(path)) {
      files.yaml.push_back(path);
    } else if (looks_like_configuration(path)) {
      files.unread.push_back(path);
    }
  }
}

bool has_content(const conf::DynamicConfig& config) {
  return !config.routers.empty() || !config.services.empty();
}

conf::Problem problem_of(const fs::path& file, std::string message,
                         conf::Severity severity = conf::Severity::error) {
  conf::Problem problem;
  problem.severity = severity;
  problem.file = file.string();
  problem.message = std::move(message);
  return problem;
}

/// FNV-1a, 64 bits: the same in every build, unlike std::hash.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace

FolderFiles files_in(const fs::path& folder, std::error_code& error) {
  FolderFiles files;
  std::set<fs::path> seen;
  error.clear();
  collect(folder, seen, files, error);
  std::ranges::sort(files.yaml);
  std::ranges::sort(files.unread);
  return files;
}

ConfigFiles::ConfigFiles(conf::FileProvider provider, std::vector<std::string> entry_points,
                         fs::path last_good)
    : provider_(std::move(provider)),
      entry_points_(std::move(entry_points)),
      last_good_(std::move(last_good)) {}

LoadedConfig ConfigFiles::load() {
  LoadedConfig loaded;
  std::vector<fs::path> files;
  if (list(files, loaded.problems)) {
    std::erase_if(
        known_, [&](const auto& entry) { return !std::ranges::binary_search(files, entry.first); });
    for (const fs::path& file : files) look_at(file, known_[file], loaded);
    forget_all_but(files);
  }
  std::vector<std::pair<fs::path, conf::DynamicConfig>> parts;
  std::vector<fs::path> broken;
  for (const auto& [file, known] : known_) {
    loaded.files.push_back(known.status);
    loaded.problems.insert(loaded.problems.end(), known.status.problems.begin(),
                           known.status.problems.end());
    if (known.has_good) parts.emplace_back(file, known.good);
    if (known.status.is_broken) broken.push_back(file);
  }
  loaded.config = conf::merge(parts, loaded.problems);
  add_rest(loaded);
  conf::resolve(loaded.config, entry_points_, loaded.problems, broken);
  return loaded;
}

conf::DynamicResult ConfigFiles::take_rest(std::string_view json) {
  conf::DynamicResult given = conf::parse_dynamic(json, kRestName);  // JSON is YAML
  for (auto& [name, router] : given.config.routers) router.provider = "rest";
  for (auto& [name, service] : given.config.services) service.provider = "rest";
  if (given.is_usable) rest_ = given;
  return given;
}

void ConfigFiles::add_rest(LoadedConfig& loaded) const {
  loaded.problems.insert(loaded.problems.end(), rest_.problems.begin(), rest_.problems.end());
  const auto add = [&](auto& into, const auto& given, const std::string& kind) {
    for (const auto& [name, value] : given) {
      if (into.emplace(name, value).second) continue;
      conf::Problem problem = problem_of(kRestName, "a file has it too, and the file's counts",
                                         conf::Severity::warning);
      problem.path = "http." + kind + "." + name;
      loaded.problems.push_back(std::move(problem));
    }
  };
  add(loaded.config.routers, rest_.config.routers, "routers");
  add(loaded.config.services, rest_.config.services, "services");
}

bool ConfigFiles::list(std::vector<fs::path>& files, conf::Problems& problems) const {
  if (!provider_.directory.empty()) {
    std::error_code error;
    FolderFiles found = files_in(provider_.directory, error);
    if (error) {
      const char* end =
          has_good() ? "; its last version stays in force" : "; nothing of it is in force";
      problems.push_back(problem_of(provider_.directory,
                                    "the directory cannot be read: " + error.message() + end));
      return false;
    }
    for (const fs::path& file : found.unread) {
      problems.push_back(problem_of(file,
                                    "is not read: only YAML is, in files that end in .yml or .yaml",
                                    conf::Severity::warning));
    }
    files = std::move(found.yaml);
    return true;
  }
  // A single file is named on purpose: that it is missing is a mistake, not a wish for nothing.
  if (!provider_.filename.empty()) files.push_back(provider_.filename);
  return true;
}

bool ConfigFiles::has_good() const {
  return std::ranges::any_of(known_, [](const auto& entry) { return entry.second.has_good; });
}

void ConfigFiles::look_at(const fs::path& file, Known& known, LoadedConfig& loaded) {
  known.status.file = file;
  std::string text;
  if (const std::error_code error = read_whole(file, text)) {
    known.was_seen = false;
    keep_last({problem_of(file, "cannot be read: " + error.message())}, known);
    return;
  }
  const bool is_unchanged = known.was_seen && text == known.text;
  if (is_unchanged && !known.is_suspect) return;
  take(std::move(text), known, loaded);
}

void ConfigFiles::take(std::string text, Known& known, LoadedConfig& loaded) {
  known.text = std::move(text);
  known.was_seen = true;
  conf::DynamicResult result = conf::parse_dynamic(known.text, known.status.file);
  if (!result.is_usable) {
    known.is_suspect = false;
    keep_last(std::move(result.problems), known);
    return;
  }
  if (result.is_empty) recall(known);
  if (!result.is_empty || !known.has_good || !has_content(known.good)) {
    if (result.is_empty) {
      result.problems.push_back(problem_of(
          known.status.file,
          "the file is empty; a process that has read more from it keeps that until it is deleted",
          conf::Severity::warning));
    }
    accept(std::move(result), known, loaded);
    return;
  }
  // Some tools empty a file before they fill it: looked at twice before it is believed broken.
  if (!known.is_suspect) {
    known.is_suspect = true;
    loaded.has_suspect = true;
    return;
  }
  known.is_suspect = false;
  keep_last({problem_of(known.status.file, "the file is empty; delete it if its content is to go")},
            known);
}

void ConfigFiles::accept(conf::DynamicResult result, Known& known, LoadedConfig& loaded) {
  const fs::path& file = known.status.file;
  known.good = std::move(result.config);
  known.has_good = true;
  known.is_suspect = false;
  known.status = {.file = file, .problems = std::move(result.problems)};
  if (last_good_.empty() || known.good_text == known.text) return;
  known.good_text = known.text;
  std::string kept;
  const fs::path copy = copy_of(file);
  if (!read_whole(copy, kept) && kept == known.good_text) return;
  if (const std::error_code error = write_atomically(copy, known.good_text)) {
    loaded.notes.push_back("no copy of " + file.string() + " could be kept in " +
                           last_good_.string() + ": " + error.message() +
                           "; should it be broken at the next start, it will not be served");
  }
}

void ConfigFiles::keep_last(conf::Problems problems, Known& known) {
  recall(known);
  known.status.problems = std::move(problems);
  known.status.is_broken = true;
  known.status.is_last_good = known.has_good;
}

void ConfigFiles::recall(Known& known) {
  if (known.has_good || last_good_.empty()) return;
  std::string text;
  if (read_whole(copy_of(known.status.file), text)) return;
  conf::DynamicResult result = conf::parse_dynamic(text, known.status.file);
  if (!result.is_usable) return;
  known.good = std::move(result.config);
  known.good_text = std::move(text);
  known.has_good = true;
}

fs::path ConfigFiles::copy_of(const fs::path& file) const {
  std::error_code error;
  const fs::path absolute = fs::absolute(file, error).lexically_normal();
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx",
                static_cast<unsigned long long>(stable_hash(absolute.native())));
  return last_good_ / (std::string(hash) + "-" + file.filename().string());
}

void ConfigFiles::forget_all_but(const std::vector<fs::path>& files) {
  if (last_good_.empty()) return;
  std::set<fs::path> wanted;
  for (const fs::path& file : files) wanted.insert(copy_of(file));
  std::error_code error;
  fs::directory_iterator entry(last_good_, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;  // a copy that stays behind does no harm
    if (!wanted.contains(entry->path())) fs::remove(entry->path(), ignored);
  }
}

}  // namespace gapura::app
