#include "autoscale/decide/record.h"

#include <boost/json.hpp>
#include <optional>

#include "autoscale/decide/decide.h"
#include "autoscale/decide/policy_text.h"
#include "base/format.h"

namespace gapura::autoscale {
namespace {

namespace json = boost::json;
constexpr std::size_t kDifferencesMax = 100;

std::int64_t ns(TimePoint at) {
  return std::chrono::nanoseconds(at.time_since_epoch()).count();
}
TimePoint time_of(std::int64_t ns) {
  return TimePoint(std::chrono::nanoseconds(ns));
}

json::value or_null(const std::optional<double>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}
std::optional<double> number_or_none(const json::value& value) {
  return value.is_null() ? std::nullopt : std::optional(value.to_number<double>());
}

json::array array_of(const std::vector<double>& numbers) {
  return json::array(numbers.begin(), numbers.end());
}
std::vector<double> numbers_of(const json::value& value) {
  std::vector<double> out;
  for (const json::value& one : value.as_array()) out.push_back(one.to_number<double>());
  return out;
}

/// The members of a sample that are plain numbers, named once for both directions.
template <class S, class Visit>
void each_number(S& sample, const Visit& visit) {
  visit("serving", sample.serving);
  visit("booting", sample.booting);
  visit("draining", sample.draining);
  visit("suspended", sample.suspended);
  visit("fixed", sample.fixed);
  visit("arrived", sample.arrived);
  visit("finished", sample.finished);
  visit("busy_s", sample.busy_s);
  visit("in_flight", sample.in_flight);
  visit("queued", sample.queued);
  visit("queue_waits", sample.queue_waits);
  visit("queue_wait_s", sample.queue_wait_s);
  visit("alerts_up", sample.alerts_up);
  visit("alerts_down", sample.alerts_down);
}

json::object object_of(const Sample& sample) {
  json::object out;
  out["at"] = ns(sample.at);
  out["wall"] = std::chrono::nanoseconds(sample.wall.time_since_epoch()).count();
  out["span"] = sample.span.count();
  each_number(sample, [&](const char* name, const auto& value) { out[name] = value; });
  out["has_load"] = sample.has_load;
  out["is_paused"] = sample.is_paused;
  out["has_all_nodes"] = sample.has_all_nodes;
  out["bounds_s"] = array_of(sample.bounds_s);
  out["latencies"] = array_of(sample.latencies);
  out["cpu"] = or_null(sample.cpu);
  out["memory"] = or_null(sample.memory);
  out["cpu_and_memory"] = or_null(sample.cpu_and_memory);
  json::object queries;
  for (const auto& [name, value] : sample.queries) queries[name] = or_null(value);
  out["queries"] = std::move(queries);
  out["override_size"] =
      sample.override_size ? json::value(*sample.override_size) : json::value(nullptr);
  out["step_to"] = sample.step_to ? json::value(*sample.step_to) : json::value(nullptr);
  return out;
}

/// Throws boost's exceptions on what is not there or of another kind.
Sample sample_of(const json::object& in) {
  Sample out;
  out.at = time_of(in.at("at").to_number<std::int64_t>());
  out.wall =
      WallClock::time_point(std::chrono::nanoseconds(in.at("wall").to_number<std::int64_t>()));
  out.span = Milliseconds(in.at("span").to_number<std::int64_t>());
  each_number(out, [&](const char* name, auto& value) {
    value = in.at(name).template to_number<std::remove_reference_t<decltype(value)>>();
  });
  out.has_load = in.at("has_load").as_bool();
  out.is_paused = in.at("is_paused").as_bool();
  out.has_all_nodes = in.at("has_all_nodes").as_bool();
  out.bounds_s = numbers_of(in.at("bounds_s"));
  out.latencies = numbers_of(in.at("latencies"));
  out.cpu = number_or_none(in.at("cpu"));
  out.memory = number_or_none(in.at("memory"));
  out.cpu_and_memory = number_or_none(in.at("cpu_and_memory"));
  for (const auto& [name, value] : in.at("queries").as_object()) {
    out.queries[std::string(name)] = number_or_none(value);
  }
  const json::value& size = in.at("override_size");
  if (!size.is_null()) out.override_size = size.to_number<std::uint32_t>();
  const json::value& step = in.at("step_to");
  if (!step.is_null()) out.step_to = step.to_number<std::uint32_t>();
  return out;
}

json::object object_of(const Decision& decision) {
  json::array limits, votes;
  for (const std::string& limit : decision.limits) limits.emplace_back(limit);
  for (const Vote& vote : decision.votes) {
    votes.push_back({{"signal", vote.signal},
                     {"value", or_null(vote.value)},
                     {"target", vote.target},
                     {"size", vote.size},
                     {"fewest", vote.fewest},
                     {"reason", vote.reason}});
  }
  return {{"at", ns(decision.at)},     {"from", decision.from},     {"to", decision.to},
          {"wanted", decision.wanted}, {"reason", decision.reason}, {"limits", std::move(limits)},
          {"votes", std::move(votes)}};
}

/// Goes through a file and decides along.
class Replay {
 public:
  void line(std::string_view text, std::size_t number) {
    json::error_code error;
    const json::value whole = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !whole.is_object()) throw std::runtime_error("is no line of a recorded run");
    const json::object& in = whole.as_object();
    if (in.contains("policy")) return start(in);
    if (!history_) throw std::runtime_error("a start line with the policy must come first");
    if (in.contains("boot_ms")) {
      return history_->add_boot(Milliseconds(in.at("boot_ms").to_number<std::int64_t>()));
    }
    history_->add(sample_of(in.at("sample").as_object()));
    const json::object& was = in.at("decision").as_object();
    const Decision is = decide(policy_, *history_, time_of(was.at("at").to_number<std::int64_t>()));
    Decision begun = is;
    if (const json::value* to = in.if_contains("begun")) begun.to = to->to_number<std::uint32_t>();
    history_->add(begun);
    compare(was, is, number);
  }
  Redecided out;

 private:
  void start(const json::object& in) {
    std::string fault;
    const auto policy = read_policy_text(json::serialize(in.at("policy")), &fault);
    if (!policy) throw std::runtime_error("its policy cannot be read: " + fault);
    policy_ = *policy;
    const TimePoint started = time_of(in.at("at").to_number<std::int64_t>());
    // The same start again: the policy has changed, and what was seen before it counts.
    if (!history_ || started_ != started) history_.emplace(started);
    started_ = started;
  }

  void compare(const json::object& was, const Decision& is, std::size_t number) {
    ++out.decisions;
    if (is.is_change()) ++out.changes;
    const auto to = was.at("to").to_number<std::uint32_t>();
    const json::string& reason = was.at("reason").as_string();
    if (to == is.to && std::string_view(reason.data(), reason.size()) == is.reason) return;
    ++out.different;
    if (out.differences.size() >= kDifferencesMax) return;
    out.differences.push_back(fmt::format("line {}: was {} ({}), is {} ({})", number, to,
                                          std::string_view(reason.data(), reason.size()), is.to,
                                          is.reason));
  }

  conf::Autoscale policy_;
  TimePoint started_{};
  std::optional<History> history_;
};

}  // namespace

std::string start_line(std::string_view service, const conf::Autoscale& policy, TimePoint started) {
  json::object out;
  out["service"] = json::string_view(service.data(), service.size());
  out["at"] = ns(started);
  out["policy"] = json::parse(policy_text(policy));
  return json::serialize(out);
}

std::string record_line(const Sample& sample, const Decision& decision, std::uint32_t begun) {
  json::object out{{"sample", object_of(sample)}, {"decision", object_of(decision)}};
  if (begun != decision.to) out["begun"] = begun;
  return json::serialize(out);
}

std::string boot_line(Milliseconds took) {
  return json::serialize(json::object{{"boot_ms", took.count()}});
}

Redecided decide_again(std::string_view text) {
  Replay replay;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    try {
      replay.line(line, number);
    } catch (const std::exception& error) {
      if (end == std::string_view::npos) break;  // cut off while it was written
      replay.out.fault = fmt::format("line {}: {}", number, error.what());
      break;
    }
  }
  return std::move(replay.out);
}

}  // namespace gapura::autoscale
