// `gapura check`, the built program: what it prints, and its exit code.
#include <sys/wait.h>

#include <cstdio>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "tests/support/seed_folder.h"

namespace gapura::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Check : public testing::Test {
 protected:
  Check() { folder_.write_services({ServerLine("http://10.0.0.1:3000")}); }

  struct Outcome {
    int code = -1;
    std::string text;
  };
  Outcome check(const std::string& more_arguments = "") const {
    const std::string command = std::string(GAPURA_BINARY) +
                                " check --configFile=" + folder_.static_file().string() + " " +
                                more_arguments;
    Outcome outcome;
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return outcome;
    char block[4096];
    while (const std::size_t size = std::fread(block, 1, sizeof block, pipe)) {
      outcome.text.append(block, size);
    }
    const int status = ::pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
  }
  /// How a line about `file` begins.
  static std::string at(const std::filesystem::path& file, const std::string& place) {
    return file.string() + ":" + place + ": ";
  }

  SeedFolder folder_{{}};
};

TEST_F(Check, CallsGoodWhatHasNeitherErrorsNorWarnings) {
  const Outcome outcome = check();

  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.text, folder_.static_file().string() +
                              ": 2 dynamic files, 1 router, 1 service, 1 target; 0 errors, "
                              "0 warnings. Good.\n");
}

TEST_F(Check, DoesNotCallGoodWhatHasWarnings) {
  write_file(folder_.configs() / "empty.yaml", "# later\n");
  write_file(folder_.configs() / "old.toml", "[http]\n");

  const Outcome outcome = check();

  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.text, HasSubstr("empty.yaml: the file is empty"));
  EXPECT_THAT(outcome.text, HasSubstr("old.toml: is not read"));
  EXPECT_THAT(outcome.text, HasSubstr("0 errors, 2 warnings\n"));
  EXPECT_EQ(check("--strict").code, 1);
}

TEST_F(Check, WarnsOfAConfigurationWithoutRouters) {
  write_file(folder_.dynamic_file(), "htp:\n  routers:\n    r: {rule: x, service: calculate}\n");

  const Outcome outcome = check();

  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.text, HasSubstr("htp: unknown key 'htp' is ignored (did you mean 'http'?)"));
  EXPECT_THAT(outcome.text,
              HasSubstr(folder_.configs().string() + ": http.routers: there is no router"));
  EXPECT_THAT(outcome.text, Not(HasSubstr("Good")));
}

TEST_F(Check, NamesEachMistakeOnceWhereItStands) {
  write_file(
      folder_.dynamic_file(),
      "http:\n  routers:\n    a:\n      service: calculate\n"
      "    b:\n      entryPoints: [web]\n      service: nowhere\n      rule: Path(`/b`)\n"
      "    c:\n      service: calculate\n      rule: Pth(`/c`)\n"
      "    d:\n      service: calculate\n      rule: Path(`/d`)\n      entryPoints: [wbe]\n");

  const Outcome outcome = check();

  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.text,
              HasSubstr(at(folder_.dynamic_file(), "3:5") + "http.routers.a: rule is missing"));
  EXPECT_THAT(outcome.text, HasSubstr(at(folder_.dynamic_file(), "7:16") +
                                      "http.routers.b.service: there is no service 'nowhere'"));
  EXPECT_THAT(outcome.text,
              HasSubstr(at(folder_.dynamic_file(), "11:13") + "http.routers.c.rule: column 1"));
  EXPECT_THAT(outcome.text, HasSubstr(at(folder_.dynamic_file(), "15:7") +
                                      "http.routers.d.entryPoints: there is no entry point 'wbe'"));
  EXPECT_THAT(outcome.text, HasSubstr("; 4 errors, 0 warnings\n"));
}

}  // namespace
}  // namespace gapura::test
