#include "app/cli/place.h"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "admin/token.h"
#include "app/atomic_file.h"
#include "app/state_dir.h"
#include "autoscale/net/url.h"
#include "base/net/unix_socket.h"

namespace gapura::app::cli {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr const char* kSayToken = "give --token-file FILE, or set GAPURA_TOKEN";

std::string trimmed(std::string text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  text.erase(end == std::string::npos ? 0 : end + 1);
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  return text;
}

/// The token that the command line or the environment names; nothing when they name none.
std::variant<std::optional<std::string>, std::string> given_token(const PlaceOptions& options,
                                                                  const Environment& environment) {
  using Given = std::optional<std::string>;
  if (!options.token_file.empty()) {
    std::string text;
    if (const std::error_code error = read_whole(options.token_file, text)) {
      return "the token cannot be read from --token-file " + options.token_file.string() + ": " +
             error.message();
    }
    return Given(trimmed(std::move(text)));
  }
  const auto variable = environment("GAPURA_TOKEN");
  if (variable && !variable->empty()) return Given(trimmed(*variable));
  return Given();
}

Place unix_place(std::filesystem::path socket, std::string found_by) {
  return {.url = "http://localhost",
          .unix_socket = socket,
          .token = {},
          .name = std::string(kUnix) + socket.string(),
          .found_by = std::move(found_by),
          .token_advice = {}};
}

std::variant<Place, std::string> place_of_url(const std::string& text) {
  if (text.starts_with(kUnix)) {
    const std::string path = text.substr(kUnix.size());
    if (path.starts_with('/')) return unix_place(path, "--admin");
    return std::string("--admin unix: needs the whole path of the socket, like unix:/run/x.sock");
  }
  std::string fault;
  const auto url = autoscale::Url::parse(text, &fault);
  if (!url) return "--admin: " + fault + "; write it like http://127.0.0.1:8081";
  if (url->target != "/") {
    return std::string("--admin is the address alone, like http://127.0.0.1:8081, without a path");
  }
  Place place;
  place.url = (url->is_tls ? "https://" : "http://") + url->authority;
  place.name = place.url;
  place.found_by = "--admin";
  place.token_advice = std::string("the token of that server is not known: ") + kSayToken;
  return place;
}

/// Where a server that listens there is reached from this machine.
std::string reachable(const conf::ListenAddress& address) {
  std::string host = address.host;
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(address.port);
}

void add_token_of(const Installation& installation, Place& place) {
  const std::filesystem::path file = installation.token_file();
  std::string text;
  if (const std::error_code error = read_whole(file, text)) {
    place.token_advice = "the token in " + file.string() + " cannot be read: " + error.message() +
                         "; run this as the user that Gapura runs as, or " + kSayToken;
    return;
  }
  text = trimmed(std::move(text));
  if (text.starts_with(admin::Token::kDigestPrefix)) {
    place.token_advice =
        file.string() + " holds the digest of the token, not the token; " + std::string(kSayToken);
    return;
  }
  place.token = std::move(text);
}

/// `is_token_given`: one that was chosen for this call says what it may do, so that it is asked by
/// TCP, where it counts.
std::variant<Place, std::string> place_of(const Installation& installation, bool is_token_given) {
  const conf::StaticConfig& config = installation.config;
  const std::string file = config.file.string();
  const bool has_file = !file.empty();
  const std::string found_by =
      has_file ? "admin.address of " + file : "the default: no configuration file was found";
  if (!config.admin.is_on) {
    return "the admin API is off in " + file + " (admin.enabled); set it to true";
  }
  if (!config.admin.unix_path.empty()) return unix_place(config.admin.unix_path, found_by);
  if (const auto socket = installation.live_socket(); !socket.empty() && !is_token_given) {
    Place place =
        unix_place(socket, has_file ? "the state folder of " + file : "the default state folder");
    add_token_of(installation, place);  // not asked for there, but `token show` shows it
    return place;
  }
  if (config.admin.address.port == 0) {
    return "admin.address of " + file +
           " has port 0, so that only the server's log knows it; give --admin URL";
  }
  Place place;
  place.url = reachable(config.admin.address);
  place.name = place.url;
  place.found_by = found_by;
  add_token_of(installation, place);
  return place;
}

}  // namespace

std::vector<std::filesystem::path> Installation::state_folders() const {
  return StateDir::places(config.state_dir, config.file);
}

std::filesystem::path Installation::token_file() const {
  if (!config.admin.token_file.empty()) return config.admin.token_file;
  const auto folders = state_folders();
  for (const auto& folder : folders) {
    std::error_code error;
    const auto file = folder / StateDir::kAdminToken;
    if (std::filesystem::exists(file, error)) return file;
  }
  return folders.front() / StateDir::kAdminToken;
}

std::filesystem::path Installation::live_socket() const {
  auto folders = state_folders();
  // The default one may be that of another Gapura: what is beside our configuration is ours.
  std::ranges::reverse(folders);
  for (const auto& folder : folders) {
    auto file = folder / StateDir::kAdminSocket;
    const auto address = socket_address(file);
    if (address && is_listened_on(*address) == true) return file;
  }
  return {};
}

std::variant<Installation, std::string> find_installation(const PlaceOptions& options,
                                                          const Environment& environment) {
  const bool is_given = !options.config_file.empty();
  const std::filesystem::path file = is_given ? options.config_file : find_config_file(environment);
  if (file.empty()) return Installation{};
  std::string text;
  if (const std::error_code error = read_whole(file, text)) {
    return "the configuration " + file.string() + " cannot be read: " + error.message();
  }
  conf::StaticResult result = conf::parse_static(text, file);
  result.config.file = file;
  for (const conf::Problem& problem : result.problems) {
    if (problem.severity == conf::Severity::error) return problem.to_string();
  }
  return Installation{std::move(result.config)};
}

std::variant<Place, std::string> find_place(const PlaceOptions& options,
                                            const Environment& environment) {
  auto given = given_token(options, environment);
  if (auto* fault = std::get_if<std::string>(&given)) return std::move(*fault);
  const auto& token = std::get<std::optional<std::string>>(given);

  std::variant<Place, std::string> found;
  if (!options.admin.empty()) {
    found = place_of_url(options.admin);
  } else {
    auto installation = find_installation(options, environment);
    if (auto* fault = std::get_if<std::string>(&installation)) {
      return "the admin API's place is not known: " + *fault + ". Give --admin URL";
    }
    found = place_of(std::get<Installation>(installation), token.has_value());
  }
  if (auto* place = std::get_if<Place>(&found); place != nullptr && token) place->token = *token;
  return found;
}

}  // namespace gapura::app::cli
