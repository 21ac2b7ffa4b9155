#include "app/cli/text.h"

#include <array>
#include <cmath>
#include <ctime>

#include "base/format.h"

namespace gapura::app::cli {
namespace {

bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string two_units(long long count, long long unit, const char* large, long long small_unit,
                      const char* small) {
  std::string text = std::to_string(count / unit) + " " + large;
  const long long rest = count % unit / small_unit;
  if (rest != 0) text += " " + std::to_string(rest) + " " + small;
  return text;
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return out;
}

std::size_t columns_of(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += is_continuation(c) ? 0 : 1;
  return count;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (!is_continuation(text[end]) && ++kept == columns) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string lasting(double seconds) {
  constexpr long long kMinute = 60, kHour = 3'600, kDay = 86'400;
  const bool is_sane = seconds > 0 && seconds < 1e15;
  const long long whole = is_sane ? static_cast<long long>(seconds) : 0;
  if (whole < kMinute) return std::to_string(whole) + " s";
  if (whole < kHour) return two_units(whole, kMinute, "min", 1, "s");
  if (whole < kDay) return two_units(whole, kHour, "h", kMinute, "min");
  return two_units(whole, kDay, "d", kHour, "h");
}

std::string milliseconds(double ms) {
  if (ms >= 1'000) return fmt::format("{:.2f} s", ms / 1'000);
  return number(ms, ms < 10 ? 1 : 0) + " ms";
}

std::string number(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::optional<double> unix_seconds(std::string_view rfc3339) {
  std::tm parts{};
  const std::string text(rfc3339);
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  double fraction = 0;
  if (*rest == '.') {
    double unit = 0.1;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, unit /= 10) fraction += unit * (*rest - '0');
  }
  if (std::string_view(rest) != "Z") return std::nullopt;
  return static_cast<double>(::timegm(&parts)) + fraction;
}

std::string time_of_day(std::string_view rfc3339) {
  const auto seconds = unix_seconds(rfc3339);
  if (!seconds) return "-";
  const auto at = static_cast<std::time_t>(*seconds);
  std::tm parts{};
  ::localtime_r(&at, &parts);
  std::array<char, 16> text{};
  const auto size = std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
  return {text.data(), size};
}

}  // namespace gapura::app::cli
