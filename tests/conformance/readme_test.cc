// README.md says which cases show which row of the checklist; this holds it to the truth.
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "tests/conformance/case.h"

namespace gapura::test {
namespace {

constexpr int kFaultRows = 34;   // section 2 of the checklist
constexpr int kClauseRows = 97;  // section 3

/// What each row of the table says, by its number; a row that stands twice counts as wrong.
std::map<std::string, std::string> rows() {
  std::map<std::string, std::string> found;
  std::istringstream text(
      read_file(std::filesystem::path(GAPURA_CONFORMANCE_FOLDER) / "README.md"));
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with("| 2.") && !line.starts_with("| 3.")) continue;
    const std::string number = line.substr(2, line.find(' ', 2) - 2);
    if (!found.emplace(number, line).second) ADD_FAILURE() << number << " stands twice";
  }
  return found;
}

/// What stands between backquotes.
std::set<std::string> quoted(const std::string& text) {
  std::set<std::string> words;
  for (std::size_t at = 0; (at = text.find('`', at)) != std::string::npos;) {
    const std::size_t end = text.find('`', at + 1);
    words.insert(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return words;
}

/// Whole names, and without the number that each of several has.
std::set<std::string> case_names() {
  std::set<std::string> names;
  const std::filesystem::path folder = GAPURA_CONFORMANCE_FOLDER;
  for (const Case& one : load_cases(folder, load_servers(folder))) {
    names.insert(one.name);
    const std::size_t end = one.name.find_last_not_of("0123456789");
    if (one.name[end] == '_') names.insert(one.name.substr(0, end));
  }
  return names;
}

TEST(Readme, HasEveryRowOfTheChecklistWithACaseOrAReason) {
  const auto found = rows();

  for (const auto& [section, count] : {std::pair("2.", kFaultRows), {"3.", kClauseRows}}) {
    for (int i = 1; i <= count; ++i) {
      const auto row = found.find(section + std::to_string(i));
      ASSERT_NE(row, found.end()) << section << i;
      EXPECT_FALSE(row->second.ends_with("|  |  |")) << section << i << " has neither";
    }
  }
}

TEST(Readme, NamesOnlyCasesThatExist) {
  const std::set<std::string> names = case_names();

  for (const auto& [number, text] : rows()) {
    for (const std::string& name : quoted(text)) {
      EXPECT_TRUE(names.contains(name)) << number << " names " << name;
    }
  }
}

}  // namespace
}  // namespace gapura::test
