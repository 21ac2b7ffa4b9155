/// A YAML document as a tree that knows where everything stands. Immutable once loaded; any thread.
/// Built from parser events and not from YAML::Node, which keeps duplicate keys silently, does not
/// apply `<<`, forgets where keys stand, and expands nothing until it is too late to refuse.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/problem.h"

namespace gapura::conf::yaml {

constexpr std::size_t kTextBytesMax = std::size_t{16} << 20;
constexpr std::uint32_t kDepthMax = 64;
/// Nodes as a walk would see them, that is with every alias written out: what bounds alias bombs.
/// Ten thousand routers with a hundred thousand servers are 0.4 million.
constexpr std::uint64_t kNodesMax = 2'000'000;

struct Node;

struct Entry {
  std::string key;
  Place place;                  ///< of the key
  const Node* value = nullptr;  ///< never null in a loaded tree
  bool is_merged = false;       ///< brought by `<<`
};

struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  Place place;
  std::string text;                ///< scalar: as text, whatever it looks like
  std::vector<const Node*> items;  ///< list
  std::vector<Entry> entries;      ///< map: in file order, then what `<<` brought; duplicates kept
  std::uint64_t size = 1;          ///< nodes in here, aliases written out
  std::uint32_t depth = 1;
  bool is_open = true;  ///< still being read (an alias to it would be endless)
};

class Tree {
 public:
  /// The document; nullptr when there is none (an empty file, or nothing but comments).
  const Node* root() const noexcept { return root_; }

 private:
  friend class Builder;
  std::deque<Node> nodes_;  // aliases point into it: elements must not move
  const Node* root_ = nullptr;
};

/// Reads the first document of `text`. Nothing, with a problem, when it is not YAML, not UTF-8, too
/// big, nested too deeply, or grows without measure through aliases. Never throws.
std::optional<Tree> load(std::string_view text, const std::string& file, Problems& problems);

}  // namespace gapura::conf::yaml
