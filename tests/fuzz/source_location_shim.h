/// std::source_location for clang 14, which lacks the builtin that libstdc++ 12 makes it from.
/// Included before everything else in fuzzer builds only (fuzz.cmake).
#pragma once

#if defined(__clang__) && !__has_builtin(__builtin_source_location)
namespace std {  // NOLINT: where the missing name is looked for

class source_location {
 public:
  static constexpr source_location current(const char* file = __builtin_FILE(),
                                           unsigned line = __builtin_LINE()) noexcept {
    source_location here;
    here.file_ = file;
    here.line_ = line;
    return here;
  }
  constexpr const char* file_name() const noexcept { return file_; }
  constexpr const char* function_name() const noexcept { return ""; }
  constexpr unsigned line() const noexcept { return line_; }
  constexpr unsigned column() const noexcept { return 0; }

 private:
  const char* file_ = "";
  unsigned line_ = 0;
};

}  // namespace std
#endif
