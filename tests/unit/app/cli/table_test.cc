#include "app/cli/table.h"

#include <gtest/gtest.h>
#include <map>

#include "app/cli/text.h"

namespace gapura::app::cli {
namespace {

Table two_rows() {
  Table table({{"NAME"}, {"COUNT", Column::Align::right}, {"NOTE", Column::Align::left, true}});
  table.add({{"a"}, {"1000"}, {"short"}});
  table.add({{"longer"}, {"2"}, {"a rather long note"}});
  return table;
}

TEST(Table, AlignsItsColumns) {
  EXPECT_EQ(two_rows().to_text({}),
            "NAME    COUNT  NOTE\n"
            "a        1000  short\n"
            "longer      2  a rather long note\n");
}

TEST(Table, CutsWhatMayShrinkUntilItFits) {
  Screen screen;
  screen.columns = 25;

  EXPECT_EQ(two_rows().lines(screen)[2], "longer      2  a rather …");
}

TEST(Table, IsNeverWiderThanTheScreen) {
  for (std::size_t columns = 1; columns < 40; ++columns) {
    Screen screen;
    screen.columns = columns;
    for (const std::string& line : two_rows().lines(screen)) {
      EXPECT_LE(columns_of(line), columns) << line;
    }
  }
}

TEST(Table, PaintsCellsOnlyWhereThereAreColours) {
  Table table({{"STATE"}, {"WHY"}, {"END"}});
  table.add({{"serving", Colour::green}, {}, {}});
  Screen coloured;
  coloured.has_colours = true;

  EXPECT_EQ(table.lines({})[1], "serving");
  EXPECT_EQ(table.lines(coloured)[1].find("\x1b[32mserving\x1b[0m"), 0u);
}

TEST(Table, ShowsControlBytesOfOthersAsQuestionMarks) {
  Table table({{"A"}, {"B"}, {"C"}});
  table.add({{"x\x1b[2J"}, {"y"}, {"z"}});

  EXPECT_EQ(table.lines({})[1], "x?[2J  y  z");
}

TEST(Screen, IsNoTerminalInAFile) {
  const Environment none = [](const char*) { return std::optional<std::string>(); };

  const Screen screen = Screen::of(-1, none);

  EXPECT_FALSE(screen.is_terminal);
  EXPECT_FALSE(screen.has_colours);
  EXPECT_EQ(screen.columns, 0u);
}

}  // namespace
}  // namespace gapura::app::cli
