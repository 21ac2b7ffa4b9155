// Every case of the YAML files in this folder is one test: --gtest_filter=requests.get_* runs some.
#include <cstdio>
#include <exception>
#include <gtest/gtest.h>
#include <memory>
#include <utility>

#include "tests/conformance/case.h"
#include "tests/conformance/stage.h"

namespace gapura::test {
namespace {

/// The servers that are running. A case that found a fault takes its own with it, so that the next
/// one does not stumble over what it left behind.
class Stages {
 public:
  explicit Stages(Servers servers) : servers_(std::move(servers)) {}
  std::string play(const Case& one) {
    std::unique_ptr<Stage>& stage = stages_[one.server];
    if (!stage) stage = std::make_unique<Stage>(servers_.at(one.server));
    std::string fault = stage->play(one);
    if (!fault.empty()) stage.reset();
    return fault;
  }

 private:
  Servers servers_;
  std::map<std::string, std::unique_ptr<Stage>> stages_;
};

class CaseTest : public testing::Test {
 public:
  CaseTest(std::shared_ptr<Stages> stages, Case one)
      : stages_(std::move(stages)), case_(std::move(one)) {}
  void TestBody() override {
    const std::string fault = stages_->play(case_);
    if (!fault.empty())
      ADD_FAILURE_AT(case_.file.c_str(), case_.line) << case_.clause << "\n" << fault;
  }

 private:
  std::shared_ptr<Stages> stages_;
  Case case_;
};

}  // namespace

void register_cases(const std::filesystem::path& folder) {
  Servers servers = load_servers(folder);
  const std::vector<Case> cases = load_cases(folder, servers);
  const auto stages = std::make_shared<Stages>(std::move(servers));
  for (const Case& one : cases) {
    testing::RegisterTest(one.suite().c_str(), one.name.c_str(), nullptr, nullptr, one.file.c_str(),
                          one.line,
                          [stages, one]() -> CaseTest* { return new CaseTest(stages, one); });
  }
}

}  // namespace gapura::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  try {
    gapura::test::register_cases(GAPURA_CONFORMANCE_FOLDER);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return RUN_ALL_TESTS();
}
