/// A request for which the API has an operation, taken apart. Control thread only.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>

#include "admin/message.h"

namespace gapura::admin {

/// Which target a path names.
struct TargetName {
  std::string service;  ///< without "@file"
  std::string id;
};

struct Call {
  Request request;
  std::map<std::string, std::string> path;   ///< "service" -> "calculate": decoded, never empty
  std::map<std::string, std::string> query;  ///< decoded; only names that the operation knows
  boost::json::value body;                   ///< null where the operation takes none

  /// "calculate@file" and "calculate" name the same service.
  std::string service() const {
    const std::string& name = path.at("service");
    return name.substr(0, name.find('@'));
  }
  TargetName target() const { return {service(), path.at("target")}; }
};

}  // namespace gapura::admin
