#include <set>

#include "admin/hand_change.h"
#include "admin/json.h"
#include "admin/query.h"
#include "base/check.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {
namespace {

void check_fault(const admin::BodyFault& fault) {
  check(!fault.message.empty(), "a fault without words");
}

void add_targets(std::string_view bytes) {
  const auto read = admin::read_targets(bytes);
  if (const auto* fault = std::get_if<admin::BodyFault>(&read)) return check_fault(*fault);
  const auto& wanted = std::get<admin::WantedTargets>(read);
  check(!wanted.targets.empty(), "nothing to add");
  std::set<std::string> ids;
  for (const balancer::NewTarget& one : wanted.targets) {
    check(!one.id.empty() && ids.insert(one.id).second, "an id that is none, or twice");
    check(one.server.weight >= 1 && one.server.weight <= 1'000'000, "a weight out of range");
    std::string fault;
    const auto again = conf::ServerUrl::parse(one.server.url.to_string(), &fault);
    check(again == one.server.url, "a URL that is another one when it is read again");
  }
}

void list_servers(std::string_view bytes) {
  const auto list = admin::read_server_list(bytes);
  if (!list) return;
  check(!list->urls.empty(), "an empty list was taken");
  const bool is_named = list->first_not_text != admin::ServerList::npos;
  check(!is_named || list->first_not_text < list->urls.size(), "a place outside of the list");
}

void change_by_hand(std::string_view bytes) {
  const auto read = admin::read_hand_change(bytes);
  if (const auto* fault = std::get_if<admin::BodyFault>(&read)) return check_fault(*fault);
  const auto& change = std::get<autoscale::HandChange>(read);
  const bool holds_size = change.size && *change.size;
  check(change.lasts.count() >= 0, "a time before now");
  check(change.lasts.count() == 0 || holds_size, "a time for nothing");
}

/// What we write of a body is read again as the same.
void say_again(std::string_view bytes) {
  const auto read = admin::parse_body(bytes);
  if (const auto* fault = std::get_if<admin::BodyFault>(&read)) return check_fault(*fault);
  const auto& value = std::get<boost::json::value>(read);
  const auto again = admin::parse_body(admin::to_text(value));
  const auto* same = std::get_if<boost::json::value>(&again);
  check(same != nullptr, "what we write is no JSON");
}

void wait_query(std::string_view bytes) {
  const auto read = admin::read_wait_query(bytes);
  const auto* query = std::get_if<admin::WaitQuery>(&read);
  if (query == nullptr || !query->timeout) return;
  check(query->is_waiting, "a limit of no wait");
  check(query->timeout->count() > 0, "a limit that has passed");
}

}  // namespace

void admin_body(std::string_view bytes) {
  add_targets(bytes);
  list_servers(bytes);
  change_by_hand(bytes);
  say_again(bytes);
  wait_query(bytes);
}

}  // namespace gapura::fuzz
