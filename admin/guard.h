/// Who may use the admin API. Over the Unix socket, whoever may open the file. Over TCP, whoever
/// carries the token, names us by an address of ours (a page that had its own name point here does
/// not: DNS rebinding) and is no foreign web page. Control thread only.
#pragma once

#include <optional>
#include <string>

#include "admin/message.h"
#include "admin/refusals.h"
#include "admin/token.h"
#include "base/clock.h"

namespace gapura::admin {

class Guard {
 public:
  /// `host` is the configured listen host: a name in it may be used in the Host field.
  Guard(std::optional<Token> token, std::string host);

  /// The refusal, or nothing when the request may be served. Refusals are logged, at most a few a
  /// second; after too many wrong tokens the next ones are 429 (a right one always passes).
  std::optional<Response> refuse(const Request& request, TimePoint now);

 private:
  bool is_own_host(const std::string& host) const;
  Response refuse_token(const Request& request, TimePoint now);

  std::optional<Token> token_;
  std::string host_;
  Refusals refusals_{"an admin request"};
};

}  // namespace gapura::admin
