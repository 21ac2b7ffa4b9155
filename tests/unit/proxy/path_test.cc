#include "proxy/path.h"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/io_count.h"

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

struct Case {
  std::string_view target;
  std::string_view forwarded;
  std::string_view routing;
};

TEST(CleanPath, CleansWhatIsForwardedAndWhatRulesSee) {
  const std::vector<Case> cases{
      {"/", "/", "/"},
      {"*", "*", "*"},
      {"/a/b", "/a/b", "/a/b"},
      {"/a/b/", "/a/b/", "/a/b/"},
      // Empty segments.
      {"//", "/", "/"},
      {"//a", "/a", "/a"},
      {"/a//b///c", "/a/b/c", "/a/b/c"},
      {"/a//", "/a/", "/a/"},
      // RFC 3986 5.2.4.
      {"/.", "/", "/"},
      {"/./", "/", "/"},
      {"/a/.", "/a/", "/a/"},
      {"/a/./b", "/a/b", "/a/b"},
      {"/a/..", "/", "/"},
      {"/a/../", "/", "/"},
      {"/a/b/..", "/a/", "/a/"},
      {"/a/b/../c", "/a/c", "/a/c"},
      {"/a/b/../../c", "/c", "/c"},
      {"/a//../b", "/b", "/b"},
      {"/.well-known/x", "/.well-known/x", "/.well-known/x"},
      {"/...", "/...", "/..."},
      {"/a/..b/.c/d..", "/a/..b/.c/d..", "/a/..b/.c/d.."},
      // RFC 3986 6.2.2.2: escapes of unreserved characters mean the characters.
      {"/%61%2D%5f%7E%30", "/a-_~0", "/a-_~0"},
      {"/a/%2e%2E/b", "/b", "/b"},
      {"/a/.%2e/b", "/b", "/b"},
      {"/a/%2e/b", "/a/b", "/a/b"},
      // Reserved ones keep their meaning only while escaped.
      {"/a%2Fb", "/a%2Fb", "/a%2Fb"},
      {"/a%2f..%2fb", "/a%2f..%2fb", "/a%2f..%2fb"},
      {"/%3F%23%5B%40%21%24%26", "/%3F%23%5B%40%21%24%26", "/%3F%23%5B%40%21%24%26"},
      {"/%25", "/%25", "/%25"},
      {"/%252e%252e/x", "/%252e%252e/x", "/%252e%252e/x"},
      // Others are decoded for rules alone.
      {"/a%20b", "/a%20b", "/a b"},
      {"/%C3%A9", "/%C3%A9", "/\xc3\xa9"},
      {"/a%5Cb", "/a%5Cb", "/a\\b"},
      {"/%01", "/%01", "/\x01"},
      // Queries are nobody's business.
      {"/?", "/?", "/"},
      {"/a?x=//../%2e%2e/%zz&%00", "/a?x=//../%2e%2e/%zz&%00", "/a"},
      {"/a/../b?x=//./%2e", "/b?x=//./%2e", "/b"},
      {"//?//", "/?//", "/"},
      {"/%61?%61?%61", "/a?%61?%61", "/a"},
  };
  CleanPath path;
  for (const auto& [target, forwarded, routing] : cases) {
    ASSERT_TRUE(path.set(target)) << target;
    EXPECT_EQ(path.path_query(), forwarded) << target;
    EXPECT_EQ(path.routing(), routing) << target;
  }
}

TEST(CleanPath, IsCleanAfterOnePass) {
  for (const char* target :
       {"/a/%2e%2e/b//c/./d/..", "/%61/%252e/..%2f", "/a%20/../b%2F?//", "//"}) {
    CleanPath once;
    CleanPath twice;
    ASSERT_TRUE(once.set(target));
    ASSERT_TRUE(twice.set(once.path_query()));
    EXPECT_EQ(once.path_query(), twice.path_query()) << target;
    EXPECT_EQ(once.routing(), twice.routing()) << target;
  }
}

TEST(CleanPath, RefusesToClimbAboveTheRoot) {
  CleanPath path;
  for (const char* target : {"/..", "/../a", "/a/../../b", "/./..", "//..", "/%2e%2e", "/.%2E/a",
                             "/a/%2e%2e/%2e%2e/b", "/a/../..?x"}) {
    EXPECT_FALSE(path.set(target)) << target;
  }
}

TEST(CleanPath, RefusesBrokenEscapes) {
  CleanPath path;
  for (const char* target : {"/%", "/%4", "/%4?x", "/%zz", "/%4g", "/%g4", "/a%", "/%%41",
                             "/%u0041", "/% 41", "/%?41", "/%+1"}) {
    EXPECT_FALSE(path.set(target)) << target;
  }
}

TEST(CleanPath, RefusesAnEscapedNul) {
  CleanPath path;
  EXPECT_FALSE(path.set("/a%00b"));
  EXPECT_FALSE(path.set("/%00"));
}

TEST(CleanPath, IsUsedAgainAfterARefusal) {
  CleanPath path;
  ASSERT_FALSE(path.set("/a/%zz"));

  ASSERT_TRUE(path.set("/b//c"));
  EXPECT_EQ(path.path_query(), "/b/c");
  EXPECT_EQ(path.routing(), "/b/c");
}

TEST(CleanPath, CopiesNothingWhenThereIsNothingToClean) {
  const std::string target = "/a/b.c/d?x=/../%2e";
  CleanPath path;

  ASSERT_TRUE(path.set(target));

  EXPECT_EQ(path.path_query().data(), target.data());
  EXPECT_EQ(path.routing().data(), target.data());
}

TEST(CleanPath, AllocatesNothingOnceItHasSeenAsMuch) {
  const std::string target = "/%61//b/../c%20d?" + std::string(200, 'q');
  CleanPath path;
  ASSERT_TRUE(path.set(target));
  const char* memory = path.path_query().data();
  const std::uint64_t before = io_count::heap_allocations;

  for (int i = 0; i < 100; ++i) ASSERT_TRUE(path.set(target));

  EXPECT_EQ(path.path_query().data(), memory);
  EXPECT_EQ(io_count::heap_allocations, before);
}

}  // namespace
}  // namespace gapura::proxy
