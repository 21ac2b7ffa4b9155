/// A folder of a test's own, gone with it. Owner's thread.
#pragma once

#include <filesystem>
#include <string_view>

#include "tests/support/seed_folder.h"

namespace gapura::test {

class TempDir : public TemporaryFolder {
 public:
  std::filesystem::path operator/(std::string_view name) const { return path() / name; }
};

}  // namespace gapura::test
