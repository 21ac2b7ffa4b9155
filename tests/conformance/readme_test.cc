// README.md says which cases show which row of the checklist; this holds it to the truth.
#include <gtest/gtest.h>
#include <regex>
#include <set>
#include <string>

#include "tests/conformance/case.h"

namespace gapura::test {
namespace {

constexpr int kFaultRows = 34;   // section 2 of the checklist
constexpr int kClauseRows = 97;  // section 3

std::string readme() {
  return read_file(std::filesystem::path(GAPURA_CONFORMANCE_FOLDER) / "README.md");
}

/// What each row of the table says, by its number; a row that stands twice counts as wrong.
std::map<std::string, std::string> rows() {
  std::map<std::string, std::string> found;
  const std::string text = readme();
  const std::regex row(R"(\n\| (\d\.\d+) (\|[^\n]*))");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
    if (!found.emplace((*at)[1], (*at)[2]).second) ADD_FAILURE() << (*at)[1] << " stands twice";
  }
  return found;
}

std::set<std::string> case_names() {
  std::set<std::string> names;
  const std::filesystem::path folder = GAPURA_CONFORMANCE_FOLDER;
  for (const Case& one : load_cases(folder, load_servers(folder))) {
    names.insert(one.name);
    names.insert(std::regex_replace(one.name, std::regex("_\\d+$"), ""));  // one of `each`
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
  const std::regex word("`([a-z0-9_]+)`");

  for (const auto& [number, text] : rows()) {
    for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) {
      EXPECT_TRUE(names.contains((*at)[1])) << number << " names " << (*at)[1];
    }
  }
}

}  // namespace
}  // namespace gapura::test
