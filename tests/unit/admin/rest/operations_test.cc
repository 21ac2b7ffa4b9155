#include "admin/rest/operations.h"

#include <algorithm>
#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

#include "admin/hooks.h"
#include "admin/openapi.h"
#include "base/ascii.h"

namespace gapura::admin {
namespace {

namespace json = boost::json;

json::object document() {
  return json::parse(openapi_text()).as_object();
}

/// What a "$ref" stands for, or the node itself.
json::object resolved(const json::object& document, const json::value& node) {
  const auto* reference = node.as_object().if_contains("$ref");
  if (reference == nullptr) return node.as_object();
  const std::string pointer(reference->as_string());
  return json::value(document).at_pointer(pointer.substr(1)).as_object();
}

std::set<std::string> words(std::string_view text) {
  std::istringstream in{std::string(text)};
  return {std::istream_iterator<std::string>(in), {}};
}

TEST(Operations, AreThoseOfTheDocument) {
  std::set<std::string> documented;
  const json::object whole = document();
  for (const auto& [path, item] : whole.at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      const bool is_operation = method != "parameters" && !Hooks::route_of(path);
      if (is_operation) documented.insert(std::string(method) + " " + std::string(path));
    }
  }
  std::set<std::string> served;
  for (const Operation& one : operations()) {
    served.insert(to_lower(one.method) + " " + std::string(one.path));
  }

  EXPECT_EQ(served, documented);
  EXPECT_EQ(served.size(), operations().size()) << "none is there twice";
}

TEST(Operations, OfHooksAreTaggedInTheDocument) {
  std::set<conf::HookRoute> documented;
  const json::object whole = document();
  for (const auto& [path, item] : whole.at("paths").as_object()) {
    const auto route = Hooks::route_of(path);
    if (route) documented.insert(*route);
    for (const auto& [method, operation] : item.as_object()) {
      if (method == "parameters") continue;
      EXPECT_EQ(operation.as_object().contains("tags"), route.has_value()) << path;
    }
  }

  using enum conf::HookRoute;
  EXPECT_EQ(documented, (std::set<conf::HookRoute>{scale, update_servers, alerts, sd}));
}

TEST(Operations, TakeTheQueriesAndBodiesOfTheDocument) {
  const json::object whole = document();
  for (const Operation& one : operations()) {
    const json::object& item = whole.at("paths").at(std::string(one.path)).as_object();
    const json::object& operation = item.at(to_lower(one.method)).as_object();
    std::set<std::string> queries;
    if (const auto* parameters = operation.if_contains("parameters")) {
      for (const json::value& reference : parameters->as_array()) {
        const json::object parameter = resolved(whole, reference);
        if (parameter.at("in") == "query") queries.emplace(parameter.at("name").as_string());
      }
    }
    EXPECT_EQ(words(one.query), queries) << one.method << ' ' << one.path;
    EXPECT_EQ(one.body == Operation::Body::json, operation.contains("requestBody"))
        << one.method << ' ' << one.path;
  }
}

}  // namespace
}  // namespace gapura::admin
