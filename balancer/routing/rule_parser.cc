#include <optional>
#include <utility>

#include "balancer/routing/matchers.h"
#include "balancer/routing/rule.h"
#include "base/ascii.h"
#include "conf/nearest.h"

namespace gapura::balancer::routing {
namespace {

/// Both bound recursion and memory; the text comes from a file that anybody may have made.
constexpr std::size_t kTextBytesMax = 64 * 1024;
constexpr int kDepthMax = 256;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_name_char(char c) {
  return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || is_ascii_digit(c) || c == '_';
}

std::optional<unsigned> hex_digit(char c) {
  if (is_ascii_digit(c)) return static_cast<unsigned>(c - '0');
  const char lower = ascii_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

/// Recursive descent: or -> and -> unary -> ( or ) | matcher. Every function leaves `pos_` behind
/// what it took, or sets `error_` and returns null; the first error wins.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::variant<RulePtr, RuleError> parse() {
    if (text_.size() > kTextBytesMax) {
      return RuleError{kTextBytesMax + 1, "the rule is longer than 64 KiB"};
    }
    skip_spaces();
    if (at_end()) return RuleError{1, "the rule is empty; write Path(`/calculate`), say"};
    RulePtr rule = parse_or(false, 0);
    if (rule != nullptr && !at_end()) fail(pos_, "expected && or || here" + quote_hint());
    if (error_) return *std::move(error_);
    return rule;
  }

 private:
  RulePtr parse_or(bool is_negated, int depth) {
    return parse_list("||", is_negated ? Rule::Kind::all_of : Rule::Kind::any_of,
                      [&] { return parse_and(is_negated, depth); });
  }

  RulePtr parse_and(bool is_negated, int depth) {
    return parse_list("&&", is_negated ? Rule::Kind::any_of : Rule::Kind::all_of,
                      [&] { return parse_unary(is_negated, depth); });
  }

  /// item (op item)*; a single item stands for itself.
  template <class Item>
  RulePtr parse_list(std::string_view op, Rule::Kind kind, Item item) {
    RulePtr first = item();
    if (first == nullptr || !take(op)) return first;
    auto rule = std::make_unique<Rule>();
    rule->kind = kind;
    rule->children.push_back(std::move(first));
    do {
      RulePtr next = item();
      if (next == nullptr) return nullptr;
      rule->children.push_back(std::move(next));
    } while (take(op));
    return rule;
  }

  RulePtr parse_unary(bool is_negated, int depth) {
    while (take("!")) is_negated = !is_negated;
    const std::size_t start = pos_;
    if (!take("(")) return parse_matcher(is_negated);
    if (depth >= kDepthMax) return fail(start, "parentheses are nested too deeply (256 at most)");
    RulePtr inner = parse_or(is_negated, depth + 1);
    if (inner != nullptr && !take(")")) {
      return fail(pos_, "expected && or || or the ) of column " + std::to_string(start + 1) +
                            quote_hint());
    }
    return inner;
  }

  RulePtr parse_matcher(bool is_negated) {
    const std::size_t start = pos_;
    while (!at_end() && is_name_char(text_[pos_])) ++pos_;
    const std::string_view name = text_.substr(start, pos_ - start);
    if (name.empty()) return fail(start, "expected a matcher such as Path(`/calculate`)");
    const MatcherKind* kind = find_matcher(name);
    if (kind == nullptr) {
      return fail(start, "no matcher is called " + conf::in_quotes(name) + suggest_matcher(name));
    }
    skip_spaces();
    if (!take("(")) return fail(pos_, "expected ( after " + std::string(name));
    std::optional<std::vector<Argument>> arguments = parse_arguments();
    if (!arguments) return nullptr;
    auto made = make_matcher(*kind, *std::move(arguments), start + 1);
    if (auto* error = std::get_if<RuleError>(&made)) {
      return fail(error->column - 1, std::move(error->message));
    }
    auto rule = std::get<std::unique_ptr<Rule>>(std::move(made));
    rule->is_negated = is_negated;
    return rule;
  }

  std::optional<std::vector<Argument>> parse_arguments() {
    std::vector<Argument> out;
    if (take(")")) return out;
    do {
      const std::size_t start = pos_;
      std::optional<std::string> text = parse_string();
      if (!text) return std::nullopt;
      out.push_back(Argument{start + 1, *std::move(text)});
      skip_spaces();
    } while (take(","));
    if (take(")")) return out;
    fail(pos_, "expected , or ) after an argument");
    return std::nullopt;
  }

  std::optional<std::string> parse_string() {
    const char quote = at_end() ? '\0' : text_[pos_];
    if (quote == '\'') {
      fail(pos_, "single quotes are not accepted; write `…` or \"…\"");
      return std::nullopt;
    }
    if (quote != '`' && quote != '"') {
      fail(pos_, "expected an argument in `…` or \"…\"");
      return std::nullopt;
    }
    return quote == '`' ? parse_raw() : parse_quoted();
  }

  std::optional<std::string> parse_raw() {
    const std::size_t start = pos_ + 1;
    const std::size_t end = text_.find('`', start);
    if (end == std::string_view::npos) {
      fail(pos_, "this ` is never closed");
      return std::nullopt;
    }
    pos_ = end + 1;
    return std::string(text_.substr(start, end - start));
  }

  std::optional<std::string> parse_quoted() {
    const std::size_t start = pos_++;
    std::string out;
    while (!at_end() && text_[pos_] != '"') {
      if (text_[pos_] != '\\') {
        out += text_[pos_++];
      } else if (!take_escape(out)) {
        return std::nullopt;
      }
    }
    if (at_end()) {
      fail(start, "this \" is never closed");
      return std::nullopt;
    }
    ++pos_;
    return out;
  }

  /// The escapes of Go's strings that make sense in a path or name.
  bool take_escape(std::string& out) {
    const std::size_t start = pos_;
    const std::string_view rest = text_.substr(pos_ + 1);
    constexpr std::string_view kLetters = "\\\"ntr";
    constexpr std::string_view kBytes = "\\\"\n\t\r";
    if (!rest.empty()) {
      if (const auto at = kLetters.find(rest[0]); at != std::string_view::npos) {
        out += kBytes[at];
        pos_ += 2;
        return true;
      }
      if (rest[0] == 'x' && rest.size() >= 3) {
        const auto high = hex_digit(rest[1]);
        const auto low = hex_digit(rest[2]);
        if (high && low) {
          out += static_cast<char>(*high * 16 + *low);
          pos_ += 4;
          return true;
        }
      }
    }
    fail(start, "unknown escape in \"…\"; write `…`, in which a backslash is itself");
    return false;
  }

  std::string quote_hint() const {
    if (at_end()) return ", but the rule ends";
    return ", not " + conf::in_quotes(text_.substr(pos_, 1));
  }

  bool at_end() const { return pos_ >= text_.size(); }
  void skip_spaces() {
    while (!at_end() && is_space(text_[pos_])) ++pos_;
  }
  /// Takes `token` and the spaces behind it, if it is next.
  bool take(std::string_view token) {
    skip_spaces();
    if (!text_.substr(pos_).starts_with(token)) return false;
    pos_ += token.size();
    skip_spaces();
    return true;
  }
  RulePtr fail(std::size_t pos, std::string message) {
    if (!error_) error_ = RuleError{pos + 1, std::move(message)};
    return nullptr;
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  std::optional<RuleError> error_;
};

}  // namespace

std::variant<RulePtr, RuleError> parse_rule(std::string_view text) { return Parser(text).parse(); }

}  // namespace gapura::balancer::routing
