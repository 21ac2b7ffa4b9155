/// The YAML that the demo writes and the lines that it prints. Pure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gapura::app {

/// Where everything of a running demo is.
struct DemoPlaces {
  struct Target {
    std::string name;       ///< "quick"
    std::string authority;  ///< "127.0.0.1:40001"
    int delay_ms = 0;
  };
  std::filesystem::path folder;
  std::filesystem::path program;  ///< this executable
  std::uint16_t web_port = 0;
  std::uint16_t admin_port = 0;
  std::uint16_t internal_port = 0;
  std::vector<Target> targets;  ///< quickest first; three of them

  std::filesystem::path static_file() const { return folder / "static.yaml"; }
  std::filesystem::path configs() const { return folder / "configs"; }
  std::filesystem::path services_file() const { return configs() / "services.yaml"; }
  std::filesystem::path state() const { return folder / "state"; }
};

std::string demo_static_yaml(const DemoPlaces& places);
std::string demo_dynamic_yaml();
std::string demo_services_yaml(const DemoPlaces& places);

/// What to try, each command ready to be pasted into another terminal.
std::string demo_instructions(const DemoPlaces& places);

}  // namespace gapura::app
