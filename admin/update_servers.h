/// POST /update-servers, to the letter as the target updater that Gapura replaces answers it.
/// Control thread only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "admin/changes.h"
#include "admin/message.h"
#include "balancer/registry.h"

namespace gapura::admin {

/// What became of a list in its file.
struct ListShown {
  std::string fault{};      ///< what was wrong; empty: nothing
  bool is_in_place = true;  ///< the file has it all the same, but perhaps not after a power failure
};

/// Writes the list into the file that is to show it and puts that in force, then calls back on the
/// control thread.
using WriteServers = std::function<void(const std::string& service, std::vector<conf::Server>,
                                        std::function<void(ListShown)>)>;

class UpdateServers {
 public:
  /// `service`: whose list it is; empty: that of the only service there is. `write` may be empty:
  /// no file shows the list.
  UpdateServers(balancer::Registry& registry, Changes& changes, std::string service,
                WriteServers write);

  /// {"servers": ["http://10.0.0.5:3000", …]} replaces the list: 200 {"message"} once every worker
  /// goes by it, 400 {"message"}, 500 {"message","error"}. Newcomers join, the missing are drained.
  boost::asio::awaitable<Response> answer(Request request);

 private:
  /// In the file, if there is one.
  boost::asio::awaitable<ListShown> show(std::string service, std::vector<conf::Server> servers);
  /// The service's name, or why there is none.
  std::variant<std::string, Response> service() const;

  balancer::Registry& registry_;
  Changes& changes_;
  std::string service_;
  const WriteServers write_;
};

}  // namespace gapura::admin
