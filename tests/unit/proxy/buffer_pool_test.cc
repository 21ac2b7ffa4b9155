#include "proxy/buffer_pool.h"

#include <cstring>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace gapura::proxy {
namespace {

TEST(BufferPool, GivesTheNextPowerOfTwo) {
  BufferPool pool;
  EXPECT_EQ(pool.take().capacity(), 16u * 1024);
  EXPECT_EQ(pool.take(0).capacity(), 16u * 1024);
  EXPECT_EQ(pool.take(16 * 1024).capacity(), 16u * 1024);
  EXPECT_EQ(pool.take(16 * 1024 + 1).capacity(), 32u * 1024);
  EXPECT_EQ(pool.take(2 * 1024 * 1024).capacity(), 2u * 1024 * 1024);
}

TEST(BufferPool, GivesLargerOnesFromTheHeap) {
  BufferPool pool;

  Buffer large = pool.take(5 * 1024 * 1024);
  ASSERT_GE(large.capacity(), 5u * 1024 * 1024);
  std::memset(large.data(), 1, large.capacity());
  large.release();

  EXPECT_FALSE(large.is_held());
}

TEST(BufferPool, GivesTheSameMemoryAgain) {
  BufferPool pool;
  Buffer first = pool.take(20'000);
  char* memory = first.data();

  first.release();
  Buffer other_size = pool.take();
  Buffer again = pool.take(20'000);

  EXPECT_EQ(again.data(), memory);
  EXPECT_NE(other_size.data(), memory);
}

TEST(BufferPool, GivesBuffersThatDoNotOverlap) {
  BufferPool pool;
  std::vector<Buffer> held;
  for (int i = 0; i < 50; ++i) {
    held.push_back(pool.take());
    std::memset(held.back().data(), i, held.back().capacity());
  }

  for (int i = 0; i < 50; ++i) {
    Buffer& buffer = held[static_cast<std::size_t>(i)];
    EXPECT_EQ(buffer.data()[0], i);
    EXPECT_EQ(buffer.data()[buffer.capacity() - 1], i);
  }
}

TEST(BufferPool, KeepsNoMoreThanItsLimit) {
  BufferPool pool;
  {
    std::vector<Buffer> held;
    for (int i = 0; i < 5; ++i) held.push_back(pool.take(2 * 1024 * 1024));
  }  // two of them are kept; the leak checker sees to the rest

  EXPECT_TRUE(pool.take(2 * 1024 * 1024).is_held());
}

TEST(Buffer, MovesAndIsReleasedOnce) {
  BufferPool pool;
  Buffer empty;
  EXPECT_FALSE(empty.is_held());
  empty.release();

  Buffer first = pool.take();
  char* memory = first.data();
  Buffer second = std::move(first);
  EXPECT_FALSE(first.is_held());  // NOLINT: what a moved buffer is, is its contract
  EXPECT_EQ(second.data(), memory);

  second.release();
  second.release();
  EXPECT_FALSE(second.is_held());
}

TEST(Buffer, GivesBackWhatItHeldWhenAnotherIsMovedIn) {
  BufferPool pool;
  Buffer held = pool.take();
  char* memory = held.data();
  {
    Buffer larger = pool.take(32 * 1024);
    held = std::move(larger);
  }

  EXPECT_EQ(held.capacity(), 32u * 1024);
  EXPECT_EQ(pool.take().data(), memory);
}

}  // namespace
}  // namespace gapura::proxy
