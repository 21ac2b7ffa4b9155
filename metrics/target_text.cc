#include "metrics/target_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "metrics/names.h"

namespace gapura::metrics {
namespace {

void append_head(std::string& out, Family family) {
  const Name& name = name_of(family);
  out.append("# HELP ").append(name.text).append(" ").append(name.help);
  out.append("\n# TYPE ").append(name.text).append(" gauge\n");
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  const auto must_escape = [](char c) { return c == '\n' || c == '"' || c == '\\'; };
  out.append(name).append("=\"");
  for (auto rest = value.begin();;) {
    const auto plain_end = std::find_if(rest, value.end(), must_escape);
    out.append(rest, plain_end);
    if (plain_end == value.end()) break;
    out.push_back('\\');
    out.push_back(*plain_end == '\n' ? 'n' : *plain_end);
    rest = plain_end + 1;
  }
  out.push_back('"');
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void TargetText::add(const TargetGauges& target) {
  append_label(labels_, "service", target.service);
  labels_.push_back(',');
  append_label(labels_, "url", target.url);
  if (!target.address.empty()) {
    labels_.push_back(',');
    append_label(labels_, "address", target.address);
  }
  lines_.push_back({.labels_end = labels_.size(),
                    .state = target.state,
                    .in_flight = target.in_flight,
                    .is_up = target.is_up});
  const auto known = in_flight_.find(target.service);
  if (known != in_flight_.end()) {
    known->second += target.in_flight;
  } else {
    in_flight_.emplace(target.service, target.in_flight);
  }
}

/// `append_end` appends what is behind the labels.
template <class AppendEnd>
void TargetText::append_family(std::string& out, Family family, AppendEnd append_end) const {
  append_head(out, family);
  std::size_t labels_begin = 0;
  for (const Line& line : lines_) {
    out.append(name_of(family).text).push_back('{');
    out.append(labels_, labels_begin, line.labels_end - labels_begin);
    append_end(line);
    labels_begin = line.labels_end;
  }
}

void TargetText::append_to(std::string& out) const {
  if (lines_.empty()) return;
  append_family(out, Family::server_up,
                [&](const Line& line) { out.append(line.is_up ? "} 1\n" : "} 0\n"); });
  append_family(out, Family::server_in_flight, [&](const Line& line) {
    out.append("} ");
    append_number(out, line.in_flight);
    out.push_back('\n');
  });
  append_family(out, Family::server_state, [&](const Line& line) {
    if (!line.state.empty()) {
      out.push_back(',');
      append_label(out, "state", line.state);
    }
    out.append("} 1\n");
  });
  append_head(out, Family::service_in_flight);
  for (const auto& [service, in_flight] : in_flight_) {
    out.append(name_of(Family::service_in_flight).text).push_back('{');
    append_label(out, "service", service);
    out.append("} ");
    append_number(out, in_flight);
    out.push_back('\n');
  }
}

}  // namespace gapura::metrics
