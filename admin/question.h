/// A request that somebody asks about: {"method", "url", "headers"?, "entryPoint"?,
/// "clientAddress"?}. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/body.h"

namespace gapura::admin {

struct Question {
  std::string method = "GET";
  std::string host;        ///< as a Host field has it: the header's, or else the URL's
  std::string target;      ///< "/a?b=c", as a request line has it
  std::uint16_t port = 0;  ///< of the URL; 0: it has no host
  std::vector<std::pair<std::string, std::string>> headers;
  std::string entry_point;     ///< empty: not given
  std::string client_address;  ///< likewise
};

/// Unknown members are faults, as are wrong types and what no request could have.
std::variant<Question, BodyFault> read_question(const boost::json::value& body);

}  // namespace gapura::admin
