#include "app/notify/outbox.h"

#include <gtest/gtest.h>

#include "app/notify/outbox_file.h"

namespace gapura::app {
namespace {

struct OutboxTest : testing::Test {
  Outbox box{3, 2};
  TimePoint now{Clock::now()};

  std::string taken() {
    const auto message = box.take(now);
    return message ? message->body : "";
  }
  bool add(const std::string& body) { return box.add({.body = body}); }
};

TEST_F(OutboxTest, GivesTheOldestFirstAndOneAtATime) {
  add("a");
  add("b");

  EXPECT_EQ(taken(), "a");
  EXPECT_EQ(taken(), "") << "a is out still";
  box.delivered();
  EXPECT_EQ(taken(), "b");
  box.delivered();
  EXPECT_FALSE(box.next().has_value());
}

TEST_F(OutboxTest, DropsTheOldestThatWaitsWhenItIsFull) {
  add("a");
  EXPECT_EQ(taken(), "a");
  for (const char* body : {"b", "c", "d"}) EXPECT_TRUE(add(body));

  EXPECT_FALSE(add("e"));

  EXPECT_EQ(box.dropped(), 1u);
  box.delivered();
  EXPECT_EQ(taken(), "c");
}

TEST_F(OutboxTest, WaitsTwiceAsLongAfterEachFailureAndGivesUp) {
  add("a");
  for (const Milliseconds wait : {Milliseconds(1'000), Milliseconds(2'000)}) {
    ASSERT_EQ(taken(), "a");
    EXPECT_TRUE(box.failed(now, 0.0, {}));
    EXPECT_EQ(box.next(), now + wait);
    now += wait - Milliseconds(1);
    EXPECT_EQ(taken(), "");
    now += Milliseconds(1);
  }
  ASSERT_EQ(taken(), "a");
  EXPECT_FALSE(box.failed(now, 0.0, {})) << "two were to be tried again";
  EXPECT_TRUE(box.messages().empty());
}

TEST_F(OutboxTest, NeverWaitsLongerThanItsLimitUnlessAskedTo) {
  Outbox patient(1, 100);
  patient.add({.body = "a", .attempts = 90});
  ASSERT_TRUE(patient.take(now).has_value());

  patient.failed(now, 1.0, {});

  EXPECT_EQ(patient.next(), now + Outbox::kLongestWait + Outbox::kLongestWait / 5);
  now = *patient.next();
  ASSERT_TRUE(patient.take(now).has_value());
  patient.failed(now, 0.0, std::chrono::hours(10));
  EXPECT_EQ(patient.next(), now + Outbox::kLongestWish);
}

TEST_F(OutboxTest, IsInNoHurryAfterAFailureButGoesOnAtOnceAfterASuccess) {
  add("a");
  add("b");
  ASSERT_EQ(taken(), "a");
  box.refused();
  EXPECT_EQ(taken(), "b") << "the next one may be taken";
}

TEST_F(OutboxTest, KeepsWhatIsOutUntilItIsDelivered) {
  add("a");
  add("b");
  ASSERT_EQ(taken(), "a");

  ASSERT_EQ(box.messages().size(), 2u);
  EXPECT_EQ(box.messages()[0].body, "a");
  box.delivered();
  EXPECT_EQ(box.messages().size(), 1u);
}

TEST(OutboxFile, ComesBackAsItWas) {
  const std::vector<KeptMessage> kept{{"a1", {.body = "{\"x\":\n1}", .attempts = 3}},
                                      {"b2", {.body = "", .attempts = 0}}};
  std::size_t broken = 0;

  const auto read = read_lines(to_lines(kept), &broken);

  EXPECT_EQ(broken, 0u);
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].to, "a1");
  EXPECT_EQ(read[0].message, kept[0].message);
  EXPECT_EQ(read[1].message, kept[1].message);
}

TEST(OutboxFile, LeavesOutLinesThatCannotBeRead) {
  std::size_t broken = 0;

  const auto read = read_lines(
      "{\"to\":\"a\",\"attempts\":0,\"body\":\"x\"}\n{\"to\":\"a\"\n\n[]\n{\"to\":1}\n", &broken);

  EXPECT_EQ(read.size(), 1u);
  EXPECT_EQ(broken, 3u);
}

TEST(OutboxFile, NamesReceiversWithoutShowingThem) {
  conf::Notify chat;
  chat.url = "https://chat.example/secret";
  conf::Notify command;
  command.command = {"/bin/tell", "chat"};

  EXPECT_EQ(receiver_key(chat).size(), 16u);
  EXPECT_NE(receiver_key(chat), receiver_key(command));
}

}  // namespace
}  // namespace gapura::app
