#include "app/demo/demo_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace gapura::app {
namespace {

constexpr int kTries = 5;

}  // namespace

DemoFolder::DemoFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "gapura-demo-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "cannot make a folder like " + name);
  }
  path_ = name;
}

DemoFolder::~DemoFolder() {
  remove();
}

void DemoFolder::remove() const noexcept {
  // Whoever still writes into it may be faster than we are.
  for (int i = 0; i < kTries; ++i) {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
    if (!error) return;
  }
}

}  // namespace gapura::app
