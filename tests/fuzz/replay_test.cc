// Every file of every corpus through every target, under whatever sanitizers the build has.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/targets.h"

namespace gapura::fuzz {
namespace {

namespace fs = std::filesystem;

struct Seed {
  std::string name;
  std::string bytes;
};

std::vector<Seed> all_seeds() {
  std::vector<Seed> seeds;
  for (const auto& entry : fs::recursive_directory_iterator(GAPURA_FUZZ_CORPUS)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    seeds.push_back({entry.path().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  return seeds;
}

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, SurvivesEveryCorpusFile) {
  ASSERT_TRUE(fs::is_directory(fs::path(GAPURA_FUZZ_CORPUS) / GetParam().name));
  const std::vector<Seed> seeds = all_seeds();
  ASSERT_GT(seeds.size(), 50u);

  for (const Seed& seed : seeds) {
    SCOPED_TRACE(seed.name);
    GetParam().run(seed.bytes);  // stops the program when something does not hold
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Replay, testing::ValuesIn(kTargets),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace gapura::fuzz
