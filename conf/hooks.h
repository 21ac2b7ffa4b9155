/// What other programs may ask of us, what we tell them, and the file that says who is to be
/// watched: `hooks`, `notify` and `sd` of the static configuration, all ours. Values.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "conf/listen_address.h"

namespace gapura::conf {

/// Where a secret is: in a file or in a variable of the environment. Never the secret itself.
struct Secret {
  std::filesystem::path file;  ///< empty: in the environment
  std::string variable;        ///< its name
  bool is_given() const noexcept { return !file.empty() || !variable.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;
};

/// "Authorization: Bearer <token>" (RFC 6750 2.1).
struct BearerAuth {
  Secret token;
};
/// "Authorization: Basic …" (RFC 7617).
struct BasicAuth {
  std::string user;
  Secret password;
};
/// HMAC-SHA256 of the body, in hexadecimal, in a field of its own, as Grafana signs.
struct HmacAuth {
  Secret secret;
  std::string header;            ///< empty: either of the two names that Grafana has used
  std::string timestamp_header;  ///< empty: the body alone is signed
};

/// What a listener may answer.
enum class HookRoute {
  scale,           ///< POST /v1/scale-up, /v1/scale-down; GET /v1/operations/…
  update_servers,  ///< POST /update-servers
  alerts,          ///< POST /api/v1/hooks/alerts
  sd,              ///< GET /sd/prometheus
};

/// One of `hooks`.
struct HookListener {
  ListenAddress address;            ///< unused with `unix_path`
  std::filesystem::path unix_path;  ///< a socket that only our user may open (0600)
  std::set<HookRoute> serves;       ///< never empty
  /// Without one, whoever reaches the listener may use it: a Unix socket, or `insecure: true`.
  std::variant<std::monostate, BearerAuth, BasicAuth, HmacAuth> auth;
  bool is_async = false;  ///< steps are answered 202 at once, with an operation to ask for
};

/// What the outside is told of.
enum class NotifyEvent {
  joined,
  ready,
  suspended,
  draining,
  drained,
  gone,
  scaled,
  provider_failed,
};

std::string_view to_string(NotifyEvent event) noexcept;

/// What a template may name in two braces: "{{event}}".
inline constexpr std::array<std::string_view, 12> kNotifyFields{
    "event", "service", "target",   "url", "state",   "reason",
    "from",  "to",      "finished", "cut", "seconds", "time"};

/// One of `notify`: whom to tell, by HTTP or by a command.
struct Notify {
  std::string url;                   ///< http:// or https://; empty: `command`
  std::vector<std::string> command;  ///< its arguments too; the message comes on its input
  std::set<NotifyEvent> events;      ///< never empty
  std::string body;                  ///< `template`; empty: the message as JSON
  std::string content_type;          ///< of `template`; JSON unless given
  Secret secret;                     ///< messages by HTTP are signed with it; may be not given
  Milliseconds timeout{10'000};      ///< of one attempt
  std::uint32_t retries = 10;        ///< attempts after the first; then it is dropped
  std::uint32_t queue_max = 1'000;   ///< messages that wait; the oldest is dropped for a new one
};

/// `sd`: a file of Prometheus' file_sd, kept as the targets are.
struct TargetsFile {
  std::filesystem::path file;
  std::string service;        ///< without "@file"; empty: all
  std::uint16_t port = 9100;  ///< of what is scraped on the targets' machines
  std::vector<std::pair<std::string, std::string>> labels;
  bool is_autoscaled_only = false;  ///< the machine that is always there may be listed elsewhere
};

}  // namespace gapura::conf
