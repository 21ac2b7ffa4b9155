#include "app/append_file.h"

#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/audit_log.h"
#include "app/disk_thread.h"
#include "tests/unit/app/file_size_limit.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

using testing::HasSubstr;

TEST(AppendFile, AddsAndLetsOnlyItsOwnerRead) {
  test::TempDir folder;

  EXPECT_FALSE(append_text(folder / "a", "one\n"));
  EXPECT_FALSE(append_text(folder / "a", "two\n"));

  EXPECT_EQ(test::read_file(folder / "a"), "one\ntwo\n");
  struct stat found {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST(AppendFile, LeavesNoHalfALine) {
  test::TempDir folder;
  ASSERT_FALSE(append_text(folder / "a", "whole\n"));
  std::error_code error;
  {
    const test::FileSizeLimit limit(10);
    error = append_text(folder / "a", "cut in its middle\n");
  }

  EXPECT_TRUE(error);
  EXPECT_EQ(test::read_file(folder / "a"), "whole\n");
}

/// Runs the loop until `count` answers have come.
struct Answers {
  boost::asio::io_context control;
  DiskThread disk;
  int count = 0;
  std::function<void()> one() {
    return [this] { ++count; };
  }
  void wait_for(int wanted) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (count < wanted && std::chrono::steady_clock::now() < end) {
      control.restart();
      control.run_for(std::chrono::milliseconds(5));
    }
    ASSERT_EQ(count, wanted);
  }
};

TEST(AuditLog, GoesOnInANewFileWhenItWasMovedAway) {
  test::TempDir folder;
  Answers answers;
  AuditLog log(answers.control, answers.disk, folder / "audit.log");
  EXPECT_EQ(log.fault(), "");

  log.append("one", answers.one());
  answers.wait_for(1);
  std::filesystem::rename(folder / "audit.log", folder / "audit.log.1");
  log.append("two", answers.one());
  answers.wait_for(2);

  EXPECT_EQ(test::read_file(folder / "audit.log.1"), "one\n");
  EXPECT_EQ(test::read_file(folder / "audit.log"), "two\n");
  EXPECT_EQ(log.lost(), 0u);
}

TEST(AuditLog, CountsWhatItCouldNotWriteAndGoesOn) {
  test::TempDir folder;
  Answers answers;
  AuditLog log(answers.control, answers.disk, folder / "missing/audit.log");
  EXPECT_THAT(log.fault(), HasSubstr("missing/audit.log: No such file"));

  log.append("one", answers.one());
  answers.wait_for(1);
  EXPECT_EQ(log.lost(), 1u);

  std::filesystem::create_directory(folder / "missing");
  log.append("two", answers.one());
  answers.wait_for(2);
  EXPECT_EQ(log.lost(), 1u);
  EXPECT_EQ(test::read_file(folder / "missing/audit.log"), "two\n");
}

TEST(AuditLog, SaysThatItHasNoPlace) {
  Answers answers;
  AuditLog log(answers.control, answers.disk, {});

  EXPECT_THAT(log.fault(), HasSubstr("set stateDir or admin.auditLog"));
  log.append("one", answers.one());
  answers.wait_for(1);
  EXPECT_EQ(log.lost(), 1u);
}

}  // namespace
}  // namespace gapura::app
