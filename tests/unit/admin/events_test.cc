// The feed of events, one reader's stream of it, and GET /api/v1/events.
#include "admin/events.h"

#include <gmock/gmock.h>

#include "admin/event_stream.h"
#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

Happening said(const std::string& message) {
  Happening what;
  what.kind = "targetGone";
  what.message = message;
  what.details["service"] = "s";
  return what;
}

const WallTime kWall{std::chrono::milliseconds(1'738'311'300'250)};

TEST(EventFeed, NumbersWhatItKeeps) {
  EventFeed feed("run");
  EXPECT_EQ(feed.begin(), feed.end());

  feed.add(said("it is gone"), kWall);

  EXPECT_EQ(feed.after(0), R"({"id":"run-1","at":"2025-01-31T08:15:00.250Z","kind":"targetGone",)"
                           R"("service":"s","message":"it is gone"})");
  EXPECT_EQ(feed.place_of("run-0"), EventFeed::Place{0});
  EXPECT_EQ(feed.place_of("run-1"), EventFeed::Place{1});
}

TEST(EventFeed, KnowsNoIdsOfOthers) {
  EventFeed feed("run");
  feed.add(said("a"), kWall);

  for (const char* id : {"", "run", "run-", "run-2", "run--1", "run-1x", "nur-1", "1"}) {
    EXPECT_FALSE(feed.place_of(id)) << id;
  }
}

TEST(EventFeed, ForgetsTheOldest) {
  EventFeed feed("run", 2);
  for (const char* text : {"a", "b", "c"}) feed.add(said(text), kWall);

  EXPECT_EQ(feed.begin(), 1u);
  EXPECT_FALSE(feed.place_of("run-0"));
  EXPECT_TRUE(feed.place_of("run-1"));
  EXPECT_THAT(feed.after(1), HasSubstr("\"b\""));
}

TEST(EventFeed, HasARunOfItsOwnInEachProcess) {
  EXPECT_NE(EventFeed::new_run(), EventFeed::new_run());
}

class EventStreamTest : public ApiFixture {
 protected:
  EventStream stream_after(const std::string& after) {
    return EventStream(feed, stats, after, nullptr);
  }
  std::shared_ptr<EventFeed> feed = std::make_shared<EventFeed>("run", 3);
  std::shared_ptr<LiveStats> stats = std::make_shared<LiveStats>(registry, LoadDoor());
  TimePoint now = Clock::now();
};

TEST_F(EventStreamTest, BeginsWithAnIdAndTheStats) {
  feed->add(said("before"), kWall);
  EventStream stream = stream_after("");

  const std::string first = stream.due(now);

  EXPECT_THAT(first, testing::StartsWith("retry: 2000\nid: run-1\n\nevent: stats\ndata: {\"at\""));
  EXPECT_THAT(first, Not(HasSubstr("before")));
  EXPECT_EQ(stream.due(now), "");
}

TEST_F(EventStreamTest, SendsEachEventOnce) {
  EventStream stream = stream_after("");
  stream.due(now);

  feed->add(said("one"), kWall);
  const std::string piece = stream.due(now);

  EXPECT_EQ(piece, "id: run-1\ndata: " + feed->after(0) + "\n\n");
  EXPECT_EQ(stream.due(now), "");
}

TEST_F(EventStreamTest, GoesOnWhereTheReaderWas) {
  feed->add(said("one"), kWall);
  feed->add(said("two"), kWall);
  EventStream stream = stream_after("run-1");

  const std::string first = stream.due(now);

  EXPECT_THAT(first, Not(HasSubstr("\"one\"")));
  EXPECT_THAT(first, HasSubstr("\"two\""));
  EXPECT_THAT(first, Not(HasSubstr("reset")));
}

TEST_F(EventStreamTest, TellsAReaderOfAnotherRunToBeginAnew) {
  feed->add(said("one"), kWall);
  EventStream stream = stream_after("other-1");

  const std::string first = stream.due(now);

  EXPECT_THAT(first, HasSubstr("id: run-1\nevent: reset\ndata: {\"next\":\"run-1\""));
  EXPECT_THAT(first, Not(HasSubstr("\"one\"")));
}

TEST_F(EventStreamTest, TellsAReaderThatIsTooSlowToBeginAnew) {
  EventStream stream = stream_after("");
  stream.due(now);

  for (int i = 0; i < 4; ++i) feed->add(said("many"), kWall);
  const std::string piece = stream.due(now);

  EXPECT_THAT(piece, HasSubstr("event: reset"));
  EXPECT_THAT(piece, Not(HasSubstr("many")));
  feed->add(said("next"), kWall);
  EXPECT_THAT(stream.due(now), HasSubstr("next"));
}

TEST_F(EventStreamTest, SendsStatsEverySecondAndAHeartbeat) {
  EventStream stream = stream_after("");
  stream.due(now);

  EXPECT_EQ(stream.due(now + Milliseconds(999)), "");
  EXPECT_THAT(stream.due(now + Milliseconds(1'000)), HasSubstr("event: stats"));
  EXPECT_THAT(stream.due(now + Milliseconds(14'999)), Not(HasSubstr(": still here")));
  EXPECT_THAT(stream.due(now + Milliseconds(15'000)), HasSubstr(": still here\n\n"));
}

TEST_F(EventStreamTest, SendsManyEventsInPieces) {
  const auto large = std::make_shared<EventFeed>("run");
  EventStream stream(large, stats, "run-0", nullptr);
  stream.due(now);

  for (int i = 0; i < 3; ++i) large->add(said(std::string(40'000, 'x')), kWall);

  EXPECT_LT(stream.due(now).size(), EventStream::kPieceBytes + 41'000);
  EXPECT_THAT(stream.due(now), HasSubstr("id: run-3\n"));
}

class EventsApi : public ApiFixture {
 protected:
  static constexpr const char* kEvents = "/api/v1/events";
  Request streaming(const std::string& target = kEvents) {
    Request request = request_of("GET", target);
    request.fields.emplace_back("Accept", "text/event-stream");
    return request;
  }
  using Piece = std::shared_ptr<std::optional<std::string>>;
  /// The next piece, once it is there.
  Piece begin_piece(const Response& response) {
    auto piece = std::make_shared<std::optional<std::string>>();
    boost::asio::co_spawn(loop, response.more(departure),
                          [piece](const std::exception_ptr&, std::string made) { *piece = made; });
    settle();
    return piece;
  }
  /// The next piece, which must be there at once.
  std::string piece_of(const Response& response) {
    const Piece piece = begin_piece(response);
    EXPECT_TRUE(piece->has_value());
    return piece->value_or("");
  }
  std::vector<std::string> ids_of(const Response& response) {
    std::vector<std::string> ids;
    const auto page = json_of(response);
    for (const auto& one : page.at("events").as_array()) {
      ids.emplace_back(one.at("id").as_string());
    }
    return ids;
  }
  std::string next_of(const Response& response) {
    return std::string(json_of(response).at("next").as_string());
  }
  std::shared_ptr<Departure> departure = std::make_shared<Departure>();
};

TEST_F(EventsApi, PagesThroughEvents) {
  const std::string start = next_of(ask("GET", kEvents));
  for (int i = 0; i < 5; ++i) api.tell(said("event"));

  const Response first = ask("GET", kEvents + ("?limit=3&after=" + start));
  const Response rest = ask("GET", kEvents + ("?limit=3&after=" + next_of(first)));
  const Response none = ask("GET", kEvents + ("?after=" + next_of(rest)));

  EXPECT_EQ(ids_of(first).size(), 3u);
  EXPECT_EQ(ids_of(rest).size(), 2u);
  EXPECT_TRUE(ids_of(none).empty());
  EXPECT_EQ(next_of(none), next_of(rest));
  EXPECT_FALSE(json_of(first).contains("reset"));
}

TEST_F(EventsApi, GivesTheNewestWithoutAPlace) {
  for (int i = 0; i < 5; ++i) api.tell(said("event"));

  const Response page = ask("GET", std::string(kEvents) + "?limit=2");

  ASSERT_EQ(ids_of(page).size(), 2u);
  EXPECT_EQ(ids_of(page).back(), next_of(page));
}

TEST_F(EventsApi, SaysThatEventsAreLost) {
  const Response page = ask("GET", std::string(kEvents) + "?after=of-another-run-7");

  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(json_of(page).at("reset"), boost::json::value(true));
}

TEST_F(EventsApi, RefusesWhatItDoesNotKnow) {
  for (const char* query :
       {"?limit=0", "?limit=1001", "?limit=x", "?limit=", "?since=1", "?a=%zz"}) {
    detail_of(ask("GET", std::string(kEvents) + query), 400);
  }
  detail_of(ask("POST", kEvents), 405);
}

TEST_F(EventsApi, StreamsFromNowOn) {
  const Response response = ask(streaming());
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.content_type, "text/event-stream");
  EXPECT_THAT(piece_of(response), HasSubstr("event: stats"));

  api.tell(said("it happened"));

  EXPECT_THAT(piece_of(response), HasSubstr("it happened"));
}

TEST_F(EventsApi, WaitsForTheNextEvent) {
  const Response response = ask(streaming());
  piece_of(response);
  const Piece piece = begin_piece(response);
  EXPECT_FALSE(piece->has_value());

  api.tell(said("it happened"));
  settle();

  ASSERT_TRUE(piece->has_value());
  EXPECT_THAT(**piece, HasSubstr("it happened"));
}

TEST_F(EventsApi, EndsWithTheDeparture) {
  const Response response = ask(streaming());
  piece_of(response);
  const Piece piece = begin_piece(response);

  departure->happen();
  settle();

  EXPECT_EQ(*piece, "");
}

TEST_F(EventsApi, PrefersTheLastEventIdToTheUrl) {
  api.tell(said("one"));
  api.tell(said("two"));
  const auto ids = ids_of(ask("GET", kEvents));
  ASSERT_GE(ids.size(), 2u);
  Request request = streaming(kEvents + ("?after=" + ids.front()));
  request.fields.emplace_back("Last-Event-ID", ids.back());

  const std::string piece = piece_of(ask(std::move(request)));

  EXPECT_THAT(piece, HasSubstr("id: " + ids.back()));
  EXPECT_THAT(piece, Not(HasSubstr("\"two\"")));
}

TEST_F(EventsApi, HasAtMostSoManyStreams) {
  std::vector<Response> open;
  for (std::size_t i = 0; i < Events::kStreamsMax; ++i) {
    open.push_back(ask(streaming()));
    ASSERT_EQ(open.back().status, 200u);
  }

  detail_of(ask(streaming()), 503);
  EXPECT_EQ(ask("GET", kEvents).status, 200u);
  open.pop_back();
  EXPECT_EQ(ask(streaming()).status, 200u);
}

TEST_F(EventStreamTest, StatsHaveRatesOnceThereIsASpan) {
  metrics::ServiceLoad load;
  load.durations = {0, 0};
  LoadDoor door;
  door.bounds_s = {0.1};
  door.read = [&load] { return std::map<std::string, metrics::ServiceLoad>{{"calculate", load}}; };
  LiveStats live(registry, std::move(door));
  const auto service_at = [&](Milliseconds after) {
    const auto value = boost::json::parse(live.text(now + after, kWall));
    return value.at("services").as_array().at(0).as_object();
  };

  const auto first = service_at(Milliseconds(0));
  load.requests = 20;
  load.durations = {10, 10};
  const auto second = service_at(Milliseconds(2'000));
  const auto late = service_at(Milliseconds(60'000));

  EXPECT_EQ(first.at("name"), boost::json::value("calculate"));
  EXPECT_FALSE(first.contains("requestsPerSecond"));
  EXPECT_EQ(first.at("targets").as_array().size(), 2u);
  EXPECT_EQ(second.at("requestsPerSecond").to_number<double>(), 10.0);
  EXPECT_EQ(second.at("p50Ms").to_number<double>(), 100.0);
  EXPECT_EQ(second.at("p95Ms").to_number<double>(), 100.0);
  EXPECT_FALSE(late.contains("requestsPerSecond")) << "nobody looked meanwhile";
}

TEST_F(EventStreamTest, StatsAreMadeOnceForAllWhoAskAtATime) {
  int reads = 0;
  LoadDoor door;
  door.read = [&reads] {
    ++reads;
    return std::map<std::string, metrics::ServiceLoad>();
  };
  LiveStats live(registry, std::move(door));

  live.text(now, kWall);
  live.text(now + Milliseconds(500), kWall);
  live.text(now + Milliseconds(1'000), kWall);

  EXPECT_EQ(reads, 2);
}

}  // namespace
}  // namespace gapura::admin
