#include "admin/question.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "base/net/endpoint.h"

namespace gapura::admin {
namespace json = boost::json;

namespace {

constexpr std::size_t kHeadersMax = 200;  // as the proxy takes them

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c != 0x7f; });
}

/// What may stand in a field's value (RFC 9110 5.5).
bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= ' ' && byte != 0x7f);
  });
}

std::string host_fault() {
  return "\"url\" must name a host, like http://example.com/path, unless \"headers\" has Host";
}

/// The port that follows a host; `otherwise` where there is none, nothing when it is no port.
std::optional<std::uint16_t> port_of(std::string_view authority, std::uint16_t otherwise) {
  const auto colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  if (!has_port) return otherwise;
  const std::string_view digits = authority.substr(colon + 1);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool is_whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  if (!is_whole || port == 0) return std::nullopt;
  return port;
}

/// Fills host, port and target; says what is wrong, or "".
std::string read_url(std::string_view url, Question& question) {
  if (!is_visible(url)) return "\"url\" holds a character that no URL has; write it as %xx";
  url = url.substr(0, url.find('#'));
  if (!url.starts_with('/')) {
    const bool is_plain = url.size() > 7 && iequals(url.substr(0, 7), "http://");
    const bool is_tls = url.size() > 8 && iequals(url.substr(0, 8), "https://");
    if (!is_plain && !is_tls) return "\"url\" must begin with http://, https:// or /";
    url.remove_prefix(is_plain ? 7 : 8);
    const std::string_view authority = url.substr(0, url.find_first_of("/?"));
    if (authority.empty() || authority.front() == ':') return host_fault();
    if (authority.find('@') != authority.npos) return "\"url\" must not hold a user name";
    const auto port = port_of(authority, is_plain ? 80 : 443);
    if (!port) return "\"url\": the port must be a number from 1 to 65535";
    question.port = *port;
    question.host = std::string(authority);
    url.remove_prefix(authority.size());
  }
  question.target = url.starts_with('/') ? std::string(url) : "/" + std::string(url);
  return {};
}

std::optional<BodyFault> read_headers(const json::value& value, Question& question) {
  const BodyFault shape{"\"headers\" must be an object of texts, like {\"Host\": \"example.com\"}",
                        "headers"};
  const json::object* object = value.if_object();
  if (object == nullptr) return shape;
  if (object->size() > kHeadersMax) {
    return BodyFault{"\"headers\" must be 200 at most", "headers"};
  }
  for (const auto& [key, header] : *object) {
    const std::string name(key);
    if (!header.is_string()) return shape;
    const std::string_view text = header.get_string();
    if (name.empty() || !is_visible(name) || !is_field_value(text)) {
      return BodyFault{"\"headers." + name + "\" is nothing that a request could have",
                       "headers." + name};
    }
    question.headers.emplace_back(name, text);
  }
  return std::nullopt;
}

std::optional<BodyFault> read_member(const std::string& name, const json::value& value,
                                     Question& question) {
  if (name == "headers") return read_headers(value, question);
  const bool is_known =
      name == "method" || name == "url" || name == "entryPoint" || name == "clientAddress";
  if (!is_known) {
    return BodyFault{"\"" + name +
                         "\" is not known here: use method, url, headers, entryPoint and "
                         "clientAddress",
                     name};
  }
  if (!value.is_string()) return BodyFault{"\"" + name + "\" must be text", name};
  const std::string text(value.get_string());
  if (name == "url") {
    std::string fault = read_url(text, question);
    if (!fault.empty()) return BodyFault{std::move(fault), name};
  } else if (name == "method") {
    if (text.empty() || !is_visible(text)) {
      return BodyFault{"\"method\" must be one word, like GET", name};
    }
    question.method = text;
  } else if (name == "entryPoint") {
    question.entry_point = text;
  } else {
    if (!Endpoint::parse(text, 1)) {
      return BodyFault{"\"clientAddress\" must be an address, like 192.0.2.7", name};
    }
    question.client_address = text;
  }
  return std::nullopt;
}

}  // namespace

std::variant<Question, BodyFault> read_question(const json::value& body) {
  const json::object* object = body.if_object();
  if (object == nullptr) {
    return BodyFault{R"(the body must be an object like {"method": "GET", "url": "http://a/b"})",
                     ""};
  }
  Question question;
  for (const auto& [key, value] : *object) {
    if (auto fault = read_member(std::string(key), value, question)) return *std::move(fault);
  }
  if (question.target.empty()) return BodyFault{"\"url\" is missing, like http://a/b", "url"};
  for (const auto& [name, value] : question.headers) {
    if (iequals(name, "Host")) question.host = value;
  }
  if (question.host.empty()) return BodyFault{host_fault(), "url"};
  return question;
}

}  // namespace gapura::admin
