#include "admin/body.h"
#include "admin/hand_change.h"
#include "admin/json.h"
#include "admin/question.h"
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

bool is_on_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void ask(const boost::json::value& value) {
  const auto read = admin::read_question(value);
  check_fault(read);
  const auto* question = std::get_if<admin::Question>(&read);
  if (question == nullptr) return;
  check(question->target.starts_with('/'), "a target that is no path");
  check(!question->host.empty() && is_on_one_line(question->host), "a host that nobody could send");
  check(is_on_one_line(question->method + question->target), "a request line of several lines");
  for (const auto& [name, text] : question->headers) {
    check(!name.empty() && is_on_one_line(name + text), "a field of several lines");
  }
}

void list_servers(std::string_view bytes) {
  const auto list = admin::read_server_list(bytes);
  if (!list) return;
  check(!list->urls.empty(), "an empty list is none");
  const bool is_place = list->first_not_text < list->urls.size();
  check(is_place || list->first_not_text == admin::ServerList::npos, "a place behind the list");
}

void change_by_hand(const boost::json::value& value) {
  const auto read = admin::read_hand_change(value);
  check_fault(read);
  const auto* change = std::get_if<autoscale::HandChange>(&read);
  if (change == nullptr) return;
  check(change->lasts.count() >= 0, "a time before now");
  check(change->lasts.count() == 0 || change->size.value_or(std::nullopt), "a time for nothing");
}

/// What we write of a body is read again.
void say_again(const boost::json::value& value) {
  const auto again = admin::parse_body(admin::to_text(value));
  check(std::holds_alternative<boost::json::value>(again), "what we write is no JSON");
}

}  // namespace

void body(std::string_view bytes) {
  const auto parsed = admin::parse_body(bytes);
  check_fault(parsed);
  list_servers(bytes);
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
  ask(*value);
  change_by_hand(*value);
  say_again(*value);
}

}  // namespace gapura::fuzz
