#include "app/token_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "admin/token.h"
#include "tests/unit/app/temp_dir.h"

namespace gapura::app {
namespace {

admin::Token token_in(const std::filesystem::path& file) {
  return std::get<admin::Token>(admin::Token::read_or_make(file));
}

TEST(TokenFile, GetsAnotherTokenThatOnlyItsOwnerMayRead) {
  const test::TempDir folder;
  const auto file = folder / "admin-token";
  test::write_file(file, "0123456789abcdef\n");

  const admin::NewToken made = rotate_token(file);

  ASSERT_FALSE(made.error) << made.error.message();
  EXPECT_EQ(made.file, file);
  EXPECT_FALSE(made.is_digest);
  EXPECT_EQ(test::read_file(file), made.text + "\n");
  EXPECT_TRUE(token_in(file).is_carried_by("Bearer " + made.text));
  struct stat found {};
  ASSERT_EQ(::stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  EXPECT_NE(rotate_token(file).text, made.text);
}

TEST(TokenFile, HoldsADigestStillWhereItHeldOne) {
  const test::TempDir folder;
  const auto file = folder / "admin-token";
  test::write_file(file, "sha256:" + std::string(64, 'a') + "\n");

  const admin::NewToken made = rotate_token(file);

  EXPECT_TRUE(made.is_digest);
  EXPECT_EQ(test::read_file(file).find(made.text), std::string::npos);
  EXPECT_TRUE(token_in(file).is_carried_by("Bearer " + made.text));
}

TEST(TokenFile, IsWrittenWhereALinkLeads) {
  const test::TempDir folder;
  test::write_file(folder / "real", "0123456789abcdef\n");
  std::filesystem::create_symlink(folder / "real", folder / "admin-token");

  const admin::NewToken made = rotate_token(folder / "admin-token");

  EXPECT_TRUE(std::filesystem::is_symlink(folder / "admin-token"));
  EXPECT_EQ(test::read_file(folder / "real"), made.text + "\n");
}

TEST(TokenFile, KeepsItsTokenWhenItCannotBeWritten) {
  const test::TempDir folder;
  const auto file = folder / "admin-token";
  test::write_file(file, "0123456789abcdef\n");
  std::filesystem::create_directory(folder / "admin-token.new");

  EXPECT_EQ(rotate_token(file).error, std::errc::is_a_directory);
  EXPECT_TRUE(token_in(file).is_carried_by("Bearer 0123456789abcdef"));
}

}  // namespace
}  // namespace gapura::app
