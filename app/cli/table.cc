#include "app/cli/table.h"

#include <algorithm>
#include <numeric>

#include "app/cli/text.h"
#include "base/check.h"

namespace gapura::app::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kShrunkMin = 8;  // below that nobody recognises what it was

/// Takes what is too much from `width`, but leaves `least`.
void shrink(std::size_t& width, std::size_t least, std::size_t& too_much) {
  if (width <= least) return;
  const std::size_t taken = std::min(too_much, width - least);
  width -= taken;
  too_much -= taken;
}

}  // namespace

void Table::add(std::vector<Cell> cells, bool is_marked) {
  check(cells.size() <= columns_.size(), "a row has no more cells than there are columns");
  cells.resize(columns_.size());
  for (Cell& cell : cells) cell.text = visible(cell.text);
  rows_.push_back({std::move(cells), is_marked});
}

std::vector<std::size_t> Table::widths(const Screen& screen) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = columns_of(columns_[i].title);
    for (const Row& row : rows_) width = std::max(width, columns_of(row.cells[i].text));
    widths.push_back(width);
  }
  const std::size_t gaps = kGap * (columns_.size() - 1);
  const std::size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
  if (screen.columns == 0 || total <= screen.columns) return widths;
  std::size_t too_much = total - screen.columns;
  for (std::size_t i = widths.size(); i-- > 0;) {
    if (columns_[i].may_shrink) shrink(widths[i], kShrunkMin, too_much);
  }
  return widths;
}

std::string Table::line_of(const Row& row, const std::vector<std::size_t>& widths,
                           const Screen& screen) const {
  std::string line;
  std::size_t left = screen.columns == 0 ? std::string::npos : screen.columns;
  for (std::size_t i = 0; i < columns_.size() && left > 0; ++i) {
    const bool is_last = i + 1 == columns_.size();
    const std::string text = cut(row.cells[i].text, std::min(widths[i], left));
    const std::size_t used = columns_of(text);
    const std::string padding(std::min(widths[i] - used, left - used), ' ');
    const std::string shown = row.is_marked ? text : screen.paint(text, row.cells[i].colour);
    line += columns_[i].align == Column::Align::right ? padding + shown : shown + padding;
    left -= used + padding.size();
    const std::size_t gap = is_last ? 0 : std::min(kGap, left);
    line.append(gap, ' ');
    left -= gap;
  }
  if (row.is_marked && screen.has_colours) return "\x1b[7m" + line + "\x1b[0m";
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::vector<std::string> Table::lines(const Screen& screen) const {
  const std::vector<std::size_t> wide = widths(screen);
  Row titles;
  for (const Column& column : columns_) titles.cells.push_back({column.title, Colour::dim});
  std::vector<std::string> lines{line_of(titles, wide, screen)};
  for (const Row& row : rows_) lines.push_back(line_of(row, wide, screen));
  return lines;
}

std::string Table::to_text(const Screen& screen) const {
  std::string text;
  for (const std::string& line : lines(screen)) text += line + "\n";
  return text;
}

}  // namespace gapura::app::cli
