#include "base/net/unix_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <string>

#include "tests/support/seed_folder.h"

namespace gapura {
namespace {

TEST(SocketAddress, TakesWhatTheKernelTakes) {
  EXPECT_FALSE(socket_address(""));
  EXPECT_FALSE(socket_address(std::string(kSocketPathMax + 1, 'x')));

  const std::string longest(kSocketPathMax, 'x');
  const auto address = socket_address(longest);

  ASSERT_TRUE(address);
  EXPECT_EQ(address->sun_path, longest);
}

TEST(SocketAddress, TellsWhetherSomebodyListens) {
  const test::TemporaryFolder folder;
  const auto address = socket_address(folder / "s.sock");
  ASSERT_TRUE(address);
  EXPECT_EQ(is_listened_on(*address), std::nullopt);

  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(server, reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
  EXPECT_EQ(is_listened_on(*address), false);
  ASSERT_EQ(listen(server, 0), 0);
  EXPECT_EQ(is_listened_on(*address), true);
  EXPECT_EQ(is_listened_on(*address), true) << "with its backlog full";

  close(server);
  EXPECT_EQ(is_listened_on(*address), false) << "the file stays behind";
}

}  // namespace
}  // namespace gapura
