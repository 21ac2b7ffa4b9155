#include "admin/json.h"
#include "admin/question.h"
#include "base/check.h"
#include "tests/fuzz/targets.h"

namespace gapura::fuzz {
namespace {

bool is_on_one_line(std::string_view text) {
  return text.find_first_of("\r\n") == std::string_view::npos &&
         text.find('\0') == std::string_view::npos;
}

void ask(std::string_view bytes) {
  const auto read = admin::read_question(bytes);
  if (const auto* fault = std::get_if<admin::BodyFault>(&read)) {
    check(!fault->message.empty(), "a fault without words");
    return;
  }
  const auto& question = std::get<admin::Question>(read);
  check(question.target.starts_with('/'), "a target that is no path");
  check(!question.host.empty() && is_on_one_line(question.host), "a host that nobody could send");
  check(is_on_one_line(question.method + question.target), "a request line of several lines");
  for (const auto& [name, value] : question.headers) {
    check(!name.empty() && is_on_one_line(name + value), "a field of several lines");
  }
}

void update(std::string_view bytes) {
  const auto list = admin::read_server_list(bytes);
  if (!list) return;
  check(!list->urls.empty(), "an empty list is none");
  const bool is_place = list->first_not_text < list->urls.size();
  check(is_place || list->first_not_text == admin::ServerList::npos, "a place behind the list");
}

void add(std::string_view bytes) {
  const auto read = admin::read_targets(bytes);
  if (const auto* wanted = std::get_if<admin::WantedTargets>(&read)) {
    check(!wanted->targets.empty(), "nothing was wanted");
    for (const auto& one : wanted->targets) check(!one.id.empty(), "a target without an id");
  }
}

}  // namespace

void admin_body(std::string_view bytes) {
  ask(bytes);
  update(bytes);
  add(bytes);
}

}  // namespace gapura::fuzz
