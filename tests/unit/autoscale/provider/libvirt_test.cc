// deploy/providers/libvirt.sh, behind the exec provider and before a virsh that keeps its machines
// as files.
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>

#include "autoscale/provider/exec.h"
#include "tests/support/seed_folder.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

namespace fs = std::filesystem;
using Kind = ProviderFault::Kind;

constexpr const char* kVirsh = R"sh(#!/bin/sh
cd "$MACHINES" || exit 1
[ -e ../broken ] && { echo "error: failed to connect to the hypervisor" >&2; exit 1; }
case $1 in
  list) ls; echo ;;
  domstate) cat "$2"; echo ;;
  domifaddr)
    [ "$4" = lease ] || exit 1
    printf ' Name  MAC  Protocol  Address\n-----\n vnet0  52:54:00:1  ipv4  10.1.2.3/24\n' ;;
  start) printf 'running' > "$2"; echo "Domain started" ;;
  shutdown) printf 'shut off' > "$2" ;;
  destroy) [ "$(cat "$2")" = running ] && printf 'shut off' > "$2" ;;
  undefine) rm "$2" ;;
esac
)sh";
constexpr const char* kVirtClone = R"sh(#!/bin/sh
cd "$MACHINES" || exit 1
[ -e "$2" ] || { echo "ERROR  no machine $2" >&2; exit 1; }
printf 'shut off' > "$4"
)sh";

struct LibvirtTest : testing::Test {
  LibvirtTest() {
    fs::create_directory(folder.path() / "machines");
    test::write_file(machine("seed"), "shut off");
    test::write_file(machine("other"), "running");
    program("virsh", kVirsh);
    program("virt-clone", kVirtClone);
    conf::ExecProvider config;
    config.command = {GAPURA_SOURCE_DIR "/deploy/providers/libvirt.sh"};
    config.environment = {{"PATH", folder.path().string() + ":" + std::getenv("PATH")},
                          {"MACHINES", (folder.path() / "machines").string()},
                          {"SEED", "seed"}};
    provider = std::make_unique<ExecInstances>(config, "p-", "calculate");
  }
  fs::path machine(const std::string& name) const { return folder.path() / "machines" / name; }
  void program(const std::string& name, const std::string& text) const {
    test::write_file(folder.path() / name, text);
    fs::permissions(folder.path() / name, fs::perms::owner_all);
  }
  std::vector<Instance> listed() {
    const auto outcome = run(loop, provider->list());
    const auto* failed = std::get_if<ProviderFault>(&outcome);
    EXPECT_EQ(failed, nullptr) << failed->message;
    return failed == nullptr ? std::get<0>(outcome) : std::vector<Instance>{};
  }
  Kind remove_fault(const std::string& name) {
    Instance one;
    one.name = name;
    const auto outcome = run(loop, provider->remove(one));
    const auto* failed = std::get_if<ProviderFault>(&outcome);
    EXPECT_NE(failed, nullptr);
    return failed == nullptr ? Kind::refused : failed->kind;
  }

  boost::asio::io_context loop;
  test::TemporaryFolder folder;
  std::unique_ptr<ExecInstances> provider;
};

TEST_F(LibvirtTest, MakesListsAndUnmakesMachines) {
  EXPECT_TRUE(listed().empty());
  const auto made = run(loop, provider->create("p-1"));
  ASSERT_TRUE(std::holds_alternative<Instance>(made)) << std::get<ProviderFault>(made).message;

  ASSERT_EQ(listed().size(), 1U);
  const Instance one = listed()[0];
  EXPECT_EQ(one.name, "p-1");
  EXPECT_EQ(one.address, "10.1.2.3");
  EXPECT_TRUE(one.is_up());
  run(loop, provider->stop(one));
  EXPECT_EQ(listed()[0].state, Instance::State::stopped);
  run(loop, provider->start(one));
  EXPECT_EQ(listed()[0].state, Instance::State::running);
  EXPECT_TRUE(std::holds_alternative<Done>(run(loop, provider->remove(one))));
  EXPECT_TRUE(listed().empty());
  EXPECT_TRUE(fs::exists(machine("seed")) && fs::exists(machine("other")));
}

TEST_F(LibvirtTest, TellsWhatIsGoneFromWhatCannotBeAsked) {
  EXPECT_EQ(remove_fault("p-9"), Kind::not_found);
  EXPECT_EQ(remove_fault("other"), Kind::refused);
  test::write_file(folder.path() / "broken", "");

  const auto outcome = run(loop, provider->list());

  ASSERT_TRUE(std::holds_alternative<ProviderFault>(outcome));
  EXPECT_EQ(std::get<ProviderFault>(outcome).kind, Kind::unreachable);
  EXPECT_NE(std::get<ProviderFault>(outcome).message.find("failed to connect"), std::string::npos);
  EXPECT_EQ(remove_fault("p-9"), Kind::unreachable);
}

TEST_F(LibvirtTest, SaysWhyAMachineCannotBeMade) {
  fs::remove(machine("seed"));

  const auto outcome = run(loop, provider->create("p-1"));

  ASSERT_TRUE(std::holds_alternative<ProviderFault>(outcome));
  EXPECT_NE(std::get<ProviderFault>(outcome).message.find("no machine seed"), std::string::npos);
}

}  // namespace
}  // namespace gapura::autoscale
