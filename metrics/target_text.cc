#include "metrics/target_text.h"

#include <map>

#include "metrics/names.h"

namespace gapura::metrics {
namespace {

void append_head(std::string& out, Family family) {
  const Name& name = name_of(family);
  out.append("# HELP ").append(name.text).append(" ").append(name.help);
  out.append("\n# TYPE ").append(name.text).append(" gauge\n");
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=\"");
  for (const char c : value) {
    if (c == '\n') {
      out.append("\\n");
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

void append_series(std::string& out, Family family, const TargetGauges& target,
                   std::string_view state, std::uint64_t value) {
  out.append(name_of(family).text).append("{");
  append_label(out, "service", target.service);
  out.push_back(',');
  append_label(out, "url", target.url);
  if (!target.address.empty()) {
    out.push_back(',');
    append_label(out, "address", target.address);
  }
  if (!state.empty()) {
    out.push_back(',');
    append_label(out, "state", state);
  }
  out.append("} ").append(std::to_string(value)).append("\n");
}

}  // namespace

void append_targets(std::string& out, std::span<const TargetGauges> targets) {
  if (targets.empty()) return;
  append_head(out, Family::server_up);
  for (const auto& one : targets) append_series(out, Family::server_up, one, {}, one.is_up);
  append_head(out, Family::server_in_flight);
  for (const auto& one : targets) {
    append_series(out, Family::server_in_flight, one, {}, one.in_flight);
  }
  append_head(out, Family::server_state);
  for (const auto& one : targets) append_series(out, Family::server_state, one, one.state, 1);

  std::map<std::string_view, std::uint64_t> sums;
  for (const auto& one : targets) sums[one.service] += one.in_flight;
  append_head(out, Family::service_in_flight);
  for (const auto& [service, in_flight] : sums) {
    out.append(name_of(Family::service_in_flight).text).append("{");
    append_label(out, "service", service);
    out.append("} ").append(std::to_string(in_flight)).append("\n");
  }
}

}  // namespace gapura::metrics
