#include "autoscale/fleet/instance_name.h"

#include <gtest/gtest.h>

#include "conf/autoscale.h"

namespace gapura::autoscale {
namespace {

TEST(InstanceName, IsKnownAsOursByWhoeverListsIt) {
  const std::string name = new_instance_name("gapura-a-");

  EXPECT_TRUE(conf::is_own_name("gapura-a-", name)) << name;
  EXPECT_FALSE(conf::is_own_name("gapura-a-", new_instance_name("gapura-a-b-")));
  EXPECT_NE(new_instance_name("p-"), new_instance_name("p-"));
}

}  // namespace
}  // namespace gapura::autoscale
