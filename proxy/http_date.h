/// The Date field's value (RFC 9110 5.6.7), rendered once a second. One thread.
#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace gapura::proxy {

class HttpDate {
 public:
  std::string_view now() {
    const std::time_t second = std::time(nullptr);
    if (second != second_) {
      std::tm parts{};
      gmtime_r(&second, &parts);
      // strftime's names are English in the "C" locale, which nobody here changes.
      size_ = std::strftime(text_.data(), text_.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
      second_ = second;
    }
    return {text_.data(), size_};
  }

 private:
  std::time_t second_ = -1;
  std::array<char, 40> text_{};
  std::size_t size_ = 0;
};

}  // namespace gapura::proxy
