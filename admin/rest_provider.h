/// PUT /api/providers/rest: the dynamic configuration as JSON, beside the files'. Kept in memory
/// only, as Traefik does. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "admin/audit.h"
#include "admin/message.h"
#include "conf/problem.h"

namespace gapura::admin {

/// What became of a configuration.
struct RestTaken {
  bool is_usable = false;   ///< false: what was given before stays
  conf::Problems problems;  ///< of what was given
};

class RestProvider {
 public:
  /// Puts a text in force, and calls back on the control thread when it is.
  using Take = std::function<void(std::string json, std::function<void(RestTaken)>)>;
  RestProvider(Take take, AppendAudit audit) : take_(std::move(take)), audit_(std::move(audit)) {}

  static bool is_its(std::string_view path) { return path.starts_with("/api/providers/"); }

  /// 200 with what was given, 400 {"message"} when it is no JSON, not of the right shape, or for
  /// another provider than rest; 403 to foreign web pages; 405. It replaces all that was given
  /// before; parts of it that are wrong are disabled, as in a file. The audit log has every call
  /// but those of web pages.
  boost::asio::awaitable<Response> answer(Request request);

 private:
  boost::asio::awaitable<Response> serve(Request request);

  const Take take_;
  Audit audit_;
  boost::json::value given_;  ///< what the audit log says of what is in force; null: nothing is
};

}  // namespace gapura::admin
