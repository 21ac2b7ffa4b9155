#include "admin/token.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "base/digest.h"
#include "tests/unit/admin/loopback.h"

namespace gapura::admin {
namespace {

std::string text_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Token, IsMadeOnceAndReadAgain) {
  const TemporaryFolder folder;
  const auto path = folder / "admin-token";

  const auto made = Token::read_or_make(path);
  ASSERT_TRUE(std::holds_alternative<Token>(made)) << std::get<std::string>(made);
  std::string text = text_in(path);
  ASSERT_EQ(text.size(), 44u) << "43 characters are 32 bytes in base64url, and a newline";
  EXPECT_EQ(text.back(), '\n');
  text.pop_back();
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_"),
            std::string::npos);
  const auto read = Token::read_or_make(path);

  EXPECT_TRUE(std::get<Token>(made).is_carried_by("Bearer " + text));
  EXPECT_TRUE(std::get<Token>(read).is_carried_by("Bearer " + text));
}

TEST(Token, LiesInAFileOfItsOwnerOnlyAndLeavesNoDraft) {
  const TemporaryFolder folder;
  const mode_t before = umask(0);
  Token::read_or_make(folder / "admin-token");
  umask(before);

  struct stat found {};
  ASSERT_EQ(stat((folder / "admin-token").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  const std::filesystem::directory_iterator files(folder / "");
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST(Token, DiffersFromEveryOther) {
  const TemporaryFolder folder;
  std::set<std::string> seen;
  for (const char* name : {"a", "b", "c", "d"}) {
    Token::read_or_make(folder / name);
    seen.insert(text_in(folder / name));
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST(Token, IsTheFirstOnesWhenProcessesStartTogether) {
  const TemporaryFolder folder;
  const auto path = folder / "admin-token";
  const std::string other(43, 'x');
  std::ofstream(path) << other << "\n";

  const auto read = Token::read_or_make(path);

  EXPECT_TRUE(std::get<Token>(read).is_carried_by("Bearer " + other));
  EXPECT_EQ(text_in(path), other + "\n");
}

TEST(Token, IsComparedWhole) {
  const Token token("0123456789abcdef");

  EXPECT_TRUE(token.is_carried_by("Bearer 0123456789abcdef"));
  EXPECT_TRUE(token.is_carried_by("bearer  0123456789abcdef "));
  for (const char* wrong :
       {"", "Bearer", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdeg",
        "Bearer 0123456789abcdef0", "Basic 0123456789abcdef", "0123456789abcdef",
        "Bearer 0123456789ABCDEF"}) {
    EXPECT_FALSE(token.is_carried_by(wrong)) << wrong;
  }
}

TEST(Token, MustBeLongAndVisible) {
  const TemporaryFolder folder;
  const auto read = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return Token::read_or_make(folder / name);
  };

  EXPECT_TRUE(std::holds_alternative<Token>(read("enough", "0123456789abcdef\r\n")));
  for (const auto& bad :
       {read("empty", ""), read("short", "0123456789abcde\n"), read("spaced", "01234567 89abcdef"),
        read("lines", "0123456789abcdef\nmore")}) {
    ASSERT_TRUE(std::holds_alternative<std::string>(bad));
    EXPECT_NE(std::get<std::string>(bad).find("visible characters"), std::string::npos);
  }
}

TEST(Token, MayBeGivenAsItsDigest) {
  const TemporaryFolder folder;
  const std::string digest = sha256_hex("0123456789abcdef");
  std::ofstream(folder / "digest") << "sha256:" << digest << "\n";

  const auto read = Token::read_or_make(folder / "digest");

  ASSERT_TRUE(std::holds_alternative<Token>(read)) << std::get<std::string>(read);
  EXPECT_TRUE(std::get<Token>(read).is_carried_by("Bearer 0123456789abcdef"));
  EXPECT_FALSE(std::get<Token>(read).is_carried_by("Bearer sha256:" + digest));
  EXPECT_FALSE(std::get<Token>(read).is_carried_by("Bearer " + digest));
}

TEST(Token, RefusesHalfADigest) {
  const TemporaryFolder folder;
  for (const std::string& text : {std::string("sha256:"), "sha256:" + std::string(63, 'a'),
                                  "sha256:" + std::string(64, 'g')}) {
    std::ofstream(folder / "digest", std::ios::trunc) << text << "\n";

    const auto read = Token::read_or_make(folder / "digest");

    ASSERT_TRUE(std::holds_alternative<std::string>(read)) << text;
    EXPECT_NE(std::get<std::string>(read).find("64 hexadecimal digits"), std::string::npos);
  }
}

TEST(Token, SaysWhichFileCannotBeMade) {
  const TemporaryFolder folder;
  const auto failed = Token::read_or_make(folder / "no" / "admin-token");

  ASSERT_TRUE(std::holds_alternative<std::string>(failed));
  EXPECT_NE(std::get<std::string>(failed).find("no/admin-token"), std::string::npos);
  EXPECT_NE(std::get<std::string>(failed).find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace gapura::admin
