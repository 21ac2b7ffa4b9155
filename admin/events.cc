#include "admin/events.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "admin/event_stream.h"
#include "admin/problem_reply.h"
#include "base/ascii.h"

namespace gapura::admin {
namespace {

struct EventQuery {
  std::optional<std::string> after;
  std::size_t limit = Events::kLimitDefault;
};

std::optional<std::size_t> read_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool is_whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!is_whole || limit < 1 || limit > EventFeed::kKept) return std::nullopt;
  return limit;
}

/// Of "after" and "limit"; there are no others.
std::variant<EventQuery, BodyFault> read_query(const QueryValues& values) {
  EventQuery wanted;
  if (const auto after = values.find("after"); after != values.end()) wanted.after = after->second;
  if (const auto found = values.find("limit"); found != values.end()) {
    const auto limit = read_limit(found->second);
    if (!limit) return BodyFault{"\"limit\" must be a number from 1 to 1000", "limit"};
    wanted.limit = *limit;
  }
  return wanted;
}

bool wants_stream(const Request& request) {
  return to_lower(request.field("Accept")).find("text/event-stream") != std::string::npos;
}

}  // namespace

Events::Events(const balancer::Registry& registry, LoadDoor loads)
    : feed_(std::make_shared<EventFeed>(EventFeed::new_run())),
      stats_(std::make_shared<LiveStats>(registry, std::move(loads))),
      open_(std::make_shared<const char>()) {}

Response Events::answer(const Request& request, const QueryValues& query) {
  const auto read = read_query(query);
  if (auto refusal = refusal_of(read)) return *std::move(refusal);
  const auto& wanted = std::get<EventQuery>(read);
  if (!wants_stream(request)) return page(wanted.after ? &*wanted.after : nullptr, wanted.limit);
  // A reader that comes back asks for the same URL: what it has seen last is newer.
  const std::string last(request.field("Last-Event-ID"));
  return stream(last.empty() ? wanted.after.value_or("") : last);
}

Response Events::page(const std::string* after, std::size_t limit) const {
  const EventFeed::Place end = feed_->end();
  const auto named = after == nullptr ? std::nullopt : feed_->place_of(*after);
  const bool is_reset = after != nullptr && !named;
  EventFeed::Place place = std::max(feed_->begin(), end - std::min<std::uint64_t>(end, limit));
  if (named) place = *named;
  if (is_reset) place = feed_->begin();
  const EventFeed::Place last = std::min<std::uint64_t>(end, place + limit);
  Response response;
  response.body = "{\"events\":[";
  for (; place < last; ++place) {
    if (response.body.back() != '[') response.body += ',';
    response.body += feed_->after(place);
  }
  response.body += "],\"next\":\"" + feed_->id_of(last) + "\"";
  if (is_reset) response.body += ",\"reset\":true";
  response.body += "}\n";
  return response;
}

Response Events::stream(const std::string& after) {
  if (streams() >= kStreamsMax) {
    Response response =
        problem_reply(503, "there are " + std::to_string(kStreamsMax) +
                               " streams of events already, and there may be no more");
    response.fields.emplace_back("Retry-After", "10");
    return response;
  }
  const auto stream = std::make_shared<EventStream>(feed_, stats_, after, open_);
  Response response;
  response.content_type = "text/event-stream";
  response.more = [stream](std::shared_ptr<Departure> departure) {
    return stream->next(std::move(departure));
  };
  return response;
}

}  // namespace gapura::admin
