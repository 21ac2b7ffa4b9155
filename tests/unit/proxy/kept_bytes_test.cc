#include "proxy/kept_bytes.h"

#include <gtest/gtest.h>
#include <string>

namespace gapura::proxy {
namespace {

std::string text_of(KeptBytes& kept) {
  const auto bytes = kept.bytes();
  return bytes.empty() ? std::string() : std::string(bytes.data(), bytes.size());
}

TEST(KeptBytes, AreThoseThatWereAdded) {
  BufferPool pool;
  KeptBudget budget;
  KeptBytes kept(pool, budget);
  kept.allow(100'000);
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const std::string part(977, static_cast<char>('a' + i % 26));
    kept.add(part);
    all += part;
  }

  EXPECT_TRUE(kept.is_whole());
  EXPECT_EQ(text_of(kept), all);
}

TEST(KeptBytes, AreLetGoAboveTheLimit) {
  BufferPool pool;
  KeptBudget budget{100'000};
  KeptBytes kept(pool, budget);
  kept.allow(5);
  kept.add(std::string("hello"));
  EXPECT_TRUE(kept.is_whole());

  kept.add(std::string("!"));

  EXPECT_FALSE(kept.is_whole());
  EXPECT_EQ(text_of(kept), "");
  EXPECT_EQ(budget.left, 100'000U);
  kept.add(std::string("x"));
  EXPECT_FALSE(kept.is_whole()) << "the beginning is missing for ever";
}

TEST(KeptBytes, ShareABudgetAndGiveBackTheirPart) {
  BufferPool pool;
  KeptBudget budget{BufferPool::kSmallest};
  {
    KeptBytes first(pool, budget), second(pool, budget);
    first.allow(1'000);
    second.allow(1'000);
    first.add(std::string("a"));
    second.add(std::string("b"));
    EXPECT_TRUE(first.is_whole());
    EXPECT_FALSE(second.is_whole());
    first.clear();
    second.clear();
    second.add(std::string("b"));
    EXPECT_EQ(text_of(second), "b");
  }
  EXPECT_EQ(budget.left, BufferPool::kSmallest);
}

}  // namespace
}  // namespace gapura::proxy
