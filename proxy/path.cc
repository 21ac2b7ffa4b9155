#include "proxy/path.h"

#include "base/ascii.h"

namespace gapura::proxy {
namespace {

bool is_unreserved(unsigned char c) noexcept {
  const char lower = ascii_lower(static_cast<char>(c));
  return (lower >= 'a' && lower <= 'z') || is_ascii_digit(static_cast<char>(c)) || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// RFC 3986 2.2 and '%': these keep their meaning only while escaped.
bool is_reserved(unsigned char c) noexcept {
  return std::string_view(":/?#[]@!$&'()*+,;=%").find(static_cast<char>(c)) !=
         std::string_view::npos;
}

/// The byte that "%xx" at `at` stands for; -1 when it is no escape.
int escaped(std::string_view text, std::size_t at) noexcept {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

bool CleanPath::set(std::string_view path_query) {
  const std::size_t end = path_query.find('?');
  const std::string_view path = path_query.substr(0, end);
  if (path.empty()) {  // "http://host?x": RFC 9112 3.2.1 forwards an empty path as "/"
    clean_ = '/';
    clean_ += path_query;
    path_query_ = clean_;
    routing_ = std::string_view(clean_).substr(0, 1);
    return true;
  }
  const bool is_plain = path.find('%') == std::string_view::npos &&
                        path.find("//") == std::string_view::npos &&
                        path.find("/.") == std::string_view::npos;
  if (is_plain) {
    path_query_ = path_query;
    routing_ = path;
    return true;
  }
  if (!normalise(path) || !remove_dot_segments()) return false;
  decode_for_routing();
  if (end != std::string_view::npos) clean_ += path_query.substr(end);
  path_query_ = clean_;
  return true;
}

/// Decodes escapes of unreserved characters into decoded_, so that "%2e%2e" is seen as "..".
bool CleanPath::normalise(std::string_view path) {
  decoded_.clear();
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      decoded_ += path[i];
      continue;
    }
    const int byte = escaped(path, i);
    if (byte <= 0) return false;
    if (is_unreserved(static_cast<unsigned char>(byte))) {
      decoded_ += static_cast<char>(byte);
    } else {
      decoded_ += path.substr(i, 3);
    }
    i += 2;
  }
  return true;
}

/// RFC 3986 5.2.4 over decoded_ into clean_, and empty segments dropped. A path that ends in "/",
/// "/." or "/.." keeps its final slash.
bool CleanPath::remove_dot_segments() {
  clean_.clear();
  const std::string_view path = decoded_;
  bool ends_open = false;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, slash - at);
    ends_open = true;
    if (segment == "..") {
      if (clean_.empty()) return false;
      clean_.resize(clean_.rfind('/'));
    } else if (!segment.empty() && segment != ".") {
      clean_ += '/';
      clean_ += segment;
      ends_open = slash < path.size();
    }
    at = slash + 1;
  }
  if (ends_open || clean_.empty()) clean_ += '/';
  return true;
}

void CleanPath::decode_for_routing() {
  routing_text_.clear();
  for (std::size_t i = 0; i < clean_.size(); ++i) {
    const int byte = clean_[i] == '%' ? escaped(clean_, i) : -1;
    if (byte < 0 || is_reserved(static_cast<unsigned char>(byte))) {
      routing_text_ += clean_[i];
      continue;
    }
    routing_text_ += static_cast<char>(byte);
    i += 2;
  }
  routing_ = routing_text_;
}

}  // namespace gapura::proxy
