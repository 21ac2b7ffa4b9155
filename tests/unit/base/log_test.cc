#include "base/log.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <stdexcept>

namespace gapura {
namespace {

class LogTest : public testing::Test {
 protected:
  LogTest() {
    std::string pattern = testing::TempDir() + "gapura-log-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~LogTest() override {
    log::stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  static std::string content(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  std::filesystem::path folder_;
};

TEST_F(LogTest, WritesToTheFileAtItsLevelAndAbove) {
  const auto path = folder_ / "gapura.log";
  log::start({.level = "WARN", .format = "common", .file_path = path.string()});

  log::debug("quiet");
  log::info("quiet too");
  log::warn("first {}", 1);
  log::error("second");
  log::stop();

  const std::string text = content(path);
  EXPECT_EQ(lines(text), 2u);
  EXPECT_NE(text.find("first 1"), std::string::npos);
  EXPECT_NE(text.find("second"), std::string::npos);
  EXPECT_EQ(text.find("quiet"), std::string::npos);
}

TEST_F(LogTest, WritesALastLineBeforeTheProcessEnds) {
  const auto path = folder_ / "gapura.log";
  log::start({.level = "warn", .file_path = path.string()});

  log::write_now(log::Level::info, "quiet");
  log::write_now(log::Level::warn, "ending");

  const std::string text = content(path);
  EXPECT_EQ(lines(text), 1u);
  EXPECT_NE(text.find("W ending"), std::string::npos) << text;
}

TEST_F(LogTest, OpensTheFileAgainAfterARotation) {
  const auto path = folder_ / "gapura.log";
  const auto rotated = folder_ / "gapura.log.1";
  log::start({.file_path = path.string()});
  log::info("before");

  std::filesystem::rename(path, rotated);
  log::reopen();
  log::info("after");
  log::stop();

  EXPECT_NE(content(path).find("after"), std::string::npos);
  // "before" was queued, so it may have been written on either side of the rotation, but once.
  const std::string all = content(rotated) + content(path);
  EXPECT_EQ(lines(all), 2u);
  EXPECT_NE(all.find("before"), std::string::npos);
  EXPECT_EQ(content(rotated).find("after"), std::string::npos);
}

TEST_F(LogTest, KeepsTheOldFileWhenItCannotBeOpenedAgain) {
  const auto path = folder_ / "sub" / "gapura.log";
  log::start({.file_path = path.string()});
  log::info("before");
  std::filesystem::rename(folder_ / "sub", folder_ / "moved");
  std::ofstream(folder_ / "sub") << "a file where the folder was";

  log::reopen();
  log::info("after");
  log::stop();

  const std::string text = content(folder_ / "moved" / "gapura.log");
  EXPECT_NE(text.find("before"), std::string::npos);
  EXPECT_NE(text.find("goes on in the old file"), std::string::npos);
  EXPECT_NE(text.find("after"), std::string::npos);
}

TEST_F(LogTest, ThrowsWhenTheFileCannotBeOpened) {
  std::ofstream(folder_ / "file") << "x";

  EXPECT_THROW(log::start({.file_path = (folder_ / "file" / "below.log").string()}),
               std::runtime_error);
}

TEST_F(LogTest, JsonLinesEscapeTheirMessage) {
  const auto path = folder_ / "gapura.log";
  log::start({.format = "JSON", .file_path = path.string()});

  log::info("say \"hi\" \\ {}", "line\nbreak\x01");
  log::stop();

  const std::string text = content(path);
  EXPECT_EQ(lines(text), 1u);
  EXPECT_NE(text.find(R"("msg":"say \"hi\" \\ line\u000abreak\u0001"})"), std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("level":"info")"), std::string::npos) << text;
}

TEST_F(LogTest, LoggingAfterStopIsHarmless) {
  log::start({.file_path = (folder_ / "gapura.log").string()});
  log::stop();

  log::error("still somewhere to go");
  log::reopen();

  EXPECT_EQ(content(folder_ / "gapura.log"), "");
}

}  // namespace
}  // namespace gapura
