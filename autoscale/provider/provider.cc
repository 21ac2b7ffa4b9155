#include "autoscale/provider/provider.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "autoscale/provider/exec.h"
#include "autoscale/provider/http_provider.h"
#include "autoscale/provider/process.h"
#include "autoscale/provider/secrets.h"

namespace gapura::autoscale {

const char* to_string(Instance::State state) noexcept {
  switch (state) {
    case Instance::State::pending: return "pending";
    case Instance::State::running: return "running";
    case Instance::State::stopped: return "stopped";
    case Instance::State::failed: break;
  }
  return "failed";
}

std::optional<Milliseconds> retry_after_of(std::string_view seconds) {
  std::int64_t read = 0;
  const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), read);
  if (error != std::errc{} || end != seconds.data() + seconds.size() || read < 0) {
    return std::nullopt;
  }
  const std::int64_t most = std::chrono::floor<std::chrono::seconds>(kRetryAfterMax).count();
  return std::chrono::seconds(std::min(read, most));
}

std::variant<std::unique_ptr<Provider>, std::string> make_provider(
    boost::asio::io_context& loop, const conf::Provider& config, const std::string& service,
    const std::filesystem::path& folder) {
  if (!folder.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return "cannot make the folder " + folder.string() + ": " + failed.message();
  }
  if (const auto* process = std::get_if<conf::ProcessProvider>(&config.how)) {
    return std::make_unique<ProcessInstances>(loop, *process, config.name_prefix, service, folder);
  }
  if (const auto* exec = std::get_if<conf::ExecProvider>(&config.how)) {
    return std::make_unique<ExecInstances>(*exec, config.name_prefix, service);
  }
  const auto& http = std::get<conf::HttpProvider>(config.how);
  auto secrets = read_secrets(http.secrets);
  if (auto* failed = std::get_if<std::string>(&secrets)) return std::move(*failed);
  const std::filesystem::path creations =
      folder.empty() ? folder : folder / (config.name_prefix + "creations");
  return std::make_unique<HttpInstances>(http, config.name_prefix,
                                         std::get<Words>(std::move(secrets)), creations);
}

}  // namespace gapura::autoscale
