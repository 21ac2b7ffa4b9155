#include "app/notify/outbox_file.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/digest.h"

namespace gapura::app {
namespace json = boost::json;

namespace {

std::optional<KeptMessage> read_line(std::string_view line) {
  boost::system::error_code failed;
  const json::value value = json::parse(line, failed);
  const json::object* object = failed ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  const json::value* to = object->if_contains("to");
  const json::value* attempts = object->if_contains("attempts");
  const json::value* body = object->if_contains("body");
  const bool is_whole = to != nullptr && to->is_string() && body != nullptr && body->is_string() &&
                        attempts != nullptr && attempts->is_int64() && attempts->get_int64() >= 0;
  if (!is_whole) return std::nullopt;
  KeptMessage kept;
  kept.to = std::string(to->get_string());
  kept.message.body = std::string(body->get_string());
  kept.message.attempts = static_cast<std::uint32_t>(attempts->get_int64());
  return kept;
}

}  // namespace

std::string receiver_key(const conf::Notify& to) {
  std::string text = to.url;
  for (const std::string& word : to.command) text += "\n" + word;
  text += "\n" + to.body;
  // No signature: it is the digest at hand, under a key that says what it is for.
  return hmac_sha256_hex("receiver", text).substr(0, 16);
}

std::string to_lines(const std::vector<KeptMessage>& messages) {
  std::string text;
  for (const KeptMessage& one : messages) {
    json::object object;
    object["to"] = one.to;
    object["attempts"] = one.message.attempts;
    object["body"] = one.message.body;
    text += json::serialize(object) + "\n";
  }
  return text;
}

std::vector<KeptMessage> read_lines(std::string_view text, std::size_t* broken) {
  std::vector<KeptMessage> messages;
  *broken = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (auto kept = read_line(line)) {
      messages.push_back(*std::move(kept));
    } else {
      ++*broken;
    }
  }
  return messages;
}

}  // namespace gapura::app
