#include "autoscale/signals/node_metrics.h"

#include <charconv>
#include <cmath>

namespace gapura::autoscale {
namespace {

/// "name{labels} value" or "name value"; the value may be followed by a time.
struct Line {
  std::string_view name, labels;
  double value = 0;
};

std::optional<Line> read_line(std::string_view text) {
  if (text.empty() || text.front() == '#') return std::nullopt;
  Line line;
  std::size_t end = text.find_first_of("{ ");
  if (end == std::string_view::npos) return std::nullopt;
  line.name = text.substr(0, end);
  if (text[end] == '{') {
    // A label's value may hold a brace; node_exporter's closing one is followed by the value.
    const std::size_t close = text.rfind('}');
    if (close == std::string_view::npos || close < end) return std::nullopt;
    line.labels = text.substr(end + 1, close - end - 1);
    end = close + 1;
  }
  const std::size_t begin = text.find_first_not_of(' ', end);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view number = text.substr(begin);
  const auto [rest, error] =
      std::from_chars(number.data(), number.data() + number.size(), line.value);
  // A mean with NaN in it is above nothing and below nothing: it would agree to every removal.
  if (error != std::errc{} || !std::isfinite(line.value)) return std::nullopt;
  return line;
}

}  // namespace

std::optional<NodeReading> read_node_metrics(std::string_view text, TimePoint at) {
  NodeReading reading{.at = at};
  bool has_available = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const auto line = read_line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line) continue;
    if (line->name == "node_cpu_seconds_total" &&
        line->labels.find("mode=\"idle\"") != std::string_view::npos) {
      reading.idle_s += line->value;
      ++reading.cpus;
    } else if (line->name == "node_memory_MemAvailable_bytes") {
      reading.memory_available = line->value;
      has_available = true;
    } else if (line->name == "node_memory_MemTotal_bytes") {
      reading.memory_total = line->value;
    }
  }
  if (reading.cpus == 0 || !has_available || reading.memory_total <= 0) return std::nullopt;
  return reading;
}

void NodeWindow::add(const std::string& machine, const NodeReading& reading) {
  std::deque<NodeReading>& readings = machines_[machine];
  // The machine was started again: what was counted before says nothing.
  const bool is_restarted = !readings.empty() && (reading.idle_s < readings.back().idle_s ||
                                                  reading.cpus != readings.back().cpus);
  if (is_restarted) readings.clear();
  readings.push_back(reading);
}

std::optional<double> NodeWindow::cpu(TimePoint now) const {
  double idle_rate = 0;
  double cpus = 0;
  for (const auto& [machine, readings] : machines_) {
    if (!is_fresh(readings, now) || readings.size() < 2) continue;
    const NodeReading& first = readings.front();
    const NodeReading& last = readings.back();
    const double span_s = std::chrono::duration<double>(last.at - first.at).count();
    if (span_s <= 0) continue;
    idle_rate += (last.idle_s - first.idle_s) / span_s;
    cpus += last.cpus;
  }
  if (cpus == 0) return std::nullopt;
  return 100.0 - 100.0 * idle_rate / cpus;
}

std::optional<double> NodeWindow::memory(TimePoint now) const {
  double available = 0;
  double total = 0;
  for (const auto& [machine, readings] : machines_) {
    if (!is_fresh(readings, now)) continue;
    double its_available = 0;
    double its_total = 0;
    for (const NodeReading& reading : readings) {
      its_available += reading.memory_available;
      its_total += reading.memory_total;
    }
    available += its_available / static_cast<double>(readings.size());
    total += its_total / static_cast<double>(readings.size());
  }
  if (total <= 0) return std::nullopt;
  return 100.0 * (1.0 - available / total);
}

std::size_t NodeWindow::machines(TimePoint now) const {
  std::size_t count = 0;
  for (const auto& [machine, readings] : machines_) count += is_fresh(readings, now) ? 1 : 0;
  return count;
}

}  // namespace gapura::autoscale
