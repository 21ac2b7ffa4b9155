/// The YAML that the demo writes, and what it says of itself. Pure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace gapura::app {

/// Where everything of a running demo is.
struct DemoPlaces {
  std::filesystem::path folder;
  std::filesystem::path program;  ///< this executable
  std::uint16_t web_port = 0;
  std::uint16_t admin_port = 0;
  std::uint16_t internal_port = 0;
  std::uint16_t first_port = 0;  ///< of ten for the targets

  std::filesystem::path static_file() const { return folder / "static.yaml"; }
  std::filesystem::path configs() const { return folder / "configs"; }
  std::filesystem::path services_file() const { return configs() / "services.yaml"; }
  std::filesystem::path state() const { return folder / "state"; }
  std::filesystem::path token_file() const { return state() / "admin-token"; }
  std::filesystem::path log_file() const { return folder / "gapura.log"; }
  std::string admin_url() const;
};

/// How the service is called, and how the names of its instances begin.
inline constexpr const char* kDemoService = "calculate";
inline constexpr const char* kDemoPrefix = "demo-";

std::string demo_static_yaml(const DemoPlaces& places);
std::string demo_dynamic_yaml();
std::string demo_services_yaml(const DemoPlaces& places);

/// What there is to look at meanwhile, and what to try afterwards, each command ready to be pasted
/// into another terminal.
std::string demo_opening(const DemoPlaces& places);
std::string demo_exercises(const DemoPlaces& places);

}  // namespace gapura::app
