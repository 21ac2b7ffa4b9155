/// The seed's three YAML files in a temporary folder, with ports filled in. Owner's thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/fake_target.h"

namespace gapura::test {

/// A folder under the system's temporary directory; removed with everything in it at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// One server of a service in the YAML.
struct ServerLine {
  ServerLine(const FakeTarget* target) : url(target->url() + "/") {}  // NOLINT: for short lists
  explicit ServerLine(std::string url_, int weight_ = 0) : url(std::move(url_)), weight(weight_) {}
  std::string url;
  int weight = 0;  ///< 0: not given
};
using ServerLines = std::vector<ServerLine>;

class SeedFolder {
 public:
  struct Settings {
    int workers = 2;
    /// More lines of static.yaml, at its outermost level.
    std::string more_static{};
    /// More lines below `web:` of the entry point, indented by four.
    std::string more_entry_point{};
    /// More lines below `loadBalancer:` of the service, indented by eight.
    std::string more_load_balancer{};
    /// More lines of the service beside `loadBalancer:`, indented by six.
    std::string more_service{};
    /// Instead of the seed's router file.
    std::string dynamic{};
    bool watches = true;
    bool takes_rest = false;            ///< providers.rest
    bool shows_update_servers = false;  ///< services.yaml is updateServers.file
  };

  explicit SeedFolder(Settings settings);

  std::filesystem::path static_file() const { return folder_.path() / "static.yaml"; }
  std::filesystem::path configs() const { return folder_.path() / "configs"; }
  std::filesystem::path services_file() const { return configs() / "services.yaml"; }
  std::filesystem::path dynamic_file() const { return configs() / "dynamic.yaml"; }
  std::filesystem::path state_dir() const { return folder_.path() / "state"; }
  const std::filesystem::path& path() const { return folder_.path(); }

  /// services.yaml as its users write it, in place.
  void write_services(const ServerLines& servers) const;
  /// The same by a temporary file renamed over it.
  void rename_services_over(const ServerLines& servers) const;
  std::string services_text(const ServerLines& servers) const;

 private:
  const Settings settings_;
  TemporaryFolder folder_;
};

/// Writes the file in place: truncated, then filled.
void write_file(const std::filesystem::path& path, const std::string& text);
std::string read_file(const std::filesystem::path& path);

}  // namespace gapura::test
