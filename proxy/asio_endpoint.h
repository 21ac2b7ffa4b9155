/// Our endpoint as Asio takes it: for what connects from the control thread. Pure; any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstring>

#include "base/net/endpoint.h"

namespace gapura::proxy {

inline boost::asio::ip::tcp::endpoint asio_endpoint(const Endpoint& endpoint) {
  boost::asio::ip::tcp::endpoint out;
  out.resize(endpoint.size());
  std::memcpy(out.data(), endpoint.data(), endpoint.size());
  return out;
}

}  // namespace gapura::proxy
