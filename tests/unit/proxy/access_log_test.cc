// Access-log lines and the file that they go to.
#include "proxy/access_log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "base/io_count.h"
#include "proxy/access_line.h"
#include "tests/support/loop_runner.h"
#include "tests/support/patience.h"

namespace gapura::proxy {
namespace {

using gapura::test::eventually;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class AccessLogTest : public testing::Test {
 protected:
  AccessLogTest() {
    std::string name = (fs::temp_directory_path() / "gapura-access-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    settings_.is_on = true;
    settings_.file_path = (folder_ / "access.log").string();
    record_.client_address = "192.0.2.7";
    record_.client_port = 4'711;
    record_.method = "GET";
    record_.target = "/a?b";
    record_.authority = "a.example";
    record_.status = 200;
    record_.target_status = 200;
    record_.response_bytes = 42;
    record_.request_bytes = 7;
    record_.duration = 12'345us;
    record_.target_duration = 11'000us;
    record_.started = std::chrono::system_clock::time_point(1'795'250'424s);
    record_.entry_point = "web";
    record_.router = "calculate@file";
    record_.service = "calculate@file";
    record_.target_url = "http://10.0.0.5:3000";
    record_.request_count = 3;
    record_.retries = 1;
  }
  ~AccessLogTest() override { fs::remove_all(folder_); }

  static std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string text() const { return text_of(settings_.file_path); }
  /// The line that `record_` makes, without its end.
  std::string line() {
    {
      AccessLog log(settings_);
      AccessLines lines(loop_, log, shard_);
      lines.add(record_);
    }
    std::string all = text();
    EXPECT_TRUE(all.ends_with('\n'));
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 1);
    if (!all.empty()) all.pop_back();
    return all;
  }

  fs::path folder_;
  conf::AccessLog settings_;
  AccessRecord record_;
  Loop loop_;
  metrics::Shard shard_{{0.1}, 1};
};

TEST_F(AccessLogTest, WritesTraefiksCommonFormat) {
  record_.referer = "http://x/";
  record_.user_agent = "curl/7.88";

  EXPECT_EQ(line(),
            "192.0.2.7 - - [21/Nov/2026:08:40:24 +0000] \"GET /a?b HTTP/1.1\" 200 42 "
            "\"http://x/\" \"curl/7.88\" 3 \"calculate@file\" \"http://10.0.0.5:3000\" 12ms");
}

TEST_F(AccessLogTest, WritesADashForWhatIsNotThere) {
  record_.router = record_.target_url = {};
  record_.is_http_1_0 = true;
  record_.status = 404;
  record_.response_bytes = 0;

  EXPECT_EQ(line(),
            "192.0.2.7 - - [21/Nov/2026:08:40:24 +0000] \"GET /a?b HTTP/1.0\" 404 0 "
            "\"-\" \"-\" 3 \"-\" \"-\" 12ms");
}

// Log injection: no byte of a client may end the text that it is in, or the line.
TEST_F(AccessLogTest, QuotesHostileBytes) {
  record_.target = "/\"\\";
  record_.referer = "a\"b\\c\nd\re";
  record_.user_agent = std::string_view("\0\x1b[2J\x7f\xc3\xa9\t", 9);

  EXPECT_EQ(line(),
            "192.0.2.7 - - [21/Nov/2026:08:40:24 +0000] \"GET /\\\"\\\\ HTTP/1.1\" 200 42 "
            "\"a\\\"b\\\\c\\u000ad\\u000de\" "
            "\"\\u0000\\u001b[2J\\u007f\\u00c3\\u00a9\\u0009\" 3 \"calculate@file\" "
            "\"http://10.0.0.5:3000\" 12ms");
}

TEST_F(AccessLogTest, WritesJsonWithTraefiksNames) {
  settings_.format = conf::LogFormat::json;
  record_.user_agent = "curl";

  const boost::json::object object = boost::json::parse(line()).as_object();

  EXPECT_EQ(object.at("time").as_string(), "2026-11-21T08:40:24Z");
  EXPECT_EQ(object.at("ClientAddr").as_string(), "192.0.2.7:4711");
  EXPECT_EQ(object.at("ClientHost").as_string(), "192.0.2.7");
  EXPECT_EQ(object.at("RequestMethod").as_string(), "GET");
  EXPECT_EQ(object.at("RequestPath").as_string(), "/a?b");
  EXPECT_EQ(object.at("RequestHost").as_string(), "a.example");
  EXPECT_EQ(object.at("RequestProtocol").as_string(), "HTTP/1.1");
  EXPECT_EQ(object.at("request_User-Agent").as_string(), "curl");
  EXPECT_EQ(object.at("request_Referer").as_string(), "");
  EXPECT_EQ(object.at("entryPointName").as_string(), "web");
  EXPECT_EQ(object.at("RouterName").as_string(), "calculate@file");
  EXPECT_EQ(object.at("ServiceURL").as_string(), "http://10.0.0.5:3000");
  EXPECT_EQ(object.at("OriginStatus").as_int64(), 200);
  EXPECT_EQ(object.at("OriginDuration").as_int64(), 11'000'000);
  EXPECT_EQ(object.at("Duration").as_int64(), 12'345'000);
  EXPECT_EQ(object.at("RequestContentSize").as_int64(), 7);
  EXPECT_EQ(object.at("RequestCount").as_int64(), 3);
  EXPECT_EQ(object.at("RetryAttempts").as_int64(), 1);
}

TEST_F(AccessLogTest, WritesJsonByteForByte) {
  settings_.format = conf::LogFormat::json;
  record_.client_address = "2001:db8::1";
  record_.error = "client_gone";
  record_.target = std::string_view("/\"\\\x1f\xff", 5);
  record_.is_http_1_0 = true;

  EXPECT_EQ(line(),
            R"({"time":"2026-11-21T08:40:24Z","level":"info","msg":"",)"
            R"("ClientAddr":"2001:db8::1:4711","ClientHost":"2001:db8::1","RequestMethod":"GET",)"
            R"("RequestPath":"/\"\\\u001f\u00ff","RequestHost":"a.example","request_Referer":"",)"
            R"("request_User-Agent":"","entryPointName":"web","RouterName":"calculate@file",)"
            R"("ServiceName":"calculate@file","ServiceURL":"http://10.0.0.5:3000",)"
            R"("GapuraError":"client_gone","RequestProtocol":"HTTP/1.0","RequestScheme":"http",)"
            R"("RequestContentSize":7,"OriginStatus":200,"OriginDuration":11000000,)"
            R"("DownstreamStatus":200,"DownstreamContentSize":42,"Duration":12345000,)"
            R"("RequestCount":3,"RetryAttempts":1})");
}

TEST_F(AccessLogTest, EachLineHasItsOwnTime) {
  {
    AccessLog log(settings_);
    AccessLines lines(loop_, log, shard_);
    for (const auto later : {0ms, 900ms, 1'000ms, 0ms}) {  // a long one began before
      record_.started = std::chrono::system_clock::time_point(1'795'250'424s) + later;
      lines.add(record_);
    }
  }

  std::istringstream all(text());
  std::string seconds;
  for (std::string line; std::getline(all, line);) seconds += line.substr(33, 2) + " ";
  EXPECT_EQ(seconds, "24 24 25 24 ");
}

TEST_F(AccessLogTest, WritesJsonThatCanBeReadWhateverAClientSends) {
  settings_.format = conf::LogFormat::json;
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  record_.target = record_.referer = record_.user_agent = record_.authority = every;

  const boost::json::object object = boost::json::parse(line()).as_object();

  const std::string_view agent = object.at("request_User-Agent").as_string();
  EXPECT_TRUE(agent.starts_with(std::string_view("\0\x01", 2)));
  EXPECT_NE(agent.find("!\"#"), std::string_view::npos);
}

TEST_F(AccessLogTest, HandsLinesOverWhenTheyAreOldEnough) {
  AccessLog log(settings_);
  AccessLines lines(loop_, log, shard_);

  lines.add(record_);

  EXPECT_TRUE(gapura::test::run_until(loop_, [&] { return !text().empty(); }));
}

TEST_F(AccessLogTest, HandsLinesOverWhenThereAreMany) {
  AccessLog log(settings_);
  AccessLines lines(loop_, log, shard_);

  for (int i = 0; i < 1'000; ++i) lines.add(record_);  // the loop does not run

  EXPECT_TRUE(eventually([&] { return text().size() >= 64 * 1024; }));
}

TEST_F(AccessLogTest, LeavesTheBatchEmptyWithItsMemory) {
  AccessLog log(settings_);
  std::string batch(10'000, 'x');

  ASSERT_TRUE(log.hand_over(batch));

  EXPECT_TRUE(batch.empty());
  EXPECT_GE(batch.capacity(), 10'000u);
}

TEST_F(AccessLogTest, TakesNoMemoryOnceBatchesHaveBeenWritten) {
  AccessLog log(settings_);
  std::string batch(10'000, 'x');
  const auto allocations_of_one = [&] {
    const std::uint64_t before = io_count::heap_allocations;
    EXPECT_TRUE(log.hand_over(batch));
    const std::uint64_t taken = io_count::heap_allocations - before;
    batch.assign(10'000, 'x');
    return taken;
  };
  if (allocations_of_one() == 0) GTEST_SKIP() << "allocations are not counted";

  EXPECT_TRUE(eventually([&] { return allocations_of_one() == 0; }));
}

// A pipe that nobody reads is a disk that stands still.
TEST_F(AccessLogTest, CountsTheLinesThatItDropsWhileTheFileStandsStill) {
  ASSERT_EQ(::mkfifo(settings_.file_path.c_str(), 0600), 0);
  const int pipe = ::open(settings_.file_path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(pipe, 0);
  std::uint64_t added = 0;
  std::uint64_t written = 0;
  std::thread reader;
  {
    AccessLog log(settings_);
    AccessLines lines(loop_, log, shard_);
    while (shard_.access_log_dropped.get() == 0 && added < 1'000'000) {
      for (int i = 0; i < 3; ++i, ++added) lines.add(record_);
      lines.flush();
    }
    EXPECT_EQ(shard_.access_log_dropped.get(), 3u);
    EXPECT_EQ(::fcntl(pipe, F_SETFL, 0), 0);  // from now on it waits for bytes
    reader = std::thread([&] {
      std::array<char, 4'096> bytes;
      for (ssize_t size = 0; (size = ::read(pipe, bytes.data(), bytes.size())) > 0;) {
        written += static_cast<std::uint64_t>(std::count(bytes.data(), bytes.data() + size, '\n'));
      }
    });
  }
  reader.join();
  ::close(pipe);

  EXPECT_EQ(written, added - 3);
}

TEST_F(AccessLogTest, WritesWhatIsQueuedAtTheEnd) {
  {
    AccessLog log(settings_);
    for (int i = 0; i < 100; ++i) {
      std::string batch = std::to_string(i) + "\n";
      ASSERT_TRUE(log.hand_over(batch));
    }
  }

  const std::string all = text();
  EXPECT_TRUE(all.starts_with("0\n1\n2\n"));
  EXPECT_TRUE(all.ends_with("98\n99\n"));
}

TEST_F(AccessLogTest, AppendsToTheFile) {
  line();
  {
    AccessLog log(settings_);
    std::string batch = "second\n";
    log.hand_over(batch);
  }

  EXPECT_TRUE(text().starts_with("192.0.2.7"));
  EXPECT_TRUE(text().ends_with("\nsecond\n"));
}

TEST_F(AccessLogTest, OpensItsFileAgain) {
  const fs::path rotated = folder_ / "access.log.1";
  AccessLog log(settings_);
  std::string before = "before\n";
  log.hand_over(before);
  ASSERT_TRUE(eventually([&] { return text() == "before\n"; }));

  fs::rename(settings_.file_path, rotated);
  log.reopen();
  ASSERT_TRUE(eventually([&] { return fs::exists(settings_.file_path); }));
  std::string after = "after\n";
  log.hand_over(after);

  EXPECT_TRUE(eventually([&] { return text() == "after\n"; }));
  EXPECT_EQ(text_of(rotated), "before\n");
}

TEST_F(AccessLogTest, KeepsTheOldFileWhenTheNewOneCannotBeOpened) {
  {
    AccessLog log(settings_);
    std::string before = "before\n";
    log.hand_over(before);
    ASSERT_TRUE(eventually([&] { return text() == "before\n"; }));
    fs::rename(settings_.file_path, folder_ / "old");
    fs::create_directory(settings_.file_path);  // no file can be opened here, not even by root

    log.reopen();
    std::string after = "after\n";
    log.hand_over(after);
  }

  EXPECT_EQ(text_of(folder_ / "old"), "before\nafter\n");
}

TEST_F(AccessLogTest, ThrowsWhenTheFileCannotBeOpenedAtTheStart) {
  settings_.file_path = (folder_ / "nowhere" / "access.log").string();

  try {
    const AccessLog log(settings_);
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find(settings_.file_path), std::string::npos);
  }
}

}  // namespace
}  // namespace gapura::proxy
