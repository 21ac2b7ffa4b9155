/// Reading options out of a YAML tree: case-insensitive keys, scalars as text first, every mistake
/// reported with its place and path, unknown keys with the nearest known one. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "conf/problem.h"
#include "conf/yaml_tree.h"

namespace gapura::conf::yaml {

/// Where the problems of one file go. Must outlive the sections that use it.
class Reader {
 public:
  Reader(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}

  void error(const Place& place, std::string_view path, std::string message);
  void warn(const Place& place, std::string_view path, std::string message);
  /// A key that stands twice: no YAML, and nobody knows which one is meant.
  void duplicate(const Entry& entry, std::string_view path, const Place& first);

  const std::string& file() const noexcept { return file_; }
  std::size_t errors() const noexcept { return errors_; }
  bool has_duplicates() const noexcept { return has_duplicates_; }
  /// From now on, first_error() is the first error, as "path below `prefix`: message"; empty while
  /// there is none.
  void watch_errors(std::string prefix);
  const std::string& first_error() const noexcept { return first_error_; }

 private:
  void add(Severity severity, const Place& place, std::string_view path, std::string message);

  std::string file_;
  Problems& problems_;
  std::size_t errors_ = 0;
  bool has_duplicates_ = false;
  std::string watched_prefix_;
  std::string first_error_;
  bool is_full_[2] = {false, false};  // by severity
};

/// A value with its path. `place` is the value's own, or its key's where that says more.
struct Value {
  const Node* node = nullptr;
  Place place;
  std::string path;
  bool is_null() const noexcept { return node->kind == Node::Kind::null; }
};

// Each gives nothing, with an error reported, when the value is of another kind or out of range.
std::optional<std::string> as_text(Reader& reader, const Value& value);
std::optional<bool> as_bool(Reader& reader, const Value& value);
std::optional<std::int64_t> as_integer(Reader& reader, const Value& value, std::int64_t min,
                                       std::int64_t max);
std::optional<Milliseconds> as_duration(Reader& reader, const Value& value);
/// Items of a list.
std::optional<std::vector<Value>> as_items(Reader& reader, const Value& value);
/// Texts of a list; a scalar is a list of one, or of several with commas, as in Traefik.
std::optional<std::vector<std::string>> as_texts(Reader& reader, const Value& value);

/// Entries of a map whose keys are names that the user chose: case is kept, nulls are included.
/// Returns false, with an error reported, when the value is no map.
bool for_each_named(Reader& reader, const Value& map,
                    const std::function<void(const std::string&, const Value&)>& visit);

/// The options in one map. Ask for every key that is known, then call finish().
class Section {
 public:
  /// Nothing, with an error, when `value` is no map. Null is an empty map.
  static std::optional<Section> open(Reader& reader, const Value& value);

  /// The value of `key`, unless absent or null. `key` must be a literal (it is kept as a view).
  std::optional<Value> find(std::string_view key);
  /// The same, but null counts: for keys whose presence alone means something (`tls:`).
  std::optional<Value> find_even_null(std::string_view key);

  // Leave `out` as it is when the key is absent, null, or wrong (reported).
  void read(std::string_view key, std::string& out);
  void read(std::string_view key, bool& out);
  void read(std::string_view key, Milliseconds& out);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<Section> section(std::string_view key);

  /// Warns of those that are present: Traefik's, not acted on. `note` says what happens instead.
  void not_acted_on(std::initializer_list<std::string_view> keys, std::string_view note = {});

  /// Warns of every key that nobody asked for; gives the known keys that they may be meant to be.
  std::vector<std::string_view> finish();

  Reader& reader() const noexcept { return *reader_; }
  const Value& value() const noexcept { return value_; }
  bool is_empty() const noexcept { return value_.node->entries.empty(); }
  /// An error where `key` stands, or, where it does not, at the section.
  void error_at(std::string_view key, const std::string& message);

  /// "path.key".
  std::string path_of(std::string_view key) const;

 private:
  Section(Reader& reader, Value value) : reader_(&reader), value_(std::move(value)) {}

  Reader* reader_;
  Value value_;
  std::vector<std::string_view> known_;
};

}  // namespace gapura::conf::yaml
