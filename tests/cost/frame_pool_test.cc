#include "base/async/frame_pool.h"

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace gapura {
namespace {

TEST(FramePool, GivesTheLastFrameOfTheSameSizeBack) {
  void* first = frame_pool::allocate(100);
  frame_pool::release(first, 100);

  void* second = frame_pool::allocate(120);  // the same step of 64 bytes

  EXPECT_EQ(second, first);
  frame_pool::release(second, 120);
}

TEST(FramePool, FramesInUseAreDistinctAndWritable) {
  std::vector<std::pair<void*, std::size_t>> frames;
  for (std::size_t bytes = 1; bytes <= 5'000; bytes += 37) {
    void* frame = frame_pool::allocate(bytes);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(frame) % alignof(std::max_align_t), 0u);
    std::memset(frame, static_cast<int>(bytes & 0xFF), bytes);
    frames.emplace_back(frame, bytes);
  }

  for (const auto& [frame, bytes] : frames) {
    const auto* content = static_cast<unsigned char*>(frame);
    EXPECT_EQ(content[0], bytes & 0xFF);
    EXPECT_EQ(content[bytes - 1], bytes & 0xFF);
    frame_pool::release(frame, bytes);
  }
}

TEST(FramePool, BothSidesOfTheLargestSizeWork) {
  for (const std::size_t bytes : {4'095u, 4'096u, 4'097u}) {
    void* frame = frame_pool::allocate(bytes);
    std::memset(frame, 0xA5, bytes);
    frame_pool::release(frame, bytes);
    void* again = frame_pool::allocate(bytes);
    if (bytes <= 4'096) {
      EXPECT_EQ(again, frame) << bytes;
    }
    frame_pool::release(again, bytes);
  }
}

TEST(FramePool, EachThreadHasItsOwnAndFreesItAtItsEnd) {
  void* mine = frame_pool::allocate(256);
  frame_pool::release(mine, 256);
  void* theirs = nullptr;

  std::thread([&theirs] {
    theirs = frame_pool::allocate(256);
    frame_pool::release(theirs, 256);
  }).join();

  EXPECT_NE(theirs, mine);
  void* again = frame_pool::allocate(256);
  EXPECT_EQ(again, mine);
  frame_pool::release(again, 256);
}

}  // namespace
}  // namespace gapura
