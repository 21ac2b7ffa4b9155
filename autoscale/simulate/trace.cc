#include "autoscale/simulate/trace.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

namespace gapura::autoscale {
namespace {

constexpr double kSecondsMax = 400.0 * 86'400;
/// Of requests, or of a request's work: more is a mistake, and infinity can be no count.
constexpr double kAmountMax = 1e12;

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() ||
      !(value >= 0 && value <= kAmountMax)) {
    return {};
  }
  return value;
}

/// "13:05" as the seconds since midnight.
std::optional<double> clock_time(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  const auto hours = number(text.substr(0, colon)), minutes = number(text.substr(colon + 1));
  if (!hours || !minutes || *minutes >= 60) return {};
  return *hours * 3'600 + *minutes * 60;
}

struct Row {
  double at_s = 0, amount = 0;
};

enum class Form { minutes, seconds, arrivals };

std::optional<Form> form_of(std::string_view head) {
  if (head == "minute,requests") return Form::minutes;
  if (head == "second,requests") return Form::seconds;
  if (head.starts_with("seconds,")) return Form::arrivals;
  return {};
}

std::variant<std::vector<Row>, TraceFault> rows_of(std::string_view text, Form form) {
  std::vector<Row> rows;
  for (int line = 2; !text.empty(); ++line) {
    const std::string_view row = take_line(text);
    if (row.empty()) continue;
    const auto comma = std::min(row.find(','), row.size());
    const std::string_view first = row.substr(0, comma);
    const auto at = form == Form::minutes ? clock_time(first) : number(first);
    const auto amount = comma < row.size() ? number(row.substr(comma + 1)) : std::nullopt;
    if (!at || !amount || *at > kSecondsMax) {
      return TraceFault{"line " + std::to_string(line) + " is not a time and a number: \"" +
                        std::string(row.substr(0, 60)) + "\""};
    }
    if (!rows.empty() && *at < rows.back().at_s) {
      return TraceFault{"line " + std::to_string(line) + " goes back in time"};
    }
    rows.push_back({*at, *amount});
  }
  if (rows.empty()) return TraceFault{"it holds no line after its head"};
  return rows;
}

Trace counts(const std::vector<Row>& rows, std::size_t step) {
  Trace out;
  const auto end = static_cast<std::size_t>(rows.back().at_s) + step;
  out.rates.resize(end - static_cast<std::size_t>(rows.front().at_s));
  for (const Row& row : rows) {
    const auto at = static_cast<std::size_t>(row.at_s - rows.front().at_s);
    for (std::size_t i = at; i < at + step; ++i) {
      out.rates[i] = row.amount / static_cast<double>(step);
    }
  }
  out.is_exact = step == 1;
  return out;
}

Trace arrivals(const std::vector<Row>& rows, double service_s) {
  Trace out;
  out.is_exact = true;
  const double first = rows.front().at_s;
  const auto seconds = static_cast<std::size_t>(rows.back().at_s - first) + 1;
  out.rates.resize(seconds);
  out.work_s.resize(seconds);
  double total = 0;
  for (const Row& row : rows) total += row.amount;
  const double unit = total > 0 ? service_s * static_cast<double>(rows.size()) / total : 0;
  for (const Row& row : rows) {
    const auto at = static_cast<std::size_t>(row.at_s - first);
    out.rates[at] += 1;
    out.work_s[at] += row.amount * unit;
  }
  for (std::size_t i = 0; i < seconds; ++i) {
    out.work_s[i] = out.rates[i] > 0 ? out.work_s[i] / out.rates[i] : service_s;
  }
  return out;
}

}  // namespace

double Trace::total() const {
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

double Trace::peak() const {
  return rates.empty() ? 0 : *std::ranges::max_element(rates);
}

void Trace::scale(double factor) {
  for (double& rate : rates) rate *= factor;
  if (factor != 1) is_exact = false;
}

std::variant<Trace, TraceFault> read_csv_trace(std::string_view text, double service_s) {
  const std::string_view head = take_line(text);
  const auto form = form_of(head);
  if (!form) {
    return TraceFault{
        "its first line must be minute,requests or second,requests or seconds,<work>, "
        "but is \"" +
        std::string(head.substr(0, 60)) + "\""};
  }
  auto rows = rows_of(text, *form);
  if (auto* fault = std::get_if<TraceFault>(&rows)) return *std::move(fault);
  const auto& read = std::get<std::vector<Row>>(rows);
  if (*form == Form::arrivals) return arrivals(read, service_s);
  return counts(read, *form == Form::minutes ? 60 : 1);
}

}  // namespace gapura::autoscale
