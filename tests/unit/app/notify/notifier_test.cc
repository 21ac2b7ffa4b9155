#include "app/notify/notifier.h"

#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

#include "app/disk_thread.h"
#include "base/digest.h"
#include "tests/support/patience.h"
#include "tests/support/seed_folder.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

using autoscale::HttpAnswer;
using autoscale::HttpCall;
using autoscale::HttpOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
namespace net = boost::asio;

/// A receiver that answers what a test says; nothing leaves the process.
class NotifierTest : public testing::Test {
 protected:
  NotifierTest() {
    chat.url = "https://chat.example/secret-path";
    chat.events = {conf::NotifyEvent::joined, conf::NotifyEvent::gone};
    chat.body = "{{event}}";
    chat.content_type = "text/plain";
  }

  std::unique_ptr<Notifier> make(std::vector<conf::Notify> receivers) {
    Notifier::Ways ways;
    ways.http = [this](HttpCall call) { return answer(std::move(call)); };
    ways.run = [this](std::vector<std::string> command, std::string input, Milliseconds) {
      return run(std::move(command), std::move(input));
    };
    auto made = std::make_unique<Notifier>(loop, disk, std::move(receivers), std::move(ways),
                                           folder / "notify.jsonl");
    problems = made->open();
    if (problems.empty()) made->start();
    return made;
  }
  net::awaitable<HttpOutcome> answer(HttpCall call) {
    calls.push_back(std::move(call));
    if (breaks) throw std::runtime_error("no thread can be had");
    if (status == 0) co_return HttpOutcome(std::string("nobody is there"));
    HttpAnswer made;
    made.status = status;
    co_return HttpOutcome(std::move(made));
  }
  net::awaitable<std::string> run(std::vector<std::string> command, std::string input) {
    commands.emplace_back(std::move(command), std::move(input));
    co_return std::string();
  }

  static balancer::Event event_of(balancer::Event::Kind kind) {
    balancer::Event event{};
    event.kind = kind;
    event.target.id = "10.0.0.1:3000";
    return event;
  }
  void join(Notifier& notifier) { notifier.on_event(event_of(balancer::Event::Kind::joined)); }
  void leave(Notifier& notifier) { notifier.on_event(event_of(balancer::Event::Kind::gone)); }

  template <class Condition>
  bool run_until(Condition condition) {
    return test::eventually([&] {
      loop.restart();
      loop.poll();
      return condition();
    });
  }
  std::vector<std::string> bodies() const {
    std::vector<std::string> all;
    for (const HttpCall& call : calls) all.push_back(call.body);
    return all;
  }
  static double reading(const Notifier& notifier, metrics::Family family,
                        const std::string& outcome = {}) {
    metrics::Reading wanted{.family = family, .labels = {{"receiver", "https://chat.example"}}};
    if (!outcome.empty()) wanted.labels.emplace_back("outcome", outcome);
    for (const metrics::Reading& one : notifier.readings()) {
      if (one.family == wanted.family && one.labels == wanted.labels) return one.value;
    }
    return -1;
  }
  static double reading(const Notifier& notifier, const std::string& outcome) {
    return reading(notifier, metrics::Family::notify_messages, outcome);
  }
  std::string kept() { return test::read_file(folder / "notify.jsonl"); }

  test::TempDir folder;
  conf::Notify chat;
  unsigned status = 200;
  bool breaks = false;
  std::vector<HttpCall> calls;
  std::vector<std::pair<std::vector<std::string>, std::string>> commands;
  std::vector<std::string> problems;
  DiskThread disk;
  net::io_context loop;
};

TEST_F(NotifierTest, TellsWhatIsAskedForInTheOrderOfHappening) {
  const auto notifier = make({chat});

  join(*notifier);
  notifier->on_event(event_of(balancer::Event::Kind::panic_begun));
  leave(*notifier);

  EXPECT_TRUE(run_until([&] { return calls.size() == 2; }));
  EXPECT_THAT(bodies(), ElementsAre("joined", "gone"));
  EXPECT_EQ(calls[0].url, chat.url);
  EXPECT_EQ(calls[0].method, "POST");
}

TEST_F(NotifierTest, SignsWhatItSends) {
  test::write_file(folder / "secret", "0123456789abcdef\n");
  ::chmod((folder / "secret").c_str(), 0600);
  chat.secret.file = folder / "secret";
  const auto notifier = make({chat});

  join(*notifier);

  ASSERT_TRUE(run_until([&] { return calls.size() == 1; }));
  std::string time, signature;
  for (const auto& [name, value] : calls[0].headers) {
    if (name == "X-Gapura-Timestamp") time = value;
    if (name == "X-Gapura-Signature") signature = value;
  }
  EXPECT_FALSE(time.empty());
  EXPECT_EQ(signature, hmac_sha256_hex("0123456789abcdef", time + ".joined"));
}

TEST_F(NotifierTest, TriesAgainWhatFailed) {
  status = 0;
  const auto notifier = make({chat});
  join(*notifier);
  ASSERT_TRUE(run_until([&] { return calls.size() == 1; }));

  status = 200;

  EXPECT_TRUE(run_until([&] { return calls.size() == 2; }));
  EXPECT_THAT(bodies(), ElementsAre("joined", "joined"));
}

TEST_F(NotifierTest, TriesAgainWhenTheCallItselfBreaks) {
  breaks = true;
  const auto notifier = make({chat});
  join(*notifier);
  ASSERT_TRUE(run_until([&] { return calls.size() == 1; }));

  breaks = false;

  EXPECT_TRUE(run_until([&] { return calls.size() == 2; }));
  EXPECT_THAT(bodies(), ElementsAre("joined", "joined"));
}

TEST_F(NotifierTest, DropsWhatTheReceiverWillNeverTake) {
  status = 400;
  const auto notifier = make({chat});
  join(*notifier);
  leave(*notifier);

  EXPECT_TRUE(run_until([&] { return calls.size() == 2; }));
  EXPECT_THAT(bodies(), ElementsAre("joined", "gone"));
}

TEST_F(NotifierTest, CountsWhatBecameOfMessages) {
  chat.queue_max = 1;
  chat.retries = 0;
  status = 400;
  const auto notifier = make({chat});
  join(*notifier);
  ASSERT_TRUE(run_until([&] { return reading(*notifier, "refused") == 1; }));
  status = 500;
  join(*notifier);
  ASSERT_TRUE(run_until([&] { return reading(*notifier, "given_up") == 1; }));
  status = 200;
  join(*notifier);
  leave(*notifier);

  EXPECT_TRUE(run_until([&] { return reading(*notifier, "delivered") == 1; }));
  EXPECT_EQ(reading(*notifier, "dropped"), 1) << "only one may wait";
  EXPECT_EQ(reading(*notifier, metrics::Family::notify_failed_attempts), 2);
  EXPECT_EQ(reading(*notifier, metrics::Family::notify_queue_length), 0);
}

TEST_F(NotifierTest, SumsReceiversOfOneName) {
  conf::Notify other = chat;
  other.url = "https://chat.example/another-path";
  const auto notifier = make({chat, other});

  join(*notifier);

  ASSERT_TRUE(run_until([&] { return calls.size() == 2; }));
  EXPECT_TRUE(run_until([&] { return reading(*notifier, "delivered") == 2; }));
}

TEST_F(NotifierTest, GivesACommandTheMessageAsItsInput) {
  conf::Notify command = chat;
  command.url.clear();
  command.command = {"/bin/tell", "all"};
  const auto notifier = make({command});

  join(*notifier);

  ASSERT_TRUE(run_until([&] { return commands.size() == 1; }));
  EXPECT_THAT(commands[0].first, ElementsAre("/bin/tell", "all"));
  EXPECT_EQ(commands[0].second, "joined");
}

TEST_F(NotifierTest, KeepsWhatIsNotDeliveredOverARestart) {
  status = 0;
  auto notifier = make({chat});
  join(*notifier);
  leave(*notifier);
  ASSERT_TRUE(run_until([&] { return !calls.empty(); }));
  notifier.reset();
  ASSERT_TRUE(test::eventually([&] { return kept().find("gone") != std::string::npos; }));
  EXPECT_EQ(kept().find("secret-path"), std::string::npos);
  calls.clear();

  status = 200;
  const auto next = make({chat});

  EXPECT_TRUE(run_until([&] { return calls.size() == 2; }));
  EXPECT_THAT(bodies(), ElementsAre("joined", "gone"));
  EXPECT_TRUE(run_until([&] {
    next->tick();
    return kept().empty();
  }));
}

TEST_F(NotifierTest, SaysWhatItCannotDo) {
  chat.secret.file = folder / "missing";
  make({chat});
  EXPECT_THAT(problems, ElementsAre(HasSubstr("missing")));

  Notifier deaf(loop, disk, {chat}, {}, {});
  EXPECT_THAT(deaf.open(), testing::Contains(HasSubstr("https://chat.example cannot be told")));
}

}  // namespace
}  // namespace gapura::app
