#include "admin/body.h"
#include "base/check.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {
namespace {

template <class Read>
void check_fault(const Read& read) {
  const auto* fault = std::get_if<admin::BodyFault>(&read);
  check(fault == nullptr || !fault->message.empty(), "a fault without words");
}

void check_target(const balancer::NewTarget& target) {
  check(!target.id.empty(), "a target without an id");
  check(target.server.weight >= 1 && target.server.weight <= 1'000'000,
        "a weight beyond its limits");
  const auto again = conf::ServerUrl::parse(target.server.url.to_string(), nullptr);
  check(again == target.server.url, "a URL that says something else when it is written");
}

}  // namespace

void body(std::string_view bytes) {
  const auto parsed = admin::parse_body(bytes);
  check_fault(parsed);
  admin::read_server_list(bytes);
  const auto* value = std::get_if<boost::json::value>(&parsed);
  if (value == nullptr) return;

  const auto targets = admin::read_targets(*value);
  check_fault(targets);
  if (const auto* wanted = std::get_if<admin::WantedTargets>(&targets)) {
    check(!wanted->targets.empty(), "a list of nothing");
    for (const auto& one : wanted->targets) check_target(one);
  }
  const auto target = admin::read_target(*value, "id");
  check_fault(target);
  if (const auto* one = std::get_if<balancer::NewTarget>(&target)) check_target(*one);
  const auto change = admin::read_target_change(*value);
  check_fault(change);
  if (const auto* one = std::get_if<balancer::TargetChange>(&change)) {
    check(one->weight || one->is_drained, "a change of nothing");
  }
  check_fault(admin::read_service_change(*value));
  check_fault(admin::read_log_level(*value));
}

}  // namespace gapura::fuzz
