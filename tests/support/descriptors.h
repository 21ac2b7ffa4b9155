/// What a process has open.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace gapura::test {

struct Descriptors {
  long pipe_ends = 0;  ///< a worker keeps some pipes for the next large body
  long others = 0;
};

/// Of the process with that id; "self": this one.
inline Descriptors descriptors_of(const std::string& pid) {
  namespace fs = std::filesystem;
  Descriptors found;
  for (const auto& one : fs::directory_iterator("/proc/" + pid + "/fd")) {
    std::error_code gone;  // closed meanwhile
    const bool is_pipe = fs::read_symlink(one, gone).string().starts_with("pipe:");
    ++(is_pipe ? found.pipe_ends : found.others);
  }
  return found;
}

}  // namespace gapura::test
