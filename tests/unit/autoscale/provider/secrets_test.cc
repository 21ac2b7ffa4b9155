#include "autoscale/provider/secrets.h"

#include <cstdlib>
#include <gtest/gtest.h>

#include "tests/support/seed_folder.h"

namespace gapura::autoscale {
namespace {

using Sources = std::map<std::string, conf::SecretSource>;

std::string fault_of(const conf::SecretSource& source) {
  const auto read = read_secrets(Sources{{"token", source}});
  const auto* failed = std::get_if<std::string>(&read);
  return failed == nullptr ? "" : *failed;
}

TEST(Secrets, ComeFromFilesAndTheEnvironment) {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "token", "s3 cret\r\n");
  setenv("GAPURA_TEST_SECRET", "other", 1);

  const auto read = read_secrets(Sources{{"a", {.file = folder.path() / "token", .variable = {}}},
                                         {"b", {.file = {}, .variable = "GAPURA_TEST_SECRET"}}});
  unsetenv("GAPURA_TEST_SECRET");

  EXPECT_EQ(std::get<Words>(read), (Words{{"a", "s3 cret"}, {"b", "other"}}));
}

TEST(Secrets, ThatCannotBeHadAreNamed) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "token";
  const auto with = [&](const std::string& text) {
    test::write_file(file, text);
    return fault_of({.file = file, .variable = {}});
  };
  EXPECT_EQ(fault_of({.file = file, .variable = {}}),
            "the secret token: cannot read " + file.string() + ": No such file or directory");
  EXPECT_EQ(fault_of({.file = {}, .variable = "GAPURA_NO_SUCH_VARIABLE"}),
            "the secret token: the variable GAPURA_NO_SUCH_VARIABLE of the environment is not set");
  EXPECT_EQ(with("\n"), "the secret token: " + file.string() + " is empty");
  EXPECT_NE(with("two\nlines").find("more than one line"), std::string::npos);
  EXPECT_EQ(with(std::string(16 << 10, 'x')), "");
  EXPECT_NE(with(std::string((16 << 10) + 1, 'x')).find("larger than"), std::string::npos);
}

}  // namespace
}  // namespace gapura::autoscale
