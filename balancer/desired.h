/// Files, overlay and what names stand for -> the targets a service should have. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "balancer/overlay.h"
#include "balancer/target.h"
#include "base/net/endpoint.h"
#include "conf/dynamic_config.h"

namespace gapura::balancer {

/// A server that files and overlay list.
struct ListedServer {
  std::string id;
  conf::Server server;
  Origin origin = Origin::file;
  Milliseconds ttl{0};  ///< AddedTarget::ttl
};

/// None of a service over services. The file's servers without the removed ones, then the added
/// ones by id. An added one with the id of a file's server replaces it (another weight, say).
std::vector<ListedServer> listed_servers(const conf::ServiceConfig& service,
                                         const ServiceOverlay& overlay);

/// What names stand for, by authority ("app.internal:3000"); no list is empty.
using Addresses = std::map<std::string, std::vector<Endpoint>>;

struct WantedTarget {
  std::string id;
  ListedServer listed;
  Endpoint endpoint;        ///< not set: the URL's name is not resolved yet
  bool is_named = false;    ///< the URL holds a name
  bool is_drained = false;  ///< listed, but told to drain
};

/// Each listed server is one target with its id. One with a name is one for each of the name's
/// addresses, with address_id(); without any it is one that cannot be used yet.
std::vector<WantedTarget> wanted_targets(const conf::ServiceConfig& service,
                                         const ServiceOverlay& overlay, const Addresses& addresses);

/// "app.internal:3000@10.0.0.5": neither the order nor the number of a name's addresses is in it.
std::string address_id(const std::string& listed_id, const Endpoint& endpoint);
/// The id of the server that lists the target with this id.
std::string listed_id(const std::string& id);

/// Ends what has lost its meaning: tombstones of services whose entry in the files changed, and
/// drain marks of targets that are not listed any more. Services that no file has are left alone:
/// they may come back. True: something changed.
bool settle(Overlay& overlay, const conf::DynamicConfig& files);

}  // namespace gapura::balancer
