/// The audit log: one line of JSON for every call that may change something and was let pass, and
/// for every change of the autoscaler: when, who, from where, what, what was before, what is after,
/// and how it was answered. Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "admin/change_trace.h"
#include "admin/message.h"

namespace gapura::admin {

/// Adds the line to the log, then calls back on the control thread, whether it could or not: a log
/// that cannot be written holds no change up. Whoever writes it counts and reports that.
using AppendAudit = std::function<void(std::string line, std::function<void()> done)>;

class Audit {
 public:
  explicit Audit(AppendAudit append) : append_(std::move(append)) {}

  /// What is known before the call is served. Without `trace`: it is not kept.
  struct Entry {
    boost::json::object line;
    std::shared_ptr<ChangeTrace> trace;
  };
  /// Puts a trace into the request; does nothing for GET and HEAD, which change nothing.
  Entry begin(Request& request, std::string who) const;
  /// A change that comes by no request.
  Entry begin_own(std::string who) const;

  /// Returns when the line is written: what was acknowledged is in the log, whenever we die.
  boost::asio::awaitable<void> end(Entry entry, unsigned status);
  /// Keeps it only if something was changed.
  boost::asio::awaitable<void> end_own(Entry entry);

 private:
  boost::asio::awaitable<void> write(Entry entry);

  AppendAudit append_;
};

/// What of a body is kept: JSON with its secrets struck out (members whose names say token, secret,
/// password, authorization, cookie or apikey; passwords in URLs); of one that is no JSON or larger
/// than 4096 bytes only {"bytes": n}. Pure.
boost::json::value audited_body(std::string_view body);

}  // namespace gapura::admin
