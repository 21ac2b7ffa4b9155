/// Rows under titles, aligned and within the terminal's width. Value; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/cli/screen.h"

namespace gapura::app::cli {

struct Column {
  enum class Align { left, right };
  std::string title;
  Align align = Align::left;
  bool may_shrink = false;  ///< is cut first where the terminal is too narrow
};

struct Cell {
  std::string text;  ///< control bytes are shown as '?'
  Colour colour = Colour::none;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// At most as many cells as there are columns; missing ones are empty. A marked row is shown in
  /// reverse.
  void add(std::vector<Cell> cells, bool is_marked = false);
  bool is_empty() const noexcept { return rows_.empty(); }

  /// The titles' line, then one for each row; none longer than the screen is wide.
  std::vector<std::string> lines(const Screen& screen) const;
  /// The same as one text.
  std::string to_text(const Screen& screen) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    bool is_marked = false;
  };
  std::vector<std::size_t> widths(const Screen& screen) const;
  std::string line_of(const Row& row, const std::vector<std::size_t>& widths,
                      const Screen& screen) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace gapura::app::cli
