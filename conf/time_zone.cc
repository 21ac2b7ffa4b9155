#include "conf/time_zone.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "base/ascii.h"
#include "conf/nearest.h"

namespace gapura::conf {
namespace {

constexpr const char* kFolder = "/usr/share/zoneinfo/";

/// Takes big-endian numbers and blocks from the front; once too little is left, all it gives is 0.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  std::string_view block(std::size_t size) {
    if (size > rest_.size()) {
      is_short_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  std::uint64_t number(std::size_t size) {
    std::uint64_t out = 0;
    for (const char c : block(size)) out = out << 8U | static_cast<unsigned char>(c);
    return out;
  }
  std::string_view rest() const { return rest_; }
  bool is_short() const { return is_short_; }

 private:
  std::string_view rest_;
  bool is_short_ = false;
};

/// The counts in a header of RFC 8536 3.1.
struct Header {
  std::size_t is_ut, is_standard, leaps, times, types, chars;
  /// Bytes of the block that follows, for times of `size` bytes.
  std::size_t block(std::size_t size) const {
    return times * size + times + types * 6 + chars + leaps * (size + 4) + is_standard + is_ut;
  }
};

std::optional<Header> header(Bytes& bytes) {
  if (bytes.block(4) != "TZif") return std::nullopt;
  if (const auto version = bytes.number(1); version < '2') return std::nullopt;
  bytes.block(15);
  Header out{};
  for (std::size_t* count :
       {&out.is_ut, &out.is_standard, &out.leaps, &out.times, &out.types, &out.chars}) {
    *count = static_cast<std::size_t>(bytes.number(4));
  }
  return out;
}

std::optional<int> take_int(std::string_view& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// "7", "-5:30" or "+02:00:00" as seconds.
std::optional<std::int32_t> take_time(std::string_view& text) {
  const int sign = take(text, '-') ? -1 : 1;
  take(text, '+');
  const auto hours = take_int(text);
  if (!hours) return std::nullopt;
  int seconds = *hours * 3'600;
  for (const int unit : {60, 1}) {
    if (!take(text, ':')) break;
    seconds += take_int(text).value_or(0) * unit;
  }
  return sign * seconds;
}

bool take_name(std::string_view& text) {
  std::size_t size = 0;
  if (text.starts_with('<')) {
    size = text.find('>') + 1;  // 0 when there is none
  } else {
    while (size < text.size() && ascii_lower(text[size]) >= 'a' && ascii_lower(text[size]) <= 'z') {
      ++size;
    }
  }
  text.remove_prefix(size);
  return size > 0;
}

}  // namespace

/// POSIX' TZ ("WIB-7", "CET-1CEST,M3.5.0,M10.5.0/3"), of turns only the form with M.
std::optional<TimeZone::Rule> TimeZone::parse_rule(std::string_view text) {
  Rule rule;
  if (!take_name(text)) return std::nullopt;
  const auto offset = take_time(text);
  if (!offset) return std::nullopt;
  rule.offset_s = -*offset;  // POSIX counts to the west
  if (text.empty()) return rule;
  if (!take_name(text)) return std::nullopt;
  rule.summer_offset_s = rule.offset_s + 3'600;
  if (!text.starts_with(',')) {
    const auto summer = take_time(text);
    if (!summer) return std::nullopt;
    rule.summer_offset_s = -*summer;
  }
  for (std::optional<Turn>* into : {&rule.to_summer, &rule.to_winter}) {
    if (!take(text, ',') || !take(text, 'M')) return std::nullopt;
    Turn turn;
    for (int* part : {&turn.month, &turn.week, &turn.weekday}) {
      const auto value = take_int(text);
      if (!value) return std::nullopt;
      *part = *value;
      take(text, '.');
    }
    if (take(text, '/')) turn.second = take_time(text).value_or(turn.second);
    const bool is_right = turn.month >= 1 && turn.month <= 12 && turn.week >= 1 && turn.week <= 5 &&
                          turn.weekday >= 0 && turn.weekday <= 6;
    if (!is_right) return std::nullopt;
    *into = turn;
  }
  return rule;
}

std::optional<TimeZone> TimeZone::parse(std::string_view file, std::string* fault) {
  Bytes bytes(file);
  const auto old = header(bytes);  // a block of 32-bit times comes first
  if (old) bytes.block(old->block(4));
  const auto head = old ? header(bytes) : std::nullopt;
  *fault = "is no tz database file of version 2 or later";
  if (!head || head->block(8) > bytes.rest().size()) return std::nullopt;
  Bytes times(bytes.block(head->times * 8));
  Bytes indices(bytes.block(head->times));
  const std::string_view types = bytes.block(head->types * 6);
  bytes.block(head->chars + head->leaps * 12 + head->is_standard + head->is_ut);
  const auto offset_of = [&](std::size_t type) {
    Bytes one(types.substr(std::min(type * 6, types.size())));
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(one.number(4)));
  };
  TimeZone zone;
  zone.first_offset_s_ = offset_of(0);
  for (std::size_t i = 0; i < head->times; ++i) {
    const auto at = static_cast<std::int64_t>(times.number(8));
    zone.transitions_.push_back({at, offset_of(static_cast<std::size_t>(indices.number(1)))});
  }
  std::string_view footer = bytes.rest();
  if (footer.size() < 2) return std::nullopt;
  footer = footer.substr(1, footer.size() - 2);  // between two newlines
  const std::int32_t last =
      zone.transitions_.empty() ? zone.first_offset_s_ : zone.transitions_.back().offset_s;
  zone.rule_ =
      parse_rule(footer).value_or(Rule{.offset_s = last, .to_summer = {}, .to_winter = {}});
  return zone;
}

std::optional<TimeZone> TimeZone::load(std::string_view name, std::string* fault) {
  if (iequals(name, "UTC")) return TimeZone();
  if (name.starts_with('/') || name.find("..") != std::string_view::npos) {
    *fault = "must be the name of a time zone such as Asia/Jakarta, not " + in_quotes(name);
    return std::nullopt;
  }
  const std::string path = name.empty() ? "/etc/localtime" : kFolder + std::string(name);
  std::ifstream file(path, std::ios::binary);
  if (!file && name.empty()) return TimeZone();
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  auto zone = parse(bytes, fault);
  if (!zone) {
    *fault = "must be the name of a time zone such as Asia/Jakarta, not " + in_quotes(name) + "; " +
             path + (bytes.empty() ? " cannot be read (is tzdata installed?)" : " " + *fault);
  }
  return zone;
}

std::int64_t TimeZone::moment(const Turn& turn, std::chrono::year year, std::int32_t offset_s) {
  using std::chrono::days;
  const std::chrono::month month(static_cast<unsigned>(turn.month));
  const std::chrono::weekday weekday(static_cast<unsigned>(turn.weekday));
  const std::chrono::sys_days day =
      turn.week == 5
          ? std::chrono::sys_days(year / month / weekday[std::chrono::last])
          : std::chrono::sys_days(year / month / weekday[static_cast<unsigned>(turn.week)]);
  return std::chrono::sys_seconds(day).time_since_epoch().count() + turn.second - offset_s;
}

std::int32_t TimeZone::rule_offset(std::int64_t at) const {
  if (!rule_.to_summer || !rule_.to_winter) return rule_.offset_s;
  const std::chrono::sys_seconds local{std::chrono::seconds(at + rule_.offset_s)};
  const auto year =
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(local)).year();
  const std::int64_t summer = moment(*rule_.to_summer, year, rule_.offset_s);
  const std::int64_t winter = moment(*rule_.to_winter, year, rule_.summer_offset_s);
  // South of the equator summer goes over the turn of the year.
  const bool is_summer =
      summer < winter ? at >= summer && at < winter : at >= summer || at < winter;
  return is_summer ? rule_.summer_offset_s : rule_.offset_s;
}

std::chrono::local_seconds TimeZone::to_local(std::chrono::sys_seconds time) const {
  const std::int64_t at = time.time_since_epoch().count();
  const auto next = std::ranges::upper_bound(transitions_, at, {}, &Transition::at);
  std::int32_t offset = first_offset_s_;
  if (next == transitions_.end()) {
    offset = rule_offset(at);
  } else if (next != transitions_.begin()) {
    offset = std::prev(next)->offset_s;
  }
  return std::chrono::local_seconds(std::chrono::seconds(at + offset));
}

}  // namespace gapura::conf
