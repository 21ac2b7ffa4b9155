#include "app/config_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "tests/support/patience.h"
#include "tests/support/sockets.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class ConfigWatchTest : public testing::Test {
 protected:
  void watch_directory(const fs::path& path) { start({.directory = path, .filename = {}}); }
  void watch_file(const fs::path& path) { start({.directory = {}, .filename = path}); }
  void watch_by_polling(const fs::path& path) {
    pace_.poll = 20ms;
    start({.directory = path, .filename = {}});
  }

  /// Runs the loop until `condition` holds.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto end = Clock::now() + test::patience();
    while (!condition()) {
      if (Clock::now() > end) return false;
      loop_.run_one_for(20ms);
      loop_.restart();
    }
    return true;
  }
  /// Runs until one more change was told.
  bool sees_change() {
    const int before = changes_;
    return run_until([&] { return changes_ > before; });
  }
  /// What is due is in the loop's queue behind the end of the watch.
  void end_while_all_is_due() {
    boost::asio::post(loop_, [this] { watch_.reset(); });
    std::this_thread::sleep_for(2 * pace_.poll + 2 * pace_.settle);
    loop_.poll();
  }
  /// Lets everything that is due be told. A change marks the end: events come in their order.
  void come_to_rest() {
    const auto end = Clock::now() + 5 * pace_.settle;
    run_until([&] { return Clock::now() > end; });
  }

  boost::asio::io_context loop_;
  test::TempDir folder_;
  std::unique_ptr<ConfigWatch> watch_;
  ConfigWatch::Pace pace_{.settle = 20ms, .poll = 1h, .writer_max = 1h};
  int changes_ = 0;
  std::vector<std::string> complaints_;

 private:
  void start(conf::FileProvider provider) {
    watch_ = std::make_unique<ConfigWatch>(
        loop_, std::move(provider),
        ConfigWatch::Callbacks{
            .changed = [this] { ++changes_; },
            .complain = [this](const std::string& text) { complaints_.push_back(text); }},
        pace_);
    watch_->start();
  }
};

TEST_F(ConfigWatchTest, SeesANewFileAChangeAndADeletion) {
  watch_directory(folder_.path());

  test::write_file(folder_ / "a.yaml", "one");
  EXPECT_TRUE(sees_change());
  test::write_file(folder_ / "a.yaml", "two");
  EXPECT_TRUE(sees_change());
  fs::remove(folder_ / "a.yaml");
  EXPECT_TRUE(sees_change());
  EXPECT_TRUE(complaints_.empty());
}

TEST_F(ConfigWatchTest, SeesAFileRenamedOver) {
  test::TempDir elsewhere;
  test::write_file(folder_ / "a.yaml", "one");
  watch_directory(folder_.path());

  test::write_file(elsewhere / "new", "two");
  fs::rename(elsewhere / "new", folder_ / "a.yaml");

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, SeesChangesInFoldersMadeLater) {
  watch_directory(folder_.path());
  fs::create_directories(folder_ / "x/y");
  EXPECT_TRUE(sees_change());
  come_to_rest();

  test::write_file(folder_ / "x/y/a.yaml", "one");

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, SeesThatALinkToTheFolderIsSwapped) {
  fs::create_directories(folder_ / "v1");
  fs::create_directories(folder_ / "v2");
  test::write_file(folder_ / "v1/a.yaml", "same");
  test::write_file(folder_ / "v2/a.yaml", "same");
  fs::create_directory_symlink("v1", folder_ / "current");
  watch_directory(folder_ / "current");

  fs::create_directory_symlink("v2", folder_ / "next");
  fs::rename(folder_ / "next", folder_ / "current");
  EXPECT_TRUE(sees_change());
  come_to_rest();

  test::write_file(folder_ / "v2/a.yaml", "other");
  EXPECT_TRUE(sees_change());
}

// A ConfigMap of Kubernetes: a.yaml -> ..data/a.yaml, ..data -> ..stamp1, swapped by rename.
TEST_F(ConfigWatchTest, SeesThatALinkInTheMiddleIsSwapped) {
  fs::create_directories(folder_ / "..stamp1");
  fs::create_directories(folder_ / "..stamp2");
  test::write_file(folder_ / "..stamp1/a.yaml", "one");
  test::write_file(folder_ / "..stamp2/a.yaml", "two");
  fs::create_directory_symlink("..stamp1", folder_ / "..data");
  fs::create_symlink("..data/a.yaml", folder_ / "a.yaml");
  watch_file(folder_ / "a.yaml");

  fs::create_directory_symlink("..stamp2", folder_ / "..tmp");
  fs::rename(folder_ / "..tmp", folder_ / "..data");

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, SeesWritesBehindALinkToAFile) {
  test::TempDir elsewhere;
  test::write_file(elsewhere / "real.yaml", "one");
  fs::create_symlink(elsewhere / "real.yaml", folder_ / "a.yaml");
  watch_directory(folder_.path());

  test::write_file(elsewhere / "real.yaml", "two");

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, SeesASingleFileThatIsMadeLater) {
  watch_file(folder_ / "sub/a.yaml");
  fs::create_directories(folder_ / "sub");
  EXPECT_TRUE(sees_change());
  come_to_rest();

  test::write_file(folder_ / "sub/a.yaml", "one");

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, DoesNotCareForTheNeighboursOfASingleFile) {
  test::write_file(folder_ / "a.yaml", "one");
  watch_file(folder_ / "a.yaml");

  test::write_file(folder_ / "b.yaml", "other");
  come_to_rest();

  EXPECT_EQ(changes_, 0);
}

TEST_F(ConfigWatchTest, WaitsUntilAWriterHasClosedTheFile) {
  test::write_file(folder_ / "a.yaml", "one\ntwo\n");
  watch_directory(folder_.path());

  {
    const test::Fd writer(::open((folder_ / "a.yaml").c_str(), O_WRONLY | O_TRUNC));
    ASSERT_EQ(::write(writer.get(), "one\n", 4), 4);
    come_to_rest();
    EXPECT_EQ(changes_, 0);  // half of it is on the disk, for many times the settling time
    ASSERT_EQ(::write(writer.get(), "two\n", 4), 4);
  }

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, DoesNotWaitForEverForAWriter) {
  pace_.writer_max = 50ms;
  test::write_file(folder_ / "a.yaml", "one");
  watch_directory(folder_.path());

  const test::Fd writer(::open((folder_ / "a.yaml").c_str(), O_WRONLY | O_APPEND));
  ASSERT_EQ(::write(writer.get(), "two", 3), 3);

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, TellsOnceOfManyChangesAtATime) {
  pace_.settle = 200ms;
  watch_directory(folder_.path());

  for (int i = 0; i < 20; ++i) {
    test::write_file(folder_ / ("f" + std::to_string(i) + ".yaml"), "x");
  }
  EXPECT_TRUE(sees_change());
  come_to_rest();

  EXPECT_EQ(changes_, 1);
}

// Stands for file systems that send no events: a file reached by a hard link elsewhere changes
// without an event for any watched name.
TEST_F(ConfigWatchTest, SeesByPollingWhatSendsNoEvent) {
  test::TempDir elsewhere;
  test::write_file(folder_ / "a.yaml", "one");
  fs::create_hard_link(folder_ / "a.yaml", elsewhere / "same");
  watch_by_polling(folder_.path());

  test::write_file(elsewhere / "same", "longer");

  EXPECT_TRUE(sees_change());
}

TEST_F(ConfigWatchTest, EndsWhateverIsDue) {
  test::write_file(folder_ / "a.yaml", "one");
  watch_by_polling(folder_.path());
  test::write_file(folder_ / "a.yaml", "longer");

  end_while_all_is_due();

  EXPECT_EQ(changes_, 0);
}

}  // namespace
}  // namespace gapura::app
