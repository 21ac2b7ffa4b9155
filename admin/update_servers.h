/// POST /update-servers, to the letter as the target updater that Gapura replaces answers it.
/// Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <variant>

#include "admin/changes.h"
#include "admin/message.h"
#include "balancer/registry.h"

namespace gapura::admin {

class UpdateServers {
 public:
  /// `service`: whose list it is; empty: that of the only service there is.
  UpdateServers(balancer::Registry& registry, Changes& changes, std::string service);

  /// {"servers": ["http://10.0.0.5:3000", …]} replaces the list: 200 {"message"} once every worker
  /// goes by it, 400 {"message"}, 500 {"message","error"}. Newcomers join, the missing are drained.
  boost::asio::awaitable<Response> answer(Request request);

 private:
  /// The service's name, or why there is none.
  std::variant<std::string, Response> service() const;

  balancer::Registry& registry_;
  Changes& changes_;
  std::string service_;
};

}  // namespace gapura::admin
