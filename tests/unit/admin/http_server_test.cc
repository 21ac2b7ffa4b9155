#include "admin/http_server.h"

#include <sys/stat.h>

#include <fstream>
#include <stdexcept>

#include "admin/condition.h"
#include "tests/unit/admin/loopback.h"

namespace gapura::admin {
namespace {

namespace net = boost::asio;

/// Says what it was asked.
net::awaitable<Response> echo(Request request) {
  Response response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.path + " ? " + request.query + " [" +
                  request.body + "] " + request.host + " " + request.authorization;
  response.fields.emplace_back("X-Peer", request.peer);
  co_return response;
}

const char* const kGet = "GET /a/b?c=d HTTP/1.1\r\nHost: localhost\r\n\r\n";
const char* const kGetClose = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

bool begins_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

struct HttpServerTest : testing::Test {
  /// An answer that waits until it is told, or its client leaves.
  struct Gate {
    Condition changed;
    std::atomic<bool> is_open{false};
    std::atomic<int> begun{0};
    std::atomic<int> departed{0};
  };
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();

  static net::awaitable<Response> wait(std::shared_ptr<Gate> gate, Request request) {
    ++gate->begun;
    std::function<bool()> is_open = [gate] { return gate->is_open.load(); };
    const Waited waited =
        co_await gate->changed.until(std::move(is_open), request.departure, Condition::kNever);
    if (waited == Waited::departed) ++gate->departed;
    Response response;
    response.body = waited == Waited::met ? "opened" : "departed";
    co_return response;
  }
  Respond waiting() {
    return [gate = gate](Request request) { return wait(gate, std::move(request)); };
  }
  template <class Test>
  static bool eventually(Test test) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!test()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }
};

TEST_F(HttpServerTest, HandsOnWhatARequestSays) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send(
      "POST /a%20b?c=d HTTP/1.1\r\nHost: localhost:1\r\nAuthorization: Bearer x\r\n"
      "Content-Length: 3\r\n\r\nxyz");
  const std::string answer = client.read_answer();

  EXPECT_TRUE(begins_with(answer, "HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("POST /a%20b ? c=d [xyz] localhost:1 Bearer x")) << answer;
  EXPECT_NE(answer.find("X-Peer: 127.0.0.1:"), std::string::npos);
  EXPECT_NE(answer.find("\r\nDate: "), std::string::npos);
}

TEST_F(HttpServerTest, KeepsAConnectionForFurtherRequests) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    EXPECT_TRUE(client.read_answer().ends_with("GET /a/b ? c=d [] localhost "));
  }

  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send(std::string(kGet) + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n" + kGetClose);
  const std::string all = client.read_all();

  const auto first = all.find("GET /a/b");
  const auto second = all.find("GET /2");
  const auto third = all.find("GET / ");
  EXPECT_TRUE(first < second && second < third && third != std::string::npos) << all;
}

TEST_F(HttpServerTest, ReadsAChunkedBody) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

  EXPECT_NE(client.read_answer().find("[abcde]"), std::string::npos);
}

TEST_F(HttpServerTest, SendsNoBodyToHead) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answer = client.read_all();

  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
  EXPECT_EQ(answer.find("Content-Length: 0"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, InvitesABodyThatIsExpectedToBeInvited) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");

  EXPECT_NE(client.read_answer().find("[ok]"), std::string::npos);
}

TEST_F(HttpServerTest, ClosesAfterHttp10) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send("GET / HTTP/1.0\r\n\r\n");

  EXPECT_TRUE(begins_with(client.read_all(), "HTTP/1.0 200 OK"));
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send("hello there\r\n\r\n");
  const std::string answer = client.read_all();

  EXPECT_TRUE(begins_with(answer, "HTTP/1.1 400 Bad Request")) << answer;
  EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
}

TEST_F(HttpServerTest, TakesAHeadUpToItsLimitAndRefusesOneAbove) {
  RunningServer server(echo);
  server.listen_on_loopback();
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: ";
  const std::size_t limit = HttpLimits{}.head_bytes_max;

  Client below(server.port());
  below.send(start + std::string(limit - start.size() - 4, 'x') + "\r\n\r\n");
  EXPECT_TRUE(begins_with(below.read_all(), "HTTP/1.1 200 OK"));
  Client above(server.port());
  above.send(start + std::string(limit, 'x') + "\r\n\r\n");
  EXPECT_TRUE(begins_with(above.read_all(), "HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, TakesABodyUpToItsLimitAndRefusesOneAbove) {
  HttpLimits limits;
  limits.body_bytes_max = 1000;
  RunningServer server(echo, limits);
  server.listen_on_loopback();
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ";

  Client below(server.port());
  below.send(start + "1000\r\n\r\n" + std::string(1000, 'b'));
  EXPECT_TRUE(begins_with(below.read_all(), "HTTP/1.1 200 OK"));
  Client above(server.port());
  above.send(start + "1001\r\n\r\n" + std::string(1001, 'b'));
  EXPECT_TRUE(begins_with(above.read_all(), "HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, AnswersALargeBodyThatIsRefusedBeforeItIsRead) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000000\r\n\r\n" +
              std::string(100'000, 'b'));
  client.shut_sending();

  EXPECT_TRUE(begins_with(client.read_all(), "HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, RefusesARequestThatTakesTooLong) {
  HttpLimits limits;
  limits.read = Milliseconds(30);
  RunningServer server(echo, limits);
  server.listen_on_loopback();
  Client client(server.port());

  client.send("GET / HTTP/1.1\r\n");

  EXPECT_TRUE(begins_with(client.read_all(), "HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, ClosesASilentConnectionSilently) {
  HttpLimits limits;
  limits.read = Milliseconds(30);
  limits.idle = Milliseconds(30);
  RunningServer server(echo, limits);
  server.listen_on_loopback();

  Client silent(server.port());
  EXPECT_EQ(silent.read_all(), "");
  Client idle(server.port());
  idle.send(kGet);
  idle.read_answer();
  EXPECT_EQ(idle.read_all(), "");
}

TEST_F(HttpServerTest, ClosesConnectionsAboveItsLimit) {
  HttpLimits limits;
  limits.connections_max = 2;
  RunningServer server(echo, limits);
  server.listen_on_loopback();
  Client first(server.port());
  auto second = std::make_unique<Client>(server.port());
  ASSERT_TRUE(server.has_connections_soon(2));

  Client third(server.port());
  EXPECT_EQ(third.read_all(), "");
  second.reset();
  ASSERT_TRUE(server.has_connections_soon(1));
  Client fourth(server.port());
  fourth.send(kGet);

  EXPECT_TRUE(begins_with(fourth.read_answer(), "HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, TellsAnAnswerThatItsClientHasLeft) {
  RunningServer server(waiting());
  server.listen_on_loopback();
  auto client = std::make_unique<Client>(server.port());
  client->send(kGet);
  ASSERT_TRUE(eventually([&] { return gate->begun == 1; }));

  client->close();

  EXPECT_TRUE(eventually([&] { return gate->departed == 1; }));
  EXPECT_TRUE(server.has_connections_soon(0));
}

TEST_F(HttpServerTest, DoesNotTakePipelinedBytesForALeavingClient) {
  RunningServer server(waiting());
  server.listen_on_loopback();
  Client client(server.port());
  client.send(kGet);
  ASSERT_TRUE(eventually([&] { return gate->begun == 1; }));

  client.send(kGetClose);
  gate->is_open = true;
  server.call([&] { gate->changed.notify(); });
  const std::string all = client.read_all();

  EXPECT_EQ(all.find("departed"), std::string::npos) << all;
  EXPECT_EQ(gate->begun, 2);
}

TEST_F(HttpServerTest, AnswersAClientThatHasShutItsSendingSide) {
  RunningServer server(echo);
  server.listen_on_loopback();
  Client client(server.port());

  client.send(kGet);
  client.shut_sending();

  EXPECT_TRUE(begins_with(client.read_all(), "HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, EndsWaitsAndIdleConnectionsWhenItStops) {
  RunningServer server(waiting());
  server.listen_on_loopback();
  Client idle(server.port());
  Client waiter(server.port());
  ASSERT_TRUE(server.has_connections_soon(2));
  waiter.send(kGet);
  ASSERT_TRUE(eventually([&] { return gate->begun == 1; }));

  server.stop();

  EXPECT_EQ(idle.read_all(), "");
  const std::string answer = waiter.read_all();
  EXPECT_TRUE(answer.ends_with("departed")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_FALSE(Client(server.port()).is_connected());
}

TEST_F(HttpServerTest, MayBeDestroyedWhileAnAnswerWaits) {
  RunningServer server(waiting());
  server.listen_on_loopback();
  Client client(server.port());
  client.send(kGet);

  ASSERT_TRUE(eventually([&] { return gate->begun == 1; }));
}

TEST_F(HttpServerTest, LosesOnlyTheConnectionWhoseAnswerThrows) {
  RunningServer server([](Request request) -> net::awaitable<Response> {
    if (request.path == "/throw") throw std::runtime_error("a bug");
    return echo(std::move(request));
  });
  server.listen_on_loopback();
  Client unlucky(server.port());
  Client lucky(server.port());

  unlucky.send("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(unlucky.read_all(), "");
  lucky.send(kGet);

  EXPECT_TRUE(begins_with(lucky.read_answer(), "HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, ServesManyClientsAtOnce) {
  RunningServer server(echo);
  server.listen_on_loopback();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(std::make_unique<Client>(server.port()));

  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) client->send(kGet);
    for (auto& client : clients) ASSERT_TRUE(client->read_answer().ends_with("localhost "));
  }

  EXPECT_EQ(server.connections(), 100u);
}

TEST_F(HttpServerTest, SaysWhyAPortCannotBeHad) {
  RunningServer server(echo);
  server.listen_on_loopback();
  net::io_context loop;
  HttpServer second(loop, echo, {});
  conf::ListenAddress address;
  address.host = "127.0.0.1";
  address.port = server.port();

  const auto failed = second.listen(address);

  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->error, EADDRINUSE);
  EXPECT_NE(failed->message.find("127.0.0.1:" + std::to_string(server.port())), std::string::npos);
}

TEST_F(HttpServerTest, ListensOnEveryAddressWhenNoHostIsGiven) {
  net::io_context loop;
  HttpServer server(loop, echo, {});
  ASSERT_FALSE(server.listen(conf::ListenAddress{}).has_value());

  EXPECT_TRUE(Client(server.port()).is_connected());
}

TEST_F(HttpServerTest, ListensOnAName) {
  net::io_context loop;
  HttpServer server(loop, echo, {});
  conf::ListenAddress address;
  address.host = "localhost";

  EXPECT_FALSE(server.listen(address).has_value());
  EXPECT_NE(server.port(), 0);
  HttpServer nowhere(loop, echo, {});
  address.host = "no-such-host.invalid";
  const auto failed = nowhere.listen(address);
  ASSERT_TRUE(failed.has_value());
  EXPECT_NE(failed->message.find("no-such-host.invalid"), std::string::npos);
}

TEST_F(HttpServerTest, ServesASocketFileOfItsOwnerOnly) {
  const TemporaryFolder folder;
  const auto path = folder / "admin.sock";
  {
    RunningServer server(echo);
    server.listen_on_file(path);
    struct stat found {};
    ASSERT_EQ(lstat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);

    Client client(path);
    client.send(kGet);

    const std::string uid = "X-Peer: unix socket, uid " + std::to_string(getuid());
    EXPECT_NE(client.read_answer().find(uid), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(path)) << "a server takes its file away";
}

TEST_F(HttpServerTest, ReplacesTheSocketFileOfADeadProcessOnly) {
  const TemporaryFolder folder;
  const auto path = folder / "admin.sock";
  const auto left_behind = listen_on(path);
  ASSERT_TRUE(std::holds_alternative<int>(left_behind));

  const auto refused = listen_on(path);
  ASSERT_TRUE(std::holds_alternative<ListenFailure>(refused));
  EXPECT_EQ(std::get<ListenFailure>(refused).error, EADDRINUSE);
  EXPECT_NE(std::get<ListenFailure>(refused).message.find("another process"), std::string::npos);
  close(std::get<int>(left_behind));
  ASSERT_TRUE(std::filesystem::exists(path));

  RunningServer server(echo);
  server.listen_on_file(path);
  EXPECT_TRUE(Client(path).is_connected());
}

TEST_F(HttpServerTest, LeavesOtherFilesAlone) {
  const TemporaryFolder folder;
  const auto path = folder / "precious.txt";
  std::ofstream(path) << "keep me";

  const auto refused = listen_on(path);

  ASSERT_TRUE(std::holds_alternative<ListenFailure>(refused));
  EXPECT_NE(std::get<ListenFailure>(refused).message.find("no socket"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST_F(HttpServerTest, RefusesASocketPathThatIsTooLongOrHasNoFolder) {
  const auto too_long = listen_on(std::filesystem::path("/tmp/" + std::string(200, 'x')));
  ASSERT_TRUE(std::holds_alternative<ListenFailure>(too_long));
  EXPECT_EQ(std::get<ListenFailure>(too_long).error, ENAMETOOLONG);

  const TemporaryFolder folder;
  const auto nowhere = listen_on(folder / "no" / "admin.sock");
  ASSERT_TRUE(std::holds_alternative<ListenFailure>(nowhere));
  EXPECT_EQ(std::get<ListenFailure>(nowhere).error, ENOENT);
}

TEST_F(HttpServerTest, DoesNotTakeAwayAFileThatIsNotItsOwn) {
  const TemporaryFolder folder;
  const auto path = folder / "admin.sock";
  {
    RunningServer server(echo);
    server.listen_on_file(path);
    std::filesystem::remove(path);
    std::ofstream(path) << "of somebody else";
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace gapura::admin
