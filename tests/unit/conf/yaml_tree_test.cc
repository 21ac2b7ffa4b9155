#include "conf/yaml_tree.h"

#include <gtest/gtest.h>

#include "conf/yaml_text.h"

namespace gapura::conf::yaml {
namespace {

std::string first_problem(std::string_view text) {
  Problems problems;
  const auto tree = load(text, "f", problems);
  if (problems.empty()) return "";
  EXPECT_EQ(tree.has_value(), problems.front().severity == Severity::warning);
  return problems.front().to_string();
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(YamlTree, KnowsWhereThingsStand) {
  Problems problems;
  const auto tree = load("# comment\na: 1\nb:\n  - x\n  - {c: ~}\n", "f", problems);

  ASSERT_TRUE(tree);
  const Node& root = *tree->root();
  ASSERT_EQ(root.entries.size(), 2U);
  EXPECT_EQ(root.entries[0].value->text, "1");
  EXPECT_EQ(root.entries[1].place.line, 3);
  EXPECT_EQ(root.entries[1].place.column, 1);
  const Node& list = *root.entries[1].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0]->place.line, 4);
  EXPECT_EQ(list.items[0]->place.column, 5);
  EXPECT_EQ(list.items[1]->entries[0].value->kind, Node::Kind::null);
}

TEST(YamlTree, IsEmptyForCommentsOnly) {
  Problems problems;
  for (const char* text : {"", "\n\n", "# a\n# b\n", "\xEF\xBB\xBF"}) {
    const auto tree = load(text, "f", problems);
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->root(), nullptr);
  }
  EXPECT_EQ(load("---\n", "f", problems)->root()->kind, Node::Kind::null);
  EXPECT_TRUE(problems.empty());
}

TEST(YamlTree, ReadsAfterAByteOrderMarkAndWithWindowsLines) {
  Problems problems;
  const auto tree = load(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n",
      "f", problems);

  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->root()->entries.size(), 2U);
  EXPECT_EQ(tree->root()->entries[0].key, "a");
  EXPECT_EQ(tree->root()->entries[0].value->text, "1");
}

TEST(YamlTree, KeepsDuplicateKeysForItsReader) {
  Problems problems;
  EXPECT_EQ(load("a: 1\na: 2\n", "f", problems)->root()->entries.size(), 2U);
}

TEST(YamlTree, ResolvesAliasesAndMerges) {
  Problems problems;
  const auto tree = load(
      "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\n"
      "own: {<<: [*b, *m], x: 9}\none: {<<: *b}\nlist: [*b, *b]\n"
      "inline: {<<: {q: 1}}\nquoted: {\"<<\": text}\nnone: {<<: }\n",
      "f", problems);

  ASSERT_TRUE(tree) << problems.front().to_string();
  const Node& own = *tree->root()->entries[2].value;
  ASSERT_EQ(own.entries.size(), 3U);
  EXPECT_EQ(own.entries[0].value->text, "9") << "a map's own key wins";
  EXPECT_EQ(own.entries[1].key, "y");
  EXPECT_EQ(own.entries[1].value->text, "2") << "the first source wins";
  EXPECT_EQ(own.entries[2].value->text, "4");
  EXPECT_FALSE(own.entries[0].is_merged);
  EXPECT_TRUE(own.entries[2].is_merged);
  EXPECT_EQ(tree->root()->entries[3].value->entries.size(), 2U);
  EXPECT_EQ(tree->root()->entries[4].value->items[1]->entries[0].value->text, "1");
  EXPECT_EQ(tree->root()->entries[5].value->entries[0].key, "q");
  EXPECT_EQ(tree->root()->entries[6].value->entries[0].key, "<<");
  EXPECT_TRUE(tree->root()->entries[7].value->entries.empty());
}

TEST(YamlTree, MergesWhatHasMerged) {
  Problems problems;
  const auto tree = load("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, z: 3}\n", "f", problems);

  EXPECT_EQ(tree->root()->entries[2].value->entries.size(), 3U);
}

TEST(YamlTree, TakesAnAliasForAKey) {
  Problems problems;
  const auto tree = load("a: &n web\n*n : 1\n", "f", problems);

  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->root()->entries[1].key, "web");
}

TEST(YamlTree, RefusesMergesOfAnythingElse) {
  EXPECT_EQ(first_problem("a: {<<: text}\n"),
            "f:1:9: not valid YAML: '<<' takes a map or a list of maps");
  EXPECT_NE(first_problem("a: {<<: [text]}\n"), "");
  EXPECT_NE(first_problem("a: &a [x]\nb: {<<: [*a]}\n"), "");
}

TEST(YamlTree, SaysWhatToLookAt) {
  EXPECT_EQ(
      first_problem("a: b: c\n"),
      "f:1:5: not valid YAML: illegal map value; put text that contains ': ' into quotes, and "
      "check the indentation");
  EXPECT_EQ(first_problem("a:\n  b: 1\n c: 2\n"),
            "f:3:2: not valid YAML: end of map not found; check the indentation, and the ':' after "
            "a key or the '-' before an item");
  EXPECT_EQ(first_problem("a:\n\tb: 1\n").substr(0, 4), "f:2:");
  EXPECT_NE(first_problem("a:\n\tb: 1\n").find("line 2 is indented with a tab, use spaces"),
            std::string::npos);
  EXPECT_NE(first_problem("a: \"x").find("a quote is opened and never closed"), std::string::npos);
  EXPECT_NE(first_problem("a: [x\n").find("is opened and never closed"), std::string::npos);
  EXPECT_EQ(first_problem("a:\n  rule: !Host(`x`)\n"),
            "f:2:15: not valid YAML: unknown token; a value that begins with '!', '`', '@' or '%' "
            "must be in quotes");
  EXPECT_EQ(first_problem("a: !thing b\n"),
            "f:1:4: not valid YAML: a value that begins with '!' must be in quotes: '!thing'");
  EXPECT_NE(first_problem("a: *missing\n"), "");
  EXPECT_EQ(first_problem("[a]: b\n"),
            "f:1:1: not valid YAML: a key must be text, not a list or a map");
  EXPECT_EQ(first_problem("a: 1\n: b\n").substr(0, 4), "f:2:");
}

TEST(YamlTree, NoticesWhatTheParserWouldLeaveUnread) {
  EXPECT_EQ(first_problem("a: 1\n]\nb: 2\n").substr(0, 4), "f:2:");
  EXPECT_EQ(first_problem("a: 1\n...\nb: 2\n").substr(0, 4), "f:3:");
  EXPECT_EQ(first_problem("a: 1\n---\nb: 2\n"),
            "f:2:1: only the first document of a file is read; this one is ignored");
  EXPECT_EQ(first_problem("a: 1\n---\n"), "");
  EXPECT_EQ(first_problem("---\na: 1\n...\n"), "");
}

TEST(YamlTree, NoticesAQuoteThatRunsToTheEndOfTheFile) {
  constexpr const char* kMessage = ": not valid YAML: a quote is opened here and never closed";
  EXPECT_EQ(first_problem("a: \"x\n"), std::string("f:1:4") + kMessage);
  EXPECT_EQ(first_problem("a: 1\nb: 'it''s\n\n"), std::string("f:2:4") + kMessage);
  EXPECT_EQ(first_problem("ü: &n !!str \"\\\"\n"), std::string("f:1:5") + kMessage);
  for (const char* text : {"a: \"x\\\"\"\n", "a: 'it''s'\n", "a: it's\n", "a: |\n  \"x\n",
                           "a: &n \"x\" \n", "\"a\": \n", "a: \"x\n  y\"\n"}) {
    EXPECT_EQ(first_problem(text), "") << text;
  }
}

TEST(YamlTree, RefusesWhatIsNotText) {
  EXPECT_EQ(first_problem(std::string_view("a: 1\nb: \0", 9)),
            "f:2:4: a control character (byte 0) does not belong into a configuration; is this a "
            "text file in UTF-8?");
  EXPECT_EQ(first_problem("a: 1\n\x04"
                          "b: 2\n")
                .substr(0, 4),
            "f:2:")
      << "the parser takes byte 4 for the end of the file";
  for (const char* bad : {"\xff", "\xc3", "\xc3(", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xf5\x80\x80\x80", "\x80"}) {
    EXPECT_EQ(first_problem("a: " + std::string(bad)),
              "f:1:4: not UTF-8 text; save the file as UTF-8");
  }
  EXPECT_EQ(first_problem("a: ü€😀\n"), "");
}

TEST(YamlTree, RefusesToml) {
  EXPECT_EQ(first_problem("# c\n\n[entryPoints]\n"),
            "f:3:1: this looks like TOML; only YAML is read, write it as YAML");
  EXPECT_EQ(first_problem("[a, b]\n"), "") << "a YAML list";
}

TEST(YamlTree, LimitsDepth) {
  const auto nested = [](int depth) { return repeated("[", depth) + repeated("]", depth) + "\n"; };
  EXPECT_EQ(first_problem(nested(64)), "");
  EXPECT_EQ(first_problem(nested(65)), "f:1:65: not valid YAML: nested deeper than 64 levels");
  EXPECT_EQ(first_problem(repeated("- ", 65) + "x\n"),
            "f:1:129: not valid YAML: nested deeper than 64 levels");
  EXPECT_NE(first_problem(repeated("- ", 100'000)), "");
  EXPECT_EQ(first_problem(repeated("[", 1'000'000)),
            "f:1:1001: more than 1000 brackets are open here; nothing is nested so deeply");
  EXPECT_NE(first_problem(repeated("{a: ", 100'000)), "");
  EXPECT_NE(first_problem(repeated("[\n", 100'000)), "");
}

TEST(YamlTree, DoesNotCountBracketsInQuotesAndComments) {
  EXPECT_EQ(first_problem(repeated("- \"[ [ [\" # [ [ [\n", 1'000)), "");
  EXPECT_EQ(first_problem("a: '" + repeated("[ ", 2'000) + "'\n"), "");
}

TEST(YamlTree, LimitsDepthThroughAliases) {
  std::string text = "- &a0 [x]\n";
  for (int i = 1; i < 70; ++i) {
    text += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_NE(first_problem(text).find("nested deeper than 64 levels"), std::string::npos);
}

TEST(YamlTree, RefusesAliasBombs) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias +
            repeated("," + alias, 9) + "]\n";
  }
  EXPECT_NE(first_problem(text).find("the aliases in this file grow without measure"),
            std::string::npos);
}

TEST(YamlTree, RefusesAnAliasToWhatContainsIt) {
  EXPECT_EQ(first_problem("a: &a [*a]\n"),
            "f:1:8: not valid YAML: the alias names something that contains it");
  EXPECT_NE(first_problem("&r a: *r\nb: &m {<<: *m}\n"), "");
}

TEST(YamlTree, LimitsTheSize) {
  const std::string largest = "a: 1\n#" + std::string(kTextBytesMax - 6, ' ');

  EXPECT_FALSE(check_text(largest));
  EXPECT_EQ(first_problem(largest + " "),
            "f: the file is larger than 16 MiB; split it into several files");
}

}  // namespace
}  // namespace gapura::conf::yaml
