/// Who may use the admin API. Over the Unix socket, whoever may open the file. Over TCP, whoever
/// carries a token, names us by an address of ours (a page that had its own name point here does
/// not: DNS rebinding) and is no foreign web page. Control thread only.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "admin/message.h"
#include "admin/refusals.h"
#include "admin/token.h"
#include "base/clock.h"

namespace gapura::admin {

class Guard {
 public:
  /// What may be carried, by scope. Without either nobody passes over TCP.
  struct Tokens {
    std::optional<Token> write{};  ///< may do everything
    std::optional<Token> read{};   ///< GET and HEAD only
  };
  /// `host` is the configured listen host: a name in it may be used in the Host field.
  Guard(Tokens tokens, std::string host);

  /// The refusal, or nothing when the request may be served. Refusals are logged, at most a few a
  /// second; after too many wrong tokens of an address its next ones are 429 (a right one always
  /// passes).
  std::optional<Response> refuse(const Request& request, TimePoint now);

  /// The one before opens nothing any more.
  void set_write_token(Token token) { tokens_.write = std::move(token); }

  /// Who a request that was let pass is of, for the audit log: "uid 1000", "write token".
  std::string who(const Request& request) const;

 private:
  Response refuse_token(const Request& request, TimePoint now);

  Tokens tokens_;
  std::string host_;
  Refusals refusals_{"an admin request"};
};

}  // namespace gapura::admin
