#include "autoscale/provider/template.h"

#include <algorithm>
#include <boost/json.hpp>

#include "autoscale/net/url.h"
#include "conf/placeholders.h"

namespace gapura::autoscale {

std::string escaped(std::string_view value, Escape escape) {
  switch (escape) {
    case Escape::url: return percent_encoded(value);
    case Escape::json: {
      const std::string quoted = boost::json::serialize(boost::json::string_view(value));
      return quoted.substr(1, quoted.size() - 2);
    }
    case Escape::none: break;
  }
  return std::string(value);
}

std::string expand(std::string_view text, const Words& words, Escape escape) {
  std::string out;
  conf::for_each_piece(text, [&](std::string_view piece, bool is_placeholder) {
    const auto found = is_placeholder ? words.find(piece) : words.end();
    if (found != words.end()) {
      out += escaped(found->second, escape);
    } else {
      out += is_placeholder ? "{{" + std::string(piece) + "}}" : std::string(piece);
    }
  });
  return out;
}

std::string form_of(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encoded(name) + "=" + percent_encoded(value);
  }
  return out;
}

std::string masked(std::string text, const Words& secrets) {
  std::vector<std::string> values;
  for (const auto& [name, value] : secrets) {
    for (const Escape escape : {Escape::none, Escape::url, Escape::json}) {
      values.push_back(escaped(value, escape));
    }
  }
  std::ranges::sort(values, std::ranges::greater(), &std::string::size);
  for (const std::string& value : values) {
    if (value.empty()) continue;
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 3)) {
      text.replace(at, value.size(), "***");
    }
  }
  return text;
}

}  // namespace gapura::autoscale
