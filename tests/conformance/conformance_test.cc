// Every case of the YAML files in this folder is one test: --gtest_filter=requests.get_* runs some.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <gtest/gtest.h>
#include <memory>
#include <tuple>
#include <utility>

#include "tests/conformance/case.h"
#include "tests/conformance/stage.h"

namespace gapura::test {
namespace {

/// The server that is running: one at a time, since what a process logs is for one server. A case
/// that found a fault takes it along, so that the next one does not stumble over what it left.
class Stages {
 public:
  explicit Stages(Servers servers) : servers_(std::move(servers)) {}
  std::string play(const Case& one) {
    if (!stage_ || name_ != one.server) {
      stage_.reset();
      stage_ = std::make_unique<Stage>(servers_.at(one.server));
      name_ = one.server;
    }
    std::string fault = stage_->play(one);
    if (!fault.empty()) stage_.reset();
    return fault;
  }
  void stop() { stage_.reset(); }

 private:
  Servers servers_;
  std::string name_;
  std::unique_ptr<Stage> stage_;
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

std::shared_ptr<Stages> register_cases(const std::filesystem::path& folder) {
  Servers servers = load_servers(folder);
  std::vector<Case> cases = load_cases(folder, servers);
  // One server after another, within what gtest keeps together anyway.
  std::ranges::stable_sort(cases, {},
                           [](const Case& one) { return std::tie(one.file, one.server); });
  auto stages = std::make_shared<Stages>(std::move(servers));
  for (const Case& one : cases) {
    testing::RegisterTest(one.suite().c_str(), one.name.c_str(), nullptr, nullptr, one.file.c_str(),
                          one.line,
                          [stages, one]() -> CaseTest* { return new CaseTest(stages, one); });
  }
  return stages;
}

}  // namespace gapura::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  try {
    const auto stages = gapura::test::register_cases(GAPURA_CONFORMANCE_FOLDER);
    const int result = RUN_ALL_TESTS();
    stages->stop();
    return result;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
