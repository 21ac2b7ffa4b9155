/// Who may use a listener for hooks: whoever carries its token or password, or signs the body.
/// Where neither is asked for, everybody but web pages: those of another origin, and those whose
/// own name has come to mean us (DNS rebinding). Control thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "admin/message.h"
#include "admin/refusals.h"
#include "admin/token.h"
#include "base/clock.h"
#include "conf/hooks.h"

namespace gapura::admin {

class HookAuth {
 public:
  /// Reads the secrets, blocking; or says in one sentence which cannot be had.
  static std::variant<HookAuth, std::string> make(const conf::HookListener& listener);

  /// The refusal, or nothing when the request may be served. `unix_s` is the wall clock, which
  /// signed times are held against. Refusals are logged, a few at a time; after too many
  /// that carry the wrong thing the next ones are 429 (a right one always passes).
  std::optional<Response> refuse(const Request& request, TimePoint now, std::int64_t unix_s);

  /// Who a request that was let pass is of, for the audit log: "uid 1000", "hook, bearer".
  std::string who(const Request& request) const;

  static constexpr std::int64_t kClockDifferenceMax_s = 5 * 60;
  static constexpr std::size_t kSecretBytesMin = Token::kBytesMin;
  static constexpr std::size_t kPasswordBytesMin = 8;

 private:
  /// What an Authorization field must be after its scheme, and what is asked for in a refusal.
  struct Basic {
    std::string credentials;  ///< base64 of "user:password"
  };
  struct Hmac {
    std::string secret;
    std::string header;
    std::string timestamp_header;
  };
  using Credentials = std::variant<std::monostate, Token, Basic, Hmac>;

  HookAuth(Credentials credentials, std::string host)
      : credentials_(std::move(credentials)), host_(std::move(host)) {}
  /// Why the request may not be served; empty: it may.
  std::string fault_of(const Request& request, std::int64_t unix_s) const;
  Response unauthorized(const std::string& why) const;

  Credentials credentials_;
  std::string host_;  ///< that we were told to listen on
  Refusals refusals_{"a hook"};
};

}  // namespace gapura::admin
