#include "app/notify/notice.h"

#include <boost/json.hpp>

#include "admin/json.h"
#include "base/ascii.h"

namespace gapura::app {
namespace json = boost::json;
using conf::NotifyEvent;
using Time = std::chrono::system_clock::time_point;

namespace {

std::optional<NotifyEvent> event_of(balancer::Phase phase) {
  switch (phase) {
    case balancer::Phase::serving: return NotifyEvent::ready;
    case balancer::Phase::suspended: return NotifyEvent::suspended;
    case balancer::Phase::draining: return NotifyEvent::draining;
    case balancer::Phase::joining:
    case balancer::Phase::warming:
    case balancer::Phase::gone: break;
  }
  return std::nullopt;
}

std::vector<NotifyEvent> events_of(const balancer::Event& event) {
  std::vector<NotifyEvent> events;
  const auto phase = event_of(event.target.phase);
  switch (event.kind) {
    case balancer::Event::Kind::joined:
      events.push_back(NotifyEvent::joined);
      if (phase == NotifyEvent::ready) events.push_back(NotifyEvent::ready);
      break;
    case balancer::Event::Kind::phase_changed:
      if (phase) events.push_back(*phase);
      break;
    case balancer::Event::Kind::drained:
      // A drain that was taken back is told as ready.
      if (event.drain && !event.drain->was_cancelled) events.push_back(NotifyEvent::drained);
      break;
    case balancer::Event::Kind::gone: events.push_back(NotifyEvent::gone); break;
    case balancer::Event::Kind::panic_begun:
    case balancer::Event::Kind::panic_ended: break;
  }
  return events;
}

Notice notice_of(NotifyEvent kind, const balancer::Event& event, Time time) {
  Notice notice;
  notice.event = kind;
  notice.service = event.target.service;
  notice.target = event.target.id;
  notice.url = event.target.url;
  notice.state = balancer::to_string(event.target.phase);
  notice.reason = event.target.reason;
  notice.time = time;
  if (kind == NotifyEvent::drained) {
    notice.finished = event.drain->finished;
    notice.cut = event.drain->cut;
    notice.seconds = static_cast<double>(event.drain->took.count()) / 1000;
  }
  return notice;
}

json::object object_of(const Notice& notice) {
  json::object object;
  object["event"] = conf::to_string(notice.event);
  object["time"] = admin::rfc3339(notice.time);
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) object[name] = value;
  };
  const auto number = [&](std::string_view name, const auto& value) {
    if (value) object[name] = *value;
  };
  text("service", notice.service);
  text("target", notice.target);
  text("url", notice.url);
  text("state", notice.state);
  text("reason", notice.reason);
  number("from", notice.from);
  number("to", notice.to);
  number("finished", notice.finished);
  number("cut", notice.cut);
  number("seconds", notice.seconds);
  return object;
}

/// A member as text; empty when it means nothing for this event.
std::string field_of(const json::object& object, std::string_view name, bool is_json) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    std::string text = admin::to_text(*value);
    text.pop_back();  // the line's end
    return text;
  }
  if (!is_json) return std::string(value->get_string());
  const std::string quoted = json::serialize(value->get_string());
  return quoted.substr(1, quoted.size() - 2);
}

std::string filled(std::string_view text, const json::object& object, bool is_json) {
  std::string out;
  for (;;) {
    const std::size_t begin = text.find("{{");
    const std::size_t end = begin == text.npos ? text.npos : text.find("}}", begin);
    if (end == text.npos) break;
    out += text.substr(0, begin);
    out += field_of(object, trim_ows(text.substr(begin + 2, end - begin - 2)), is_json);
    text.remove_prefix(end + 2);
  }
  return out.append(text);
}

}  // namespace

std::vector<Notice> notices_of(const balancer::Event& event, Time time) {
  std::vector<Notice> notices;
  for (const NotifyEvent kind : events_of(event)) notices.push_back(notice_of(kind, event, time));
  return notices;
}

std::vector<Notice> notices_of(const autoscale::ScalingEvent& event, Time time) {
  using Kind = autoscale::ScalingEvent::Kind;
  const bool is_change = event.decision && event.decision->is_change();
  const bool is_scaled = event.kind == Kind::decided && is_change;
  if (!is_scaled && event.kind != Kind::provider_failed) return {};
  Notice notice;
  notice.event = is_scaled ? NotifyEvent::scaled : NotifyEvent::provider_failed;
  notice.service = event.service;
  notice.reason = event.message;
  notice.time = time;
  if (is_scaled) {
    notice.from = event.decision->from;
    notice.to = event.decision->to;
  }
  return {notice};
}

std::string content_type_of(const conf::Notify& to) {
  return to.content_type.empty() ? "application/json" : to.content_type;
}

std::string message_of(const Notice& notice, const conf::Notify& to) {
  const json::object object = object_of(notice);
  if (to.body.empty()) return admin::to_text(object);
  const bool is_json = to_lower(content_type_of(to)).find("json") != std::string::npos;
  return filled(to.body, object, is_json);
}

}  // namespace gapura::app
