#include "conf/cron.h"

#include <array>
#include <vector>

#include "base/ascii.h"
#include "conf/nearest.h"
#include "conf/scalars.h"

namespace gapura::conf {
namespace {

struct Field {
  const char* name;
  unsigned min, max;
  std::string_view words;  ///< of three letters each, the first stands for `min`
};
constexpr std::array<Field, 5> kFields{{{"minute", 0, 59, ""},
                                        {"hour", 0, 23, ""},
                                        {"day of the month", 1, 31, ""},
                                        {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                        {"weekday", 0, 7, "sunmontuewedthufrisat"}}};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

std::optional<unsigned> number(const Field& field, std::string_view text, std::string* fault) {
  for (std::size_t i = 0; i + 3 <= field.words.size(); i += 3) {
    if (iequals(text, field.words.substr(i, 3))) return field.min + static_cast<unsigned>(i / 3);
  }
  const auto value = parse_integer(text, field.min, field.max, fault);
  if (value) return static_cast<unsigned>(*value);
  *fault = "the " + std::string(field.name) + " " + *fault;
  return std::nullopt;
}

/// The bits of "*", "5", "1-5", "*/15" or "8-18/2"; 0 with a fault.
std::uint64_t range(const Field& field, std::string_view text, std::string* fault) {
  const auto parts = split(text, '/');
  unsigned step = 1;
  if (parts.size() > 2) {
    *fault = "the " + std::string(field.name) + " has two steps: " + in_quotes(text);
    return 0;
  }
  if (parts.size() == 2) {
    const auto read = parse_integer(parts[1], 1, field.max, fault);
    if (!read) {
      *fault = "the step of the " + std::string(field.name) + " " + *fault;
      return 0;
    }
    step = static_cast<unsigned>(*read);
  }
  unsigned first = field.min, last = field.max;
  if (parts[0] != "*") {
    const auto ends = split(parts[0], '-');
    const auto from = number(field, ends.front(), fault);
    const auto to = from ? number(field, ends.back(), fault) : std::nullopt;
    if (!to) return 0;
    first = *from;
    if (ends.size() > 1 || parts.size() == 1) last = *to;
    if (ends.size() > 2 || first > last) {
      *fault = "the " + std::string(field.name) + " " + in_quotes(text) +
               " is no range from the smaller to the larger";
      return 0;
    }
  }
  std::uint64_t bits = 0;
  for (unsigned i = first; i <= last; i += step) bits |= std::uint64_t{1} << i;
  return bits;
}

std::uint64_t list(const Field& field, std::string_view text, std::string* fault) {
  std::uint64_t bits = 0;
  for (const std::string_view part : split(text, ',')) {
    const std::uint64_t more = range(field, part, fault);
    if (more == 0) return 0;
    bits |= more;
  }
  return bits;
}

constexpr bool has(std::uint64_t bits, std::int64_t number) {
  return (bits >> static_cast<unsigned>(number) & 1U) != 0;
}

}  // namespace

std::optional<Cron> Cron::parse(std::string_view text, std::string* fault) {
  const auto words = words_of(text);
  if (words.size() != kFields.size()) {
    *fault =
        "must have five fields (minute hour day month weekday) such as '30 7 * * mon-fri', "
        "not " +
        in_quotes(text);
    return std::nullopt;
  }
  Cron out;
  const std::array<std::uint64_t*, 5> into{&out.minutes_, &out.hours_, &out.days_, &out.months_,
                                           &out.weekdays_};
  for (std::size_t i = 0; i < into.size(); ++i) {
    *into[i] = list(kFields[i], words[i], fault);
    if (*into[i] == 0) return std::nullopt;
  }
  if (has(out.weekdays_, 7)) out.weekdays_ |= 1U;
  out.is_either_day_ = words[2][0] != '*' && words[4][0] != '*';
  return out;
}

bool Cron::has_day(std::chrono::local_days day) const {
  const std::chrono::year_month_day date(day);
  if (!has(months_, static_cast<unsigned>(date.month()))) return false;
  const bool is_day = has(days_, static_cast<unsigned>(date.day()));
  const bool is_weekday = has(weekdays_, std::chrono::weekday(day).c_encoding());
  return is_either_day_ ? is_day || is_weekday : is_day && is_weekday;
}

bool Cron::covers(std::chrono::local_seconds time, std::chrono::seconds lasts) const {
  using std::chrono::days, std::chrono::hours, std::chrono::minutes;
  const auto oldest = time - lasts;  // itself over
  for (auto day = std::chrono::floor<days>(time); day + days(1) > oldest; day -= days(1)) {
    if (!has_day(day)) continue;
    for (int hour = 0; hour < 24; ++hour) {
      if (!has(hours_, hour)) continue;
      for (int minute = 0; minute < 60; ++minute) {
        const auto begins = day + hours(hour) + minutes(minute);
        if (has(minutes_, minute) && begins > oldest && begins <= time) return true;
      }
    }
  }
  return false;
}

}  // namespace gapura::conf
