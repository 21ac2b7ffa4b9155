#include "admin/hand_change.h"

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "conf/scalars.h"

namespace gapura::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view kMembers[] = {"mode", "paused", "size", "for"};
constexpr std::uint32_t kSizeMax = 100'000;  // far above any max

std::optional<BodyFault> read_size(const json::value& value, autoscale::HandChange& change) {
  if (value.is_null()) {
    change.size.emplace(std::nullopt);
    return std::nullopt;
  }
  if (!value.is_int64() || value.as_int64() < 0 || value.as_int64() > kSizeMax) {
    return BodyFault{"\"size\" must be a number of targets, or null to let the signals decide",
                     "size"};
  }
  change.size.emplace(static_cast<std::uint32_t>(value.as_int64()));
  return std::nullopt;
}

std::optional<BodyFault> read_member(const std::string& name, const json::value& value,
                                     autoscale::HandChange& change) {
  if (name == "size") return read_size(value, change);
  if (name == "paused") {
    if (!value.is_bool()) return BodyFault{"\"paused\" must be true or false", name};
    change.is_paused = value.as_bool();
    return std::nullopt;
  }
  if (name == "mode") {
    if (value.is_string()) change.mode = conf::scaling_mode(value.as_string());
    if (change.mode) return std::nullopt;
    return BodyFault{"\"mode\" must be off, observe, up_only or on", name};
  }
  if (name == "for") {
    std::string fault = "must be a duration";
    const auto lasts = value.is_string() ? conf::parse_duration(value.as_string(), &fault)
                                         : std::optional<Milliseconds>();
    if (!lasts) return BodyFault{"\"for\" " + fault + ", like \"10m\"", name};
    change.lasts = *lasts;
    return std::nullopt;
  }
  return unknown_member(name, kMembers);
}

}  // namespace

std::variant<autoscale::HandChange, BodyFault> read_hand_change(const json::value& body) {
  const json::object* object = body.if_object();
  if (object == nullptr || object->empty()) {
    return BodyFault{"the body must be an object like {\"size\": 3, \"for\": \"10m\"}", ""};
  }
  autoscale::HandChange change;
  for (const auto& [key, value] : *object) {
    if (auto fault = read_member(std::string(key), value, change)) return *fault;
  }
  if (change.lasts.count() != 0 && !change.size.value_or(std::nullopt)) {
    return BodyFault{"\"for\" means nothing without a size", "for"};
  }
  return change;
}

}  // namespace gapura::admin
