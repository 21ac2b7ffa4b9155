// Answers that go on, over real sockets.
#include <atomic>

#include "admin/condition.h"
#include "tests/unit/admin/loopback.h"

namespace gapura::admin {
namespace {

namespace net = boost::asio;

struct HttpStreamTest : testing::Test {
  /// Pieces as a test gives them; on the server's thread.
  struct Source {
    Condition changed;
    std::string ready;
    std::string endless;  ///< not empty: given again and again
    bool is_over = false;
    std::atomic<int> open{0};
    std::atomic<int> ended{0};

    static net::awaitable<std::string> next(std::shared_ptr<Source> source,
                                            std::shared_ptr<Departure> departure) {
      if (!source->endless.empty()) co_return source->endless;
      std::function<bool()> has_news = [source] {
        return !source->ready.empty() || source->is_over;
      };
      co_await source->changed.until(std::move(has_news), departure, Condition::kNever);
      co_return std::exchange(source->ready, {});
    }
  };
  std::shared_ptr<Source> source = std::make_shared<Source>();

  static net::awaitable<Response> answer(std::shared_ptr<Source> source) {
    /// As long as the response lives.
    struct Count {
      explicit Count(std::shared_ptr<Source> its) : source(std::move(its)) { ++source->open; }
      Count(const Count&) = delete;
      Count& operator=(const Count&) = delete;
      ~Count() {
        --source->open;
        ++source->ended;
      }
      std::shared_ptr<Source> source;
    };
    const auto count = std::make_shared<Count>(source);
    Response response;
    response.content_type = "text/event-stream";
    response.more = [count](std::shared_ptr<Departure> departure) {
      return Source::next(count->source, std::move(departure));
    };
    co_return response;
  }
  Respond streaming() {
    return [source = source](const Request&) { return answer(source); };
  }
  void give(RunningServer& server, const std::string& piece) {
    server.call([&] {
      source->ready = piece;
      source->changed.notify();
    });
  }
  void end(RunningServer& server) {
    server.call([this] {
      source->is_over = true;
      source->changed.notify();
    });
  }

  /// A server, and a client connected to it.
  struct Connection {
    explicit Connection(Respond respond, HttpLimits limits = {})
        : server(std::move(respond), limits), client(begun(server)) {}
    RunningServer server;
    Client client;

   private:
    static std::uint16_t begun(RunningServer& server) {
      server.listen_on_loopback();
      return server.port();
    }
  };
};

const char* const kAsk = "GET /events HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(HttpStreamTest, SendsPiecesAsTheyCome) {
  Connection connection(streaming());
  auto& [server, client] = connection;

  client.send(kAsk);
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  give(server, "one");
  EXPECT_EQ(client.read_until("one\r\n"), "3\r\none\r\n");
  give(server, "three");
  EXPECT_EQ(client.read_until("three\r\n"), "5\r\nthree\r\n");
}

TEST_F(HttpStreamTest, KeepsTheConnectionAfterTheEnd) {
  Connection connection(streaming());
  auto& [server, client] = connection;

  client.send(kAsk);
  client.read_until("\r\n\r\n");
  end(server);
  EXPECT_EQ(client.read_until("\r\n\r\n"), "0\r\n\r\n");
  client.send(kAsk);
  EXPECT_NE(client.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
}

TEST_F(HttpStreamTest, EndsByClosingForHttp10) {
  Connection connection(streaming());
  auto& [server, client] = connection;

  client.send("GET /events HTTP/1.0\r\n\r\n");
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos) << head;
  give(server, "one");
  EXPECT_EQ(client.read_until("one"), "one");
  end(server);
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpStreamTest, AnswersHeadWithoutAStream) {
  Connection connection(streaming());
  auto& [server, client] = connection;

  client.send("HEAD /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_TRUE(client.read_all().ends_with("\r\n\r\n"));
}

TEST_F(HttpStreamTest, FreesEverythingWhenTheClientLeaves) {
  RunningServer server(streaming());
  server.listen_on_loopback();
  {
    Client client(server.port());
    client.send(kAsk);
    client.read_until("\r\n\r\n");
    EXPECT_EQ(source->open, 1);
  }

  EXPECT_TRUE(server.has_connections_soon(0));
  EXPECT_EQ(source->open, 0);
  EXPECT_EQ(source->ended, 1);
}

TEST_F(HttpStreamTest, DropsAClientThatDoesNotRead) {
  source->endless = std::string(64 << 10, 'x');
  HttpLimits limits;
  limits.write = Milliseconds(200);
  Connection connection(streaming(), limits);
  auto& [server, client] = connection;

  client.send(kAsk);

  EXPECT_TRUE(server.has_connections_soon(1));
  EXPECT_TRUE(server.has_connections_soon(0));
  EXPECT_EQ(source->open, 0);
}

TEST_F(HttpStreamTest, EndsWhenTheServerStops) {
  Connection connection(streaming());
  auto& [server, client] = connection;
  client.send(kAsk);
  client.read_until("\r\n\r\n");

  server.stop();

  EXPECT_EQ(client.read_all(), "0\r\n\r\n");
  EXPECT_TRUE(server.has_connections_soon(0));
}

TEST_F(HttpStreamTest, IsAbandonedWithTheServer) {
  {
    Connection connection(streaming());
    connection.client.send(kAsk);
    connection.client.read_until("\r\n\r\n");
    connection.client.close();
  }

  EXPECT_EQ(source.use_count(), 1);
}

}  // namespace
}  // namespace gapura::admin
