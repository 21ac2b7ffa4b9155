/// Who makes and unmakes the machines (or processes) that targets run on. Control thread; nothing
/// here blocks for longer than a small file takes. An implementation knows only its own instances:
/// those that conf::is_own_name() holds for. So a new name is the prefix, then letters and digits.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "conf/autoscale.h"

namespace gapura::autoscale {

struct Instance {
  enum class State { pending, running, stopped, failed };
  std::string id{};    ///< the provider's
  std::string name{};  ///< ours, unique
  State state = State::pending;
  std::string address{};       ///< IP or name; empty: not known yet
  std::uint16_t port = 0;      ///< of the service; 0: as configured
  std::int64_t created_s = 0;  ///< Unix time; 0: not known
  /// It may be probed and, once it answers, used.
  bool is_up() const noexcept { return state == State::running && !address.empty(); }
  friend bool operator==(const Instance&, const Instance&) = default;
};

/// The words of the exec protocol, the API and `gapura provider check`.
const char* to_string(Instance::State state) noexcept;

/// A provider is waited for so long at most, whatever it asks for.
constexpr Milliseconds kRetryAfterMax{3'600'000};

struct ProviderFault {
  enum class Kind {
    unreachable,  ///< nobody knows whether it was done; ask again later
    rate_limited,
    refused,    ///< it will not be done as asked, now or later: credentials, quota, bad request
    not_found,  ///< the instance does not exist (any more)
  };
  Kind kind = Kind::unreachable;
  std::string message{};                      ///< one sentence, no secrets
  std::optional<Milliseconds> retry_after{};  ///< when the provider said so; kRetryAfterMax at most
};

inline ProviderFault fault(ProviderFault::Kind kind, std::string message) {
  return {kind, std::move(message), std::nullopt};
}

/// Whole seconds, as providers write them; nothing when it is none. kRetryAfterMax at most.
std::optional<Milliseconds> retry_after_of(std::string_view seconds);

template <class T>
using Outcome = std::variant<T, ProviderFault>;
struct Done {};

class Provider {
 public:
  virtual ~Provider() = default;
  /// All instances of ours. Complete, or a fault: what is not in it does not exist.
  virtual boost::asio::awaitable<Outcome<std::vector<Instance>>> list() = 0;
  /// Begins to make one; it need not be up when this returns. The name is new. An empty id: the
  /// provider has not said it yet, list() will.
  virtual boost::asio::awaitable<Outcome<Instance>> create(std::string name) = 0;
  /// Gone, or on its way to be; `not_found` when it was gone already.
  virtual boost::asio::awaitable<Outcome<Done>> remove(Instance instance) = 0;
  /// Stopped instances as a warm pool. False: the two below always refuse.
  virtual bool can_stop() const noexcept = 0;
  virtual boost::asio::awaitable<Outcome<Done>> start(Instance instance) = 0;
  virtual boost::asio::awaitable<Outcome<Done>> stop(Instance instance) = 0;
  /// What create() would do, for people: "POST https://…/vm/clone?uuid=…&name=…". No secrets.
  virtual std::string describe_create(const std::string& name) const = 0;
};

/// The provider that the configuration asks for, or why there can be none (a secret's file cannot
/// be read, an unknown preset). `service` is used in messages and the children's environment;
/// `folder` is where it may keep what must outlive us (pid files), empty: nowhere.
std::variant<std::unique_ptr<Provider>, std::string> make_provider(
    boost::asio::io_context& loop, const conf::Provider& config, const std::string& service,
    const std::filesystem::path& folder);

}  // namespace gapura::autoscale
