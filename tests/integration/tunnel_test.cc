// Upgraded connections, through the built program. The test is both ends: a client, and the target.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/binary_fixture.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/seed_folder.h"
#include "tests/support/sockets.h"

namespace gapura::test {
namespace {

bool is_readable(const Fd& socket) {
  pollfd asked{.fd = socket.get(), .events = POLLIN, .revents = 0};
  return ::poll(&asked, 1, static_cast<int>(patience().count())) == 1;
}

/// What comes until there are `bytes` of it, or the end.
std::string read_from(const Fd& socket, std::size_t bytes) {
  std::string all;
  std::array<char, 64 * 1024> piece;
  while (all.size() < bytes && is_readable(socket)) {
    const std::size_t most = std::min(piece.size(), bytes - all.size());
    const ssize_t size = ::recv(socket.get(), piece.data(), most, 0);
    if (size <= 0) break;
    all.append(piece.data(), static_cast<std::size_t>(size));
  }
  return all;
}

bool send_to(const Fd& socket, std::string_view text) {
  return ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(text.size());
}

class Tunnels : public testing::Test {
 protected:
  void start(SeedFolder::Settings settings = {}) {
    settings.workers = 1;
    settings.more_static += "accessLog: {format: json}\n";
    folder_ = std::make_unique<SeedFolder>(std::move(settings));
    const std::string port = std::to_string(local_port(listener_));
    authority_ = "127.0.0.1:" + port;
    folder_->write_services({ServerLine("http://" + authority_ + "/")});
    program_ = std::make_unique<BinaryFixture>(GAPURA_BINARY, *folder_);
    ASSERT_TRUE(program_->is_ready()) << program_->log();
    ASSERT_TRUE(program_->admin().wait_for_targets({authority_}));
  }

  void open() {
    client_ = std::make_unique<RawClient>(program_->port());
    client_->send(get("/calculate", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
    ASSERT_TRUE(is_readable(listener_));
    target_ = Fd(::accept(listener_.get(), nullptr, nullptr));
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const std::string byte = read_from(target_, 1);
      ASSERT_FALSE(byte.empty()) << head;
      head += byte;
    }
    constexpr std::string_view kAnswer =
        "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    ASSERT_TRUE(send_to(target_, kAnswer));
    const std::string seen = client_->read_raw(kAnswer.size());  // in another order
    ASSERT_TRUE(seen.starts_with("HTTP/1.1 101 Go\r\n") && seen.ends_with("\r\n\r\n")) << seen;
  }

  /// The program's log holds all of it, now or soon.
  bool logs(const std::vector<std::string>& texts) {
    return eventually([&] {
      const std::string log = program_->log();
      for (const std::string& text : texts) {
        if (log.find(text) == std::string::npos) return false;
      }
      return true;
    });
  }
  bool counts(const std::string& line) {
    return eventually([&] {
      RawClient client(program_->internal_port());
      return client.ask(get("/metrics")).body.find(line + "\n") != std::string::npos;
    });
  }
  /// The end of what the target reads.
  bool target_sees_end() {
    char byte = 0;
    return is_readable(target_) && ::recv(target_.get(), &byte, 1, 0) <= 0;
  }

  const Fd listener_ = listen_on_loopback();
  std::string authority_;
  std::unique_ptr<SeedFolder> folder_;
  std::unique_ptr<BinaryFixture> program_;
  std::unique_ptr<RawClient> client_;
  Fd target_;
};

/// Not the same at any two places that are near each other.
std::string pattern(std::size_t bytes) {
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>((i * 31 + i / 251) & 0xFF);
  return text;
}

TEST_F(Tunnels, CarryMuchBothWaysToWhoDoesNotReadAtFirst) {
  start();
  open();
  const std::string much = pattern(24 * 1024 * 1024);
  set_nonblocking(target_);

  // Nobody reads: all that can be on its way is.
  std::size_t to_target = 0;
  std::size_t to_client = 0;
  for (int still = 0; still < 20;) {
    const std::size_t up = client_->send_what_fits(std::string_view(much).substr(to_target));
    const std::string_view rest = std::string_view(much).substr(to_client);
    const ssize_t down = ::send(target_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    to_target += up;
    if (down > 0) to_client += static_cast<std::size_t>(down);
    pollfd nothing{.fd = -1, .events = 0, .revents = 0};
    still = up == 0 && down <= 0 ? still + 1 : 0;
    ::poll(&nothing, 1, 5);
  }
  ASSERT_GT(to_target, 0u);
  ASSERT_GT(to_client, 0u);

  EXPECT_TRUE(client_->read_raw(to_client) == much.substr(0, to_client));
  EXPECT_TRUE(read_from(target_, to_target) == much.substr(0, to_target));
}

TEST_F(Tunnels, AreCountedAndLoggedWhenTheyEnd) {
  start();
  open();
  client_->send("to the target");
  ASSERT_EQ(read_from(target_, 13), "to the target");
  ASSERT_TRUE(send_to(target_, "and back"));
  ASSERT_EQ(client_->read_raw(8), "and back");

  client_->half_close();
  ASSERT_TRUE(target_sees_end());
  target_.close();

  EXPECT_TRUE(client_->sees_close());
  EXPECT_TRUE(logs({R"("RequestPath":"/calculate")", R"("RequestContentSize":13,)",
                    R"("OriginStatus":101,)", R"("DownstreamStatus":101,)",
                    R"("DownstreamContentSize":8,)"}))
      << program_->log();
  EXPECT_TRUE(
      counts("traefik_service_requests_total{code=\"101\",method=\"GET\","
             "protocol=\"websocket\",service=\"calculate@file\"} 1"));
}

TEST_F(Tunnels, AreLoggedWithWhatEndedThem) {
  start();
  open();

  client_->reset();

  EXPECT_TRUE(target_sees_end());
  EXPECT_TRUE(logs(
      {R"("GapuraError":"client_gone")", R"("OriginStatus":101,)", R"("DownstreamStatus":499,)"}))
      << program_->log();
}

TEST_F(Tunnels, AreNotedAsCutByTheirTarget) {
  start();
  open();

  target_.reset();

  EXPECT_TRUE(client_->sees_close());
  EXPECT_TRUE(counts("gapura_errors_total{reason=\"target_cut\"} 1"));
}

// The client's FIN has been passed on: nothing is read there any more that would tell of its reset.
TEST_F(Tunnels, EndWithTheResetOfAClientThatHadEnded) {
  start();
  open();
  client_->half_close();
  ASSERT_TRUE(target_sees_end());

  client_->reset();

  EXPECT_TRUE(counts("gapura_errors_total{reason=\"client_gone\"} 1"));
}

TEST_F(Tunnels, MayBeSilentForLongerThanConnectionsBetweenRequests) {
  start({.more_entry_point =
             "    transport: {respondingTimeouts: {idleTimeout: 300ms, readTimeout: 300ms, "
             "writeTimeout: 300ms}}\n"});
  open();
  for (int i = 0; i < 2; ++i) {
    RawClient idle(program_->port());
    ASSERT_TRUE(idle.sees_close());  // its time is up
  }

  client_->send("still there");
  EXPECT_EQ(read_from(target_, 11), "still there");
  ASSERT_TRUE(send_to(target_, "yes"));
  EXPECT_EQ(client_->read_raw(3), "yes");
}

TEST_F(Tunnels, EndWhenTheClientReadsNothing) {
  start({.more_entry_point = "    transport: {respondingTimeouts: {writeTimeout: 300ms}}\n"});
  open();
  set_nonblocking(target_);
  const std::string block(1024 * 1024, 'x');

  EXPECT_TRUE(eventually([&] {
    return ::send(target_.get(), block.data(), block.size(), MSG_NOSIGNAL) < 0 &&
           (errno == EPIPE || errno == ECONNRESET);
  }));
  EXPECT_TRUE(counts("gapura_errors_total{reason=\"client_gone\"} 1"));
}

TEST_F(Tunnels, WaitForATargetThatReadsNothing) {
  start({.more_entry_point = "    transport: {respondingTimeouts: {idleTimeout: 300ms, "
                             "readTimeout: 300ms, writeTimeout: 300ms}}\n"});
  open();
  const std::string block(1024 * 1024, 'x');
  std::size_t sent = 0;
  for (std::size_t more = 1; more != 0 && sent < 64 * block.size();) {
    sent += more = client_->send_what_fits(block);
  }
  RawClient idle(program_->port());
  ASSERT_TRUE(idle.sees_close());

  EXPECT_EQ(read_from(target_, sent).size(), sent);
  client_->half_close();
  EXPECT_TRUE(target_sees_end());
}

TEST_F(Tunnels, AreCutAtTheTimeOfTheirTargetsDrain) {
  start(
      {.more_load_balancer = "        drainTimeout: 100ms\n        drainUpgradeTimeout: 400ms\n"});
  open();

  const auto answer = program_->admin().remove(AdminClient::target_path(authority_) + "?wait=true");

  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.number("cut"), 1) << answer.text;
  EXPECT_TRUE(client_->sees_close());
  EXPECT_TRUE(target_sees_end());
  EXPECT_TRUE(logs({R"("GapuraError":"drain_cut")"})) << program_->log();
}

TEST_F(Tunnels, EndWithTheProgramAfterItsGraceTime) {
  start({.more_entry_point = "    transport: {lifeCycle: {graceTimeOut: 300ms}}\n"});
  open();

  program_->send(SIGTERM);
  ASSERT_TRUE(eventually([&] { return !connects_within(program_->port(), patience()); }));
  client_->send("meanwhile");
  EXPECT_EQ(read_from(target_, 9), "meanwhile");

  EXPECT_EQ(program_->wait(), 0) << program_->log();
  EXPECT_TRUE(target_sees_end());
}

}  // namespace
}  // namespace gapura::test
