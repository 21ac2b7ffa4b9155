/// A time in words, in UTC and to the second, rendered once for each second. One thread.
#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace gapura::proxy {

class TimeText {
 public:
  /// `format` is strftime's, gives at most 39 bytes, and must outlive this. Its names are English
  /// in the "C" locale, which nobody here changes.
  explicit TimeText(const char* format) noexcept : format_(format) {}

  /// Valid until the next call.
  std::string_view of(std::time_t second) {
    if (second != second_) {
      std::tm parts{};
      gmtime_r(&second, &parts);
      size_ = std::strftime(text_.data(), text_.size(), format_, &parts);
      second_ = second;
    }
    return {text_.data(), size_};
  }

 private:
  const char* const format_;
  std::time_t second_ = -1;
  std::array<char, 40> text_{};
  std::size_t size_ = 0;
};

}  // namespace gapura::proxy
