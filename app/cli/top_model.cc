#include "app/cli/top_model.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "app/cli/json_view.h"
#include "app/cli/target_rows.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;

/// The member of `list` whose `key` is `name`; null when there is none.
const json::value& named(const json::array& list, const char* key, const std::string& name) {
  static const json::value kNone;
  const auto found =
      std::ranges::find_if(list, [&](const json::value& one) { return text_in(one, key) == name; });
  return found == list.end() ? kNone : *found;
}

double key_of(const TopRow& row, TopModel::Order order) {
  using Order = TopModel::Order;
  switch (order) {
    case Order::in_flight: return row.in_flight.value_or(-1);
    case Order::requests: return row.requests_per_s.value_or(-1);
    case Order::listed: break;
  }
  return 0;
}

}  // namespace

void TopModel::take_services(const json::value& answer) {
  services_ = answer;
  fault_.clear();
  if (service_.empty()) select(0);
}

void TopModel::take_event(json::value event) {
  events_.push_front(std::move(event));
  if (events_.size() > kEventsMax) events_.pop_back();
}

TopRow TopModel::row_of_service(const json::value& service) const {
  TopRow row;
  row.is_service = true;
  row.service = text_in(service, "name");
  row.state = text_in(service, "status");
  const auto& targets = list_in(service, "targets");
  double in_flight = 0;
  for (const auto& one : targets) in_flight += number_in(one, "inFlight").value_or(0);
  if (!targets.empty()) row.in_flight = in_flight;
  const json::value& stats = named(list_in(stats_, "services"), "name", row.service);
  row.queued = number_in(find_in(stats, "queued") ? stats : service, "queued");
  row.requests_per_s = number_in(stats, "requestsPerSecond");
  row.p50_ms = number_in(stats, "p50Ms");
  row.p95_ms = number_in(stats, "p95Ms");
  return row;
}

TopRow TopModel::row_of_target(const std::string& service, const json::value& target) const {
  TopRow row;
  row.service = service;
  row.target = text_in(target, "id");
  row.state = text_in(target, "state");
  row.probe = probe_of(target);
  row.since_s = number_in(target, "sinceSeconds");
  row.in_flight = number_in(target, "inFlight");
  const json::value& of_service = named(list_in(stats_, "services"), "name", service);
  const json::value& stats = named(list_in(of_service, "targets"), "id", row.target);
  row.requests_per_s = number_in(stats, "requestsPerSecond");
  return row;
}

std::vector<TopRow> TopModel::rows() const {
  std::vector<TopRow> rows;
  for (const json::value& service : list_in(services_, "services")) {
    rows.push_back(row_of_service(service));
    const std::size_t first = rows.size();
    for (const json::value& target : list_in(service, "targets")) {
      rows.push_back(row_of_target(text_in(service, "name"), target));
    }
    std::stable_sort(
        rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(),
        [this](const TopRow& a, const TopRow& b) { return key_of(a, order_) > key_of(b, order_); });
  }
  return rows;
}

std::size_t TopModel::selected() const {
  const auto all = rows();
  const auto found = std::ranges::find_if(
      all, [this](const TopRow& row) { return row.service == service_ && row.target == target_; });
  return found == all.end() ? 0 : static_cast<std::size_t>(found - all.begin());
}

void TopModel::select(std::size_t row) {
  const auto all = rows();
  if (all.empty()) return;
  const TopRow& chosen = all[std::min(row, all.size() - 1)];
  service_ = chosen.service;
  target_ = chosen.target;
}

void TopModel::ask(bool is_drain) {
  if (target_.empty()) {
    message_ = "select a target first (arrows, or j and k)";
    return;
  }
  asked_ = Wish{is_drain, service_, target_};
}

std::optional<TopModel::Wish> TopModel::press(Key key, std::size_t page) {
  message_.clear();
  if (auto asked = std::exchange(asked_, std::nullopt)) {
    if (key == Key::yes) return asked;
    message_ = "not done";
    return std::nullopt;
  }
  const std::size_t at = selected();
  switch (key) {
    case Key::up: select(at == 0 ? 0 : at - 1); break;
    case Key::down: select(at + 1); break;
    case Key::page_up: select(at < page ? 0 : at - page); break;
    case Key::page_down: select(at + page); break;
    case Key::home: select(0); break;
    case Key::end: select(rows().size()); break;
    case Key::drain: ask(true); break;
    case Key::undrain: ask(false); break;
    case Key::sort: order_ = static_cast<Order>((static_cast<int>(order_) + 1) % 3); break;
    case Key::quit:
    case Key::yes:
    case Key::other: break;
  }
  return std::nullopt;
}

std::string TopModel::message() const {
  if (!asked_) return message_;
  return (asked_->is_drain ? "drain " : "let serve again ") + asked_->target + " of " +
         asked_->service + "? y: yes, any other key: no";
}

const char* TopModel::order() const noexcept {
  switch (order_) {
    case Order::in_flight: return "in flight";
    case Order::requests: return "req/s";
    case Order::listed: break;
  }
  return "as listed";
}

}  // namespace gapura::app::cli
