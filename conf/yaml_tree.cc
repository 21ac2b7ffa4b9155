#include "conf/yaml_tree.h"

#include <exception>
#include <sstream>
#include <unordered_set>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "conf/nearest.h"
#include "conf/yaml_text.h"

namespace gapura::conf::yaml {
namespace {

Place place_at(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return Place{mark.line + 1, mark.column + 1};
}

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& message) {
  throw YAML::ParserException(mark, message);
}

}  // namespace

/// Takes the parser's events. What it refuses leaves as the parser's own exception, so that it ends
/// the parse at once; load() turns both into a Problem.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(Tree& tree) : tree_(tree) {}

  Place start() const noexcept { return start_; }
  Place last_scalar() const noexcept { return last_scalar_; }

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = place_at(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (expects_key()) refuse(mark, "a key is missing here (or is null: quote it)");
    place_leaf(make(Node::Kind::null, mark, anchor), mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* node = anchor < anchors_.size() ? anchors_[anchor] : nullptr;
    if (node == nullptr || node->is_open) {
      refuse(mark, "the alias names something that contains it");
    }
    if (!expects_key()) return place_leaf(*node, mark);
    if (node->kind != Node::Kind::scalar) refuse(mark, "a key must be text");
    set_key(node->text, mark, /*is_plain=*/false);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    last_scalar_ = place_at(mark);
    if (expects_key()) {
      if (anchor != 0) remember(anchor, make(Node::Kind::scalar, mark, 0)).text = value;
      return set_key(value, mark, tag == "?");
    }
    Node& node = make(Node::Kind::scalar, mark, anchor);
    node.text = value;
    place_leaf(node, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override {
    merge_into(*open_.back().node, open_.back().merges);
    close();
  }

 private:
  /// A list or map that is being read.
  struct Frame {
    Node* node = nullptr;
    YAML::Mark mark;
    Entry pending;  // its value comes next
    bool has_key = false;
    bool is_merge = false;  // the pending key is `<<`
    std::vector<const Node*> merges;
  };

  bool expects_key() const {
    return !open_.empty() && open_.back().node->kind == Node::Kind::map && !open_.back().has_key;
  }

  /// The one trap in writing rules: `!Host(...)` without quotes is a tag in YAML, and no text.
  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) return;
    refuse(mark, "a value that begins with '!' must be in quotes: " + in_quotes(tag));
  }

  Node& remember(YAML::anchor_t anchor, Node& node) {
    if (anchor == 0) return node;
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = &node;
    return node;
  }

  Node& make(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Node& node = tree_.nodes_.emplace_back();
    node.kind = kind;
    node.place = place_at(mark);
    node.is_open = kind == Node::Kind::list || kind == Node::Kind::map;
    return remember(anchor, node);
  }

  void set_key(const std::string& key, const YAML::Mark& mark, bool is_plain) {
    Frame& frame = open_.back();
    frame.pending = Entry{.key = key, .place = place_at(mark)};
    frame.has_key = true;
    frame.is_merge = is_plain && key == "<<";
  }

  /// Hangs `node` under the list or map that is being read.
  void attach(const Node& node, const YAML::Mark& mark) {
    if (open_.empty()) {
      tree_.root_ = &node;
      return;
    }
    Frame& frame = open_.back();
    if (frame.node->kind == Node::Kind::list) {
      frame.node->items.push_back(&node);
      return;
    }
    frame.has_key = false;
    if (frame.is_merge) {
      take_merge(frame, node, mark);
    } else {
      frame.pending.value = &node;
      frame.node->entries.push_back(std::move(frame.pending));
    }
  }

  static void take_merge(Frame& frame, const Node& node, const YAML::Mark& mark) {
    const auto take = [&](const Node& map) {
      if (map.kind != Node::Kind::map) refuse(mark, "'<<' takes a map or a list of maps");
      frame.merges.push_back(&map);
    };
    if (node.kind == Node::Kind::null) return;
    if (node.kind != Node::Kind::list) return take(node);
    if (node.is_open) {  // `<<: [*a, *b]` is complete only when its list is: see close()
      frame.merges.push_back(&node);
      return;
    }
    for (const Node* item : node.items) take(*item);
  }

  /// Adds size and depth of a complete node to what contains it.
  void account(const Node& node, const YAML::Mark& mark) {
    if (open_.empty()) return;
    Node& outer = *open_.back().node;
    outer.size += node.size;
    outer.depth = std::max(outer.depth, node.depth + 1);
    if (outer.size > kNodesMax) refuse(mark, "the aliases in this file grow without measure");
    if (outer.depth + open_.size() - 1 > kDepthMax) refuse(mark, too_deep());
  }

  static std::string too_deep() {
    return "nested deeper than " + std::to_string(kDepthMax) + " levels";
  }

  void place_leaf(const Node& node, const YAML::Mark& mark) {
    attach(node, mark);
    account(node, mark);
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    check_tag(mark, tag);
    if (expects_key()) refuse(mark, "a key must be text, not a list or a map");
    if (open_.size() + 1 > kDepthMax) refuse(mark, too_deep());
    Node& node = make(kind, mark, anchor);
    attach(node, mark);
    Frame frame;
    frame.node = &node;
    frame.mark = mark;
    open_.push_back(std::move(frame));
  }

  void close() {
    Node& node = *open_.back().node;
    const YAML::Mark mark = open_.back().mark;
    node.is_open = false;
    open_.pop_back();
    account(node, mark);
  }

  /// What `<<` brings: keys that the map does not have itself; of several sources the first wins.
  static void merge_into(Node& map, const std::vector<const Node*>& sources) {
    if (sources.empty()) return;
    std::unordered_set<std::string> keys;
    for (const Entry& entry : map.entries) keys.insert(entry.key);
    const auto add = [&](const Node& source) {
      for (const Entry& entry : source.entries) {
        if (!keys.insert(entry.key).second) continue;
        map.entries.push_back(entry);
        map.entries.back().is_merged = true;
      }
    };
    for (const Node* source : sources) {
      add(*source);
      for (const Node* item : source->items) {
        if (item->kind != Node::Kind::map) {
          throw YAML::ParserException(YAML::Mark(), "'<<' takes a map or a list of maps");
        }
        add(*item);
      }
    }
  }

  Tree& tree_;
  Place start_;
  Place last_scalar_;
  std::vector<Frame> open_;
  std::vector<Node*> anchors_;  // by the parser's number
};

namespace {

void report(Problems& problems, const std::string& file, Place place, std::string message,
            Severity severity = Severity::error) {
  problems.push_back({severity, file, place.line, place.column, {}, std::move(message)});
}

/// Whatever stands after the first document: the parser stops there without a word, whether it is a
/// second document or a stray bracket that cuts the file short.
bool check_rest(YAML::Parser& parser, std::string_view text, const std::string& file,
                Problems& problems) {
  Tree rest;
  Builder builder(rest);
  if (!parser.HandleNextDocument(builder)) return true;
  const Place start = builder.start();
  if (line_of(text, start.line).substr(0, 3) != "---") {
    report(problems, file, start,
           "not valid YAML: what stands here does not belong to anything above; check for a stray "
           "bracket and for the indentation");
    return false;
  }
  if (rest.root() != nullptr && rest.root()->kind != Node::Kind::null) {
    report(problems, file, start, "only the first document of a file is read; this one is ignored",
           Severity::warning);
  }
  return true;
}

}  // namespace

std::optional<Tree> load(std::string_view text, const std::string& file, Problems& problems) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto fault = check_text(text)) {
    report(problems, file, fault->place, std::move(fault->message));
    return std::nullopt;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Tree tree;
    Builder builder(tree);
    const bool has_document = parser.HandleNextDocument(builder);
    if (!is_closed(text, builder.last_scalar())) {
      report(problems, file, builder.last_scalar(),
             "not valid YAML: a quote is opened here and never closed");
      return std::nullopt;
    }
    if (has_document && !check_rest(parser, text, file, problems)) return std::nullopt;
    return tree;
  } catch (const YAML::Exception& error) {
    const Place place = place_at(error.mark);
    report(problems, file, place, explain(error.msg, text, place.line));
  } catch (const std::exception& error) {
    report(problems, file, {}, std::string("could not be read: ") + error.what());
  }
  return std::nullopt;
}

}  // namespace gapura::conf::yaml
