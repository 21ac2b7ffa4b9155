#include "app/cli/top_view.h"

#include <algorithm>
#include <ctime>

#include "app/cli/event_line.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "base/plural.h"

namespace gapura::app::cli {
namespace {

constexpr auto kRight = Column::Align::right;
constexpr std::size_t kFrame = 3;  ///< the line at the top, the titles, the line at the bottom
constexpr std::size_t kEventsShown = 6;

std::string or_dash(const std::optional<double>& value, int decimals) {
  return value ? number(*value, decimals) : "-";
}

std::string time_or_dash(const std::optional<double>& ms) {
  return ms ? milliseconds(*ms) : "-";
}

std::vector<Cell> cells_of(const TopRow& row) {
  const std::string name = row.is_service ? row.service : "  " + row.target;
  return {{name, row.is_service ? Colour::bold : Colour::none},
          {row.state, colour_of_state(row.state)},
          {row.since_s ? lasting(*row.since_s) : ""},
          {or_dash(row.in_flight, 0)},
          {row.is_service ? or_dash(row.queued, 0) : ""},
          {or_dash(row.requests_per_s, 1)},
          {row.is_service ? time_or_dash(row.p50_ms) : ""},
          {row.is_service ? time_or_dash(row.p95_ms) : ""},
          {row.is_service ? "" : row.probe, Colour::dim}};
}

/// Events share the screen with the table: a quarter of it at most, with a title.
std::size_t event_lines(const TopModel& model, const Screen& screen) {
  const std::size_t wanted = std::min(kEventsShown, model.events().size());
  if (wanted == 0) return 0;
  return 1 + (screen.rows == 0 ? wanted : std::min(wanted, screen.rows / 4));
}

/// The rows around the selected one that fit.
std::size_t first_shown(std::size_t selected, std::size_t all, std::size_t fitting) {
  if (all <= fitting) return 0;
  const std::size_t half = fitting / 2;
  return std::min(selected < half ? 0 : selected - half, all - fitting);
}

std::string head_line(const TopModel& model, const std::vector<TopRow>& rows,
                      const std::string& place, const Screen& screen) {
  const auto services = static_cast<std::size_t>(
      std::ranges::count_if(rows, [](const TopRow& row) { return row.is_service; }));
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char clock[16] = {};
  std::strftime(clock, sizeof clock, "%H:%M:%S", &parts);
  const std::string text = "gapura top  " + place + "  " + counted(services, "service") + ", " +
                           counted(rows.size() - services, "target") + "  " + clock;
  const std::size_t columns = screen.columns == 0 ? text.size() : screen.columns;
  if (model.fault().empty()) return screen.paint(cut(text, columns), Colour::bold);
  const std::string fault = "gapura top  " + visible(model.fault());
  return screen.paint(cut(fault, screen.columns == 0 ? fault.size() : columns), Colour::red);
}

std::string foot_line(const TopModel& model, const Screen& screen) {
  std::string text = model.message();
  const bool has_said = !text.empty();
  if (!has_said) {
    text = "q quit  arrows select  d drain  u undrain  s sort (" + std::string(model.order()) + ")";
  }
  const std::string line = cut(visible(text), screen.columns);
  return screen.paint(line, has_said ? Colour::yellow : Colour::dim);
}

void add_events(const TopModel& model, const Screen& screen, std::size_t count,
                std::vector<std::string>& lines) {
  if (count == 0) return;
  lines.push_back(
      screen.paint(cut("EVENTS", screen.columns == 0 ? 6 : screen.columns), Colour::dim));
  Screen plain = screen;
  plain.has_colours = false;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const std::string line = event_line(model.events()[i], plain);
    const std::size_t columns = screen.columns == 0 ? line.size() : screen.columns;
    lines.push_back(screen.paint(cut(line, columns), colour_of_event(model.events()[i])));
  }
}

}  // namespace

std::size_t table_rows(const TopModel& model, const Screen& screen) {
  if (screen.rows == 0) return std::string::npos;
  const std::size_t used = kFrame + event_lines(model, screen);
  return screen.rows > used ? screen.rows - used : 1;
}

std::vector<std::string> top_lines(const TopModel& model, const std::string& place,
                                   const Screen& screen) {
  const bool is_live = screen.rows != 0;
  Table table({{is_live ? "  SERVICE / TARGET" : "SERVICE / TARGET", Column::Align::left, true},
               {"STATE"},
               {"SINCE", kRight},
               {"IN FLIGHT", kRight},
               {"QUEUE", kRight},
               {"REQ/S", kRight},
               {"P50", kRight},
               {"P95", kRight},
               {"LAST PROBE", Column::Align::left, true}});
  const auto rows = model.rows();
  const std::size_t selected = model.selected();
  const std::size_t fitting = std::min(table_rows(model, screen), rows.size());
  const std::size_t first = first_shown(selected, rows.size(), fitting);
  // All rows, so that columns stay where they are while one scrolls.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto cells = cells_of(rows[i]);
    const bool is_marked = is_live && i == selected;
    if (is_live) cells.front().text.insert(0, is_marked ? "> " : "  ");
    table.add(std::move(cells), is_marked);
  }
  const auto drawn = table.lines(screen);
  std::vector<std::string> lines{head_line(model, rows, place, screen), drawn.front()};
  for (std::size_t i = 0; i < fitting; ++i) lines.push_back(drawn[1 + first + i]);
  const std::size_t events = event_lines(model, screen);
  if (!is_live) {
    add_events(model, screen, events, lines);
    return lines;
  }
  while (lines.size() + events + 1 < screen.rows) lines.emplace_back();
  add_events(model, screen, events, lines);
  lines.push_back(foot_line(model, screen));
  if (lines.size() > screen.rows) lines.resize(screen.rows);
  return lines;
}

}  // namespace gapura::app::cli
