#include "conf/section.h"

#include <algorithm>

#include "base/ascii.h"
#include "conf/nearest.h"
#include "conf/scalars.h"

namespace gapura::conf::yaml {
namespace {

constexpr std::size_t kProblemsMax = 10'000;

std::string joined(std::string_view path, std::string_view key) {
  std::string out(path);
  if (!out.empty()) out += '.';
  return out + shown(key);
}

const char* word_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::scalar: return "text";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "settings";
  }
  return "";
}

void expected(Reader& reader, const Value& value, const std::string& what) {
  std::string found = word_of(value.node->kind);
  if (value.node->kind == Node::Kind::scalar) found = in_quotes(value.node->text);
  reader.error(value.place, value.path, "expected " + what + ", found " + found);
}

/// A map or list begins at its first key or item, which may be lines away from what names it.
Value value_of(const Entry& entry, std::string path) {
  const bool is_scalar = entry.value->kind == Node::Kind::scalar;
  return Value{entry.value, is_scalar ? entry.value->place : entry.place, std::move(path)};
}

void check_duplicates(Reader& reader, const Value& map, bool keeps_case) {
  const std::vector<Entry>& entries = map.node->entries;
  if (entries.size() < 2) return;
  std::vector<std::pair<std::string, const Entry*>> keys;
  keys.reserve(entries.size());
  for (const Entry& entry : entries) {
    keys.emplace_back(keeps_case ? entry.key : to_lower(entry.key), &entry);
  }
  std::ranges::stable_sort(keys, {}, &decltype(keys)::value_type::first);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].first != keys[i - 1].first) continue;
    // Keys that differ in case only can meet through `<<`; then the map's own one wins.
    if (keys[i].second->is_merged) continue;
    reader.duplicate(*keys[i].second, joined(map.path, keys[i].second->key),
                     keys[i - 1].second->place);
  }
}

}  // namespace

void Reader::add(Severity severity, const Place& place, std::string_view path,
                 std::string message) {
  if (problems_.size() >= kProblemsMax) {
    if (std::exchange(is_full_[severity == Severity::error], true)) return;
    path = {};
    message = severity == Severity::error ? "there are more errors; mend those above first"
                                          : "there are more warnings; they are left out";
  }
  problems_.push_back(
      {severity, file_, place.line, place.column, std::string(path), std::move(message)});
}

void Reader::error(const Place& place, std::string_view path, std::string message) {
  ++errors_;
  if (first_error_.empty()) {
    std::string_view below = path;
    if (below.starts_with(watched_prefix_)) below.remove_prefix(watched_prefix_.size());
    if (below.starts_with('.')) below.remove_prefix(1);
    first_error_ = (below.empty() ? "" : std::string(below) + ": ") + message;
  }
  add(Severity::error, place, path, std::move(message));
}

void Reader::warn(const Place& place, std::string_view path, std::string message) {
  add(Severity::warning, place, path, std::move(message));
}

void Reader::duplicate(const Entry& entry, std::string_view path, const Place& first) {
  has_duplicates_ = true;
  error(entry.place, path,
        "key " + in_quotes(entry.key) + " stands twice, first in line " +
            std::to_string(first.line) + "; remove one of them");
}

void Reader::watch_errors(std::string prefix) {
  watched_prefix_ = std::move(prefix);
  first_error_.clear();
}

std::optional<std::string> as_text(Reader& reader, const Value& value) {
  if (value.node->kind == Node::Kind::scalar) return value.node->text;
  expected(reader, value, "text");
  return std::nullopt;
}

std::optional<bool> as_bool(Reader& reader, const Value& value) {
  const auto text = as_text(reader, value);
  if (!text) return std::nullopt;
  std::string fault;
  const auto out = parse_bool(*text, &fault);
  if (!out) reader.error(value.place, value.path, fault);
  return out;
}

std::optional<std::int64_t> as_integer(Reader& reader, const Value& value, std::int64_t min,
                                       std::int64_t max) {
  const auto text = as_text(reader, value);
  if (!text) return std::nullopt;
  std::string fault;
  const auto out = parse_integer(*text, min, max, &fault);
  if (!out) reader.error(value.place, value.path, fault);
  return out;
}

std::optional<Milliseconds> as_duration(Reader& reader, const Value& value) {
  const auto text = as_text(reader, value);
  if (!text) return std::nullopt;
  std::string fault;
  const auto out = parse_duration(*text, &fault);
  if (!out) reader.error(value.place, value.path, fault);
  return out;
}

std::optional<std::vector<Value>> as_items(Reader& reader, const Value& value) {
  std::vector<Value> out;
  if (value.is_null()) return out;
  if (value.node->kind != Node::Kind::list) {
    expected(reader, value, "a list");
    return std::nullopt;
  }
  out.reserve(value.node->items.size());
  for (const Node* item : value.node->items) {
    const std::string path = value.path + '[' + std::to_string(out.size()) + ']';
    out.push_back(Value{item, item->place, path});
  }
  return out;
}

std::optional<std::vector<std::string>> as_texts(Reader& reader, const Value& value) {
  std::vector<std::string> out;
  if (value.node->kind == Node::Kind::scalar) {
    std::string_view rest = value.node->text;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      const std::string_view one = trim_ows(rest.substr(0, comma));
      if (!one.empty()) out.emplace_back(one);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return out;
  }
  const auto items = as_items(reader, value);
  if (!items) return std::nullopt;
  for (const Value& item : *items) {
    auto text = as_text(reader, item);
    if (!text) return std::nullopt;
    out.push_back(std::move(*text));
  }
  return out;
}

bool for_each_named(Reader& reader, const Value& map,
                    const std::function<void(const std::string&, const Value&)>& visit) {
  if (map.node->kind != Node::Kind::map) {
    expected(reader, map, "settings by name");
    return false;
  }
  check_duplicates(reader, map, /*keeps_case=*/true);
  for (const Entry& entry : map.node->entries) {
    // What is wrong with a named thing is looked for at its name.
    visit(entry.key, Value{entry.value, entry.place, joined(map.path, entry.key)});
  }
  return true;
}

std::optional<Section> Section::open(Reader& reader, const Value& value) {
  if (value.node->kind != Node::Kind::map && !value.is_null()) {
    expected(reader, value, "settings");
    return std::nullopt;
  }
  check_duplicates(reader, value, /*keeps_case=*/false);
  return Section(reader, value);
}

std::optional<Value> Section::find_even_null(std::string_view key) {
  known_.push_back(key);
  for (const Entry& entry : value_.node->entries) {
    if (iequals(entry.key, key)) return value_of(entry, path_of(entry.key));
  }
  return std::nullopt;
}

std::optional<Value> Section::find(std::string_view key) {
  auto out = find_even_null(key);
  if (out && out->is_null()) return std::nullopt;
  return out;
}

void Section::read(std::string_view key, std::string& out) {
  const auto found = find(key);
  if (!found) return;
  if (auto text = as_text(*reader_, *found)) out = std::move(*text);
}

void Section::read(std::string_view key, bool& out) {
  const auto found = find(key);
  if (!found) return;
  if (const auto value = as_bool(*reader_, *found)) out = *value;
}

void Section::read(std::string_view key, Milliseconds& out) {
  const auto found = find(key);
  if (!found) return;
  if (const auto value = as_duration(*reader_, *found)) out = *value;
}

std::optional<std::int64_t> Section::integer(std::string_view key, std::int64_t min,
                                             std::int64_t max) {
  const auto found = find(key);
  if (!found) return std::nullopt;
  return as_integer(*reader_, *found, min, max);
}

std::optional<Section> Section::section(std::string_view key) {
  const auto found = find(key);
  if (!found) return std::nullopt;
  return open(*reader_, *found);
}

void Section::not_acted_on(std::initializer_list<std::string_view> keys, std::string_view note) {
  for (const std::string_view key : keys) {
    const auto found = find(key);
    if (!found) continue;
    std::string message = "known to Traefik, not acted on by Gapura yet: " + std::string(key);
    if (!note.empty()) message += " (" + std::string(note) + ")";
    reader_->warn(found->place, found->path, std::move(message));
  }
}

std::vector<std::string_view> Section::finish() {
  std::vector<std::string_view> meant;
  for (const Entry& entry : value_.node->entries) {
    const auto is_it = [&](std::string_view key) { return iequals(entry.key, key); };
    if (std::ranges::any_of(known_, is_it)) continue;
    const std::string_view near = nearest(entry.key, known_);
    if (!near.empty()) meant.push_back(near);
    reader_->warn(
        entry.place, path_of(entry.key),
        "unknown key " + in_quotes(entry.key) + " is ignored" + did_you_mean(entry.key, known_));
  }
  return meant;
}

void Section::error_at(std::string_view key, const std::string& message) {
  const auto found = find(key);
  const Value& at = found ? *found : value_;
  reader_->error(at.place, at.path, message);
}

std::string Section::path_of(std::string_view key) const {
  return joined(value_.path, key);
}

}  // namespace gapura::conf::yaml
