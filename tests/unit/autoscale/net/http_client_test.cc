#include "autoscale/net/http_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <thread>

#include "tests/support/patience.h"
#include "tests/support/sockets.h"
#include "tests/unit/admin/loopback.h"
#include "tests/unit/autoscale/net/certificate.h"
#include "tests/unit/autoscale/run.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
using admin::RunningServer;
using admin::TemporaryFolder;

net::awaitable<admin::Response> echo(admin::Request request) {
  admin::Response response;
  if (request.path == "/missing") response.status = 404;
  response.fields.emplace_back("Retry-After", "7");
  response.body = request.method + " " + request.path + " ? " + request.query + " [" +
                  request.body + "] " + request.host + " " + request.authorization;
  if (request.path == "/large") response.body = std::string(5'000, 'x');
  co_return response;
}

HttpOutcome outcome_of(HttpCall call) {
  net::io_context loop;
  return run(loop, http_call(std::move(call)));
}
HttpAnswer answer_to(HttpCall call) {
  const HttpOutcome outcome = outcome_of(std::move(call));
  const auto* failed = std::get_if<std::string>(&outcome);
  EXPECT_EQ(failed, nullptr) << *failed;
  return failed == nullptr ? std::get<HttpAnswer>(outcome) : HttpAnswer{};
}
std::string fault_of(HttpCall call) {
  const HttpOutcome outcome = outcome_of(std::move(call));
  const auto* failed = std::get_if<std::string>(&outcome);
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? "" : *failed;
}

std::string at(std::uint16_t port, const std::string& rest = "/") {
  return "http://127.0.0.1:" + std::to_string(port) + rest;
}

/// Reads a request's head; what is left unread when a socket closes would take the answer with it.
void read_head(const test::Fd& client) {
  std::string head;
  char block[1024];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto size = recv(client.get(), block, sizeof block, 0);
    if (size <= 0) return;
    head.append(block, static_cast<std::size_t>(size));
  }
}

/// Accepts one connection, reads until a blank line, says `answer`, closes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : listener_(test::listen_on_loopback()), thread_([this, answer] { serve(answer); }) {}
  ~OneAnswer() { thread_.join(); }
  std::uint16_t port() const { return test::local_port(listener_); }

 private:
  void serve(const std::string& answer) const {
    const test::Fd client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    read_head(client);
    send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  test::Fd listener_;
  std::thread thread_;
};

TEST(HttpClient, SendsACallAndReadsItsAnswer) {
  RunningServer server(echo);
  server.listen_on_loopback();
  HttpCall call;
  call.method = "POST";
  call.url = at(server.port(), "/a?b=c");
  call.headers = {{"Authorization", "Bearer x"}};
  call.body = "hello";

  const HttpAnswer answer = answer_to(call);

  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body,
            "POST /a ? b=c [hello] 127.0.0.1:" + std::to_string(server.port()) + " Bearer x");
  EXPECT_EQ(answer.header("retry-after"), "7");
  EXPECT_EQ(answer.header("no-such"), "");
}

TEST(HttpClient, GivesAnswersOfEveryStatus) {
  RunningServer server(echo);
  server.listen_on_loopback();
  HttpCall call;
  call.url = at(server.port(), "/missing");

  EXPECT_EQ(answer_to(call).status, 404U);
}

TEST(HttpClient, SpeaksToAUnixSocket) {
  const TemporaryFolder folder;
  RunningServer server(echo);
  server.listen_on_file(folder / "a.sock");
  HttpCall call;
  call.url = "http://docker/containers";
  call.unix_socket = folder / "a.sock";

  EXPECT_EQ(answer_to(call).body, "GET /containers ?  [] docker ");
  call.unix_socket = folder / "none.sock";
  EXPECT_EQ(fault_of(call), "GET http://docker/containers: cannot connect to " +
                                call.unix_socket.string() + ": No such file or directory");
  call.unix_socket = folder / std::string(200, 'x').c_str();
  EXPECT_NE(fault_of(call).find("too long"), std::string::npos);
}

TEST(HttpClient, ReadsChunksInterimAnswersAndBodiesThatEndWithTheConnection) {
  HttpCall call;
  const OneAnswer chunks(
      "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  call.url = at(chunks.port());
  EXPECT_EQ(answer_to(call).body, "abcde");
  const OneAnswer until_close("HTTP/1.0 200 OK\r\n\r\nall of it");
  call.url = at(until_close.port());
  EXPECT_EQ(answer_to(call).body, "all of it");
}

TEST(HttpClient, SaysWhatFailedWithoutTheQuery) {
  std::uint16_t port = 0;
  const test::Fd closed = test::refused_port(port);
  HttpCall call;
  call.url = at(port, "/vm?key=secret");
  EXPECT_EQ(fault_of(call), "GET " + at(port, "/vm") + ": cannot connect to 127.0.0.1:" +
                                std::to_string(port) + ": Connection refused");
  call.url = "http://no-such-host.invalid/vm?key=secret";
  EXPECT_TRUE(
      fault_of(call).starts_with("GET http://no-such-host.invalid/vm: the name "
                                 "no-such-host.invalid cannot be looked up: "));
  const OneAnswer other("SSH-2.0-OpenSSH\r\n\r\n");
  call.url = at(other.port());
  EXPECT_NE(fault_of(call).find("it does not answer in HTTP"), std::string::npos);
  const OneAnswer none("");
  call.url = at(none.port());
  EXPECT_NE(fault_of(call).find("it closed the connection without an answer"), std::string::npos);
  const OneAnswer half("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  call.url = at(half.port());
  EXPECT_NE(fault_of(call).find("in the middle of its answer"), std::string::npos);
}

TEST(HttpClient, TakesAnAnswerUpToItsLimitAndRefusesOneAbove) {
  RunningServer server(echo);
  server.listen_on_loopback();
  HttpCall call;
  call.url = at(server.port(), "/large");
  call.answer_max = 5'000;
  EXPECT_EQ(answer_to(call).body.size(), 5'000U);
  call.answer_max = 4'999;
  EXPECT_NE(fault_of(call).find("the answer is too large"), std::string::npos);
}

TEST(HttpClient, GivesUpWhenItsTimeIsOver) {
  const test::Fd silent = test::listen_on_loopback();
  HttpCall call;
  call.url = at(test::local_port(silent));
  call.timeout = Milliseconds(20);

  EXPECT_EQ(fault_of(call),
            "GET " + call.url + ": no answer within 20 ms (waiting for its answer)");
}

TEST(HttpClient, RefusesWhatCannotBeSent) {
  HttpCall call;
  call.url = "http://127.0.0.1:1/\r\nX: y";
  EXPECT_EQ(fault_of(call), "GET: the URL holds a blank or a byte that must be encoded");
  call.url = "http://127.0.0.1:1/";
  call.headers = {{"a", "b\r\nX: y"}};
  EXPECT_EQ(fault_of(call), "GET: a header holds a line break");
}

TEST(HttpClient, MayBeAbandoned) {
  const test::Fd silent = test::listen_on_loopback();
  HttpCall call;
  call.url = at(test::local_port(silent));
  net::io_context loop;
  bool has_ended = false;
  net::co_spawn(loop, http_call(call), [&](auto&&...) { has_ended = true; });

  loop.run_one_for(std::chrono::milliseconds(1));

  EXPECT_FALSE(has_ended) << "the loop is destroyed with the call in it";
}

/// Answers one client over TLS, with a certificate of its own.
class TlsServer {
 public:
  TlsServer(const std::filesystem::path& folder, const std::string& names) {
    write_certificate(folder, names);
    tls_.use_certificate_file((folder / "certificate.pem").string(), net::ssl::context::pem);
    tls_.use_private_key_file((folder / "key.pem").string(), net::ssl::context::pem);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() { thread_.join(); }
  std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  /// The name that the client asked for; after the client's call.
  std::string asked_for() {
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([] {});
    return asked_for_;
  }

 private:
  void serve() {
    boost::system::error_code failed;
    net::ssl::stream<net::ip::tcp::socket> client(acceptor_.accept(), tls_);
    client.handshake(net::ssl::stream_base::server, failed);
    if (failed) return;
    const char* name = SSL_get_servername(client.native_handle(), TLSEXT_NAMETYPE_host_name);
    asked_for_ = name == nullptr ? "" : name;
    char block[1024];
    client.read_some(net::buffer(block), failed);
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe";
    net::write(client, net::buffer(answer), failed);
  }
  net::io_context loop_;
  net::ip::tcp::acceptor acceptor_{loop_,
                                   net::ip::tcp::endpoint(net::ip::address_v4::loopback(), 0)};
  net::ssl::context tls_{net::ssl::context::tls_server};
  std::string asked_for_;
  std::thread thread_;
};

TEST(HttpClient, TrustsACertificateOfAnAuthorityForTheName) {
  const TemporaryFolder folder;
  TlsServer server(folder / "", "DNS:localhost");
  HttpCall call;
  call.url = "https://localhost:" + server.port() + "/";
  call.trust_file = folder / "certificate.pem";

  EXPECT_EQ(answer_to(call).body, "safe");
  EXPECT_EQ(server.asked_for(), "localhost");
}

TEST(HttpClient, TrustsACertificateForAnAddress) {
  const TemporaryFolder folder;
  TlsServer server(folder / "", "IP:127.0.0.1");
  HttpCall call;
  call.url = "https://127.0.0.1:" + server.port() + "/";
  call.trust_file = folder / "certificate.pem";

  EXPECT_EQ(answer_to(call).body, "safe");
  EXPECT_EQ(server.asked_for(), "") << "an address is no name to ask for";
}

TEST(HttpClient, RefusesACertificateOfAnotherName) {
  const TemporaryFolder folder;
  const TlsServer server(folder / "", "DNS:elsewhere.example");
  HttpCall call;
  call.url = "https://localhost:" + server.port() + "/";
  call.trust_file = folder / "certificate.pem";

  EXPECT_NE(fault_of(call).find("the certificate of localhost is not trusted: hostname mismatch"),
            std::string::npos);
}

TEST(HttpClient, RefusesACertificateThatNobodyVouchesFor) {
  const TemporaryFolder folder;
  const TlsServer server(folder / "", "DNS:localhost");
  HttpCall call;
  call.url = "https://localhost:" + server.port() + "/";

  EXPECT_NE(fault_of(call).find("the certificate of localhost is not trusted: "),
            std::string::npos);
}

TEST(HttpClient, SaysThatTheCertificatesToTrustCannotBeRead) {
  const test::Fd server = test::listen_on_loopback();
  HttpCall call;
  call.url = "https://127.0.0.1:" + std::to_string(test::local_port(server)) + "/";
  call.trust_file = "/no/such/file.pem";

  EXPECT_NE(fault_of(call).find("cannot be read from /no/such/file.pem"), std::string::npos);
}

TEST(HttpClient, HandsOnABodyAsItComesHoweverLongItIs) {
  const OneAnswer server(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  std::string got;
  HttpCall call;
  call.url = at(server.port());
  call.answer_max = 4;
  call.on_piece = [&got](std::string_view piece) { got += piece; };

  const HttpAnswer answer = answer_to(call);

  EXPECT_EQ(got, "abcde");
  EXPECT_EQ(answer.body, "");
}

TEST(HttpClient, HandsOnEachPieceBeforeTheNextOneComes) {
  const test::Fd listener = test::listen_on_loopback();
  std::promise<void> seen;
  std::thread server([&] {
    const test::Fd client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    read_head(client);
    const std::string first = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n";
    EXPECT_EQ(send(client.get(), first.data(), first.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(first.size()));
    EXPECT_EQ(seen.get_future().wait_for(test::patience()), std::future_status::ready);
    const std::string rest = "3\r\ntwo\r\n0\r\n\r\n";
    EXPECT_EQ(send(client.get(), rest.data(), rest.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(rest.size()));
  });
  std::string got;
  HttpCall call;
  call.url = at(test::local_port(listener));
  call.timeout = test::patience();
  call.on_piece = [&](std::string_view piece) {
    if (got.empty()) seen.set_value();
    got += piece;
  };

  answer_to(call);

  server.join();
  EXPECT_EQ(got, "onetwo");
}

TEST(HttpClient, KeepsTheBodyOfARefusalThatWouldHaveBeenHandedOn) {
  const OneAnswer server("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
  HttpCall call;
  call.url = at(server.port());
  call.on_piece = [](std::string_view) { ADD_FAILURE(); };

  const HttpAnswer answer = answer_to(call);

  EXPECT_EQ(answer.status, 404u);
  EXPECT_EQ(answer.body, "no");
}

TEST(HttpClient, SaysThatABodyThatItHandsOnWasCutShort) {
  const OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
  std::string got;
  HttpCall call;
  call.url = at(server.port());
  call.on_piece = [&got](std::string_view piece) { got += piece; };

  EXPECT_NE(fault_of(call).find("in the middle of its answer"), std::string::npos);
  EXPECT_EQ(got, "abc");
}

}  // namespace
}  // namespace gapura::autoscale
