// Bodies both ways: every framing, the edges of the buffers, and sizes that must not be kept.
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>

#include "tests/support/fake_target.h"
#include "tests/support/raw_client.h"
#include "tests/support/server_fixture.h"

namespace gapura::test {
namespace {

constexpr std::size_t kBlock = 16 * 1024;
const std::vector<std::size_t> kSizes{
    0, 1, 2, kBlock - 1, kBlock, kBlock + 1, 4 * kBlock - 1, 4 * kBlock, 4 * kBlock + 1, 1 << 20};

TEST(RequestBody, ArrivesWholeWithALength) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  for (const std::size_t size : kSizes) {
    const std::string body = pattern(size, 0, size);
    const Response response = client.ask(post("/calculate", body), "POST");
    ASSERT_EQ(response.status, 200) << size << response.fault;
    EXPECT_EQ(response.body, default_body("a", "none", "POST", checksum_of(body))) << size;
    EXPECT_FALSE(target.last_request().was_chunked);
  }
}

TEST(RequestBody, ArrivesWholeInChunks) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  for (const std::size_t size : kSizes) {
    for (const std::size_t chunk : {std::size_t{1'000}, kBlock, std::size_t{1} << 20}) {
      const std::string body = pattern(size, 0, size);
      const Response response = client.ask(post_chunked("/calculate", body, chunk), "POST");
      ASSERT_EQ(response.status, 200) << size << response.fault;
      EXPECT_EQ(response.body, default_body("a", "none", "POST", checksum_of(body))) << size;
    }
  }
}

TEST(RequestBody, MayFollowAHundredContinue) {
  const FakeTarget target("a");
  ServerFixture server({&target});
  RawClient client(server.port());

  client.send(
      "POST /calculate HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
      "Expect: 100-continue\r\n\r\n");
  const std::string interim = client.read_raw(25);
  client.send("hello");

  EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.read_response("POST").body,
            default_body("a", "none", "POST", checksum_of("hello")));
}

TEST(RequestBody, AnAnswerThatComesBeforeItsEndIsPassedOn) {
  FakeTarget target("a");
  target.on_head([](const Request& request) -> std::optional<Reply> {
    if (request.method != "POST") return std::nullopt;
    Reply refused;
    refused.status = 413;
    refused.body = "too much";
    refused.end = Reply::End::close;
    return refused;
  });
  ServerFixture server({&target});
  RawClient client(server.port());

  client.send("POST /calculate HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\nsome");
  const Response response = client.read_response("POST");

  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, "too much");
  RawClient next(server.port());
  EXPECT_EQ(next.ask(get("/calculate")).status, 200);
}

TEST(ResponseBody, ArrivesWholeInEachFraming) {
  FakeTarget target("a");
  target.on("/calculate", [](const Request& request) {
    Reply reply;
    const std::size_t size = std::stoul(request.field("X-Size").value_or("0"));
    const std::string framing = request.field("X-Framing").value_or("");
    reply.body = pattern(size, 0, size);
    reply.framing = framing == "chunked" ? Reply::Framing::chunked
                    : framing == "close" ? Reply::Framing::until_close
                                         : Reply::Framing::content_length;
    return reply;
  });
  ServerFixture server({&target});
  RawClient client(server.port());

  for (const std::string framing : {"length", "chunked", "close"}) {
    for (const std::size_t size : kSizes) {
      const std::string fields =
          "X-Size: " + std::to_string(size) + "\r\nX-Framing: " + framing + "\r\n";
      RawClient fresh(server.port());
      // A body that lasts until the close may close the client's connection too.
      RawClient& used = framing == "close" ? fresh : client;
      const Response response = used.ask(get("/calculate", fields));
      ASSERT_TRUE(response.ok()) << framing << " " << size << " " << response.fault;
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body_sum, checksum_of_pattern(size, size)) << framing << " " << size;
    }
  }
}

TEST(ResponseBody, DribbledBytesArriveAsTheyCome) {
  FakeTarget target("a");
  Reply reply;
  reply.framing = Reply::Framing::chunked;
  reply.pattern_bytes = 200;
  reply.gate_in_body = std::make_shared<Gate>();
  reply.gate_in_body_at = 100;
  reply.dribble_bytes = 7;
  target.on("/calculate", reply);
  ServerFixture server({&target});
  RawClient client(server.port());

  client.send(get("/calculate"));
  Response response = client.read_head();
  // The first half must come through although the rest is not there yet.
  const std::string expected = pattern(1, 0, 7);
  std::string raw;
  while (raw.find(expected) == std::string::npos) {
    const std::string more = client.read_raw(1);
    ASSERT_FALSE(more.empty());
    raw += more;
  }
  reply.gate_in_body->open();
}

TEST(ResponseBody, HeadHasTheFieldsAndNoBody) {
  FakeTarget target("a");
  Reply reply;
  reply.pattern_bytes = 12'345;
  target.on("/calculate", reply);
  ServerFixture server({&target});
  RawClient client(server.port());

  client.send("HEAD /calculate HTTP/1.1\r\nHost: x\r\n\r\n");
  const Response head = client.read_response("HEAD");
  const Response next = client.ask(get("/calculate"));

  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "12345");
  EXPECT_TRUE(next.ok());
  EXPECT_EQ(next.body_sum, checksum_of_pattern(1, 12'345));
}

TEST(ResponseBody, NoContentAndNotModifiedHaveNone) {
  FakeTarget target("a");
  target.on("/calculate", [](const Request& request) {
    Reply reply;
    reply.status = std::stoi(request.field("X-Status").value_or("200"));
    if (reply.status == 304) reply.fields.emplace_back("Content-Length", "999");
    return reply;
  });
  ServerFixture server({&target});
  RawClient client(server.port());

  for (const int status : {204, 304, 204, 200, 304}) {
    const std::string field = "X-Status: " + std::to_string(status) + "\r\n";
    const Response response = client.ask(get("/calculate", field));
    ASSERT_TRUE(response.ok()) << status << response.fault;
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, "");
  }
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsOurs = false;  // quarantines and shadows count as well
constexpr std::uint64_t kLarge = 8 << 20;
#else
constexpr bool kMemoryIsOurs = true;
constexpr std::uint64_t kLarge = 64 << 20;
#endif

/// Resident memory of this process, the server's part of it included. MiB.
double resident_mib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kib = 0;
  while (status >> word) {
    if (word == "VmRSS:") status >> kib;
  }
  return kib / 1'024;
}

TEST(LargeBody, StreamsDownWithBoundedMemory) {
  FakeTarget target("a");
  Reply reply;
  reply.pattern_bytes = kLarge;
  target.on("/calculate", reply);
  ServerFixture server({&target});
  RawClient warm_up(server.port());
  ASSERT_EQ(warm_up.ask(get("/calculate")).body_sum, checksum_of_pattern(1, kLarge));
  const double before = resident_mib();

  // A client that does not read: the rest must stay at the target.
  RawClient client(server.port());
  client.send(get("/calculate"));
  Response response = client.read_head();
  for (int i = 0; i < 30; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // lets it be greedy, if it is
    if (kMemoryIsOurs) {
      ASSERT_LT(resident_mib(), before + 24);
    }
  }
  client.read_body(response);

  EXPECT_TRUE(response.ok()) << response.fault;
  EXPECT_EQ(response.body_sum, checksum_of_pattern(1, kLarge));
  if (kMemoryIsOurs) {
    EXPECT_LT(resident_mib(), before + 24);
  }
}

TEST(LargeBody, StreamsUpWithBoundedMemory) {
  FakeTarget target("a");
  const auto gate = std::make_shared<Gate>();
  ServerFixture server({&target});
  const double before = resident_mib();

  for (const bool is_chunked : {false, true}) {
    RawClient client(server.port());
    client.send("POST /calculate HTTP/1.1\r\nHost: x\r\n" +
                (is_chunked ? std::string("Transfer-Encoding: chunked")
                            : "Content-Length: " + std::to_string(kLarge)) +
                "\r\n\r\n");
    constexpr std::size_t kPiece = 256 * 1024;
    for (std::uint64_t at = 0; at < kLarge; at += kPiece) {
      const std::string piece = pattern(9, at, kPiece);
      const std::string framed = is_chunked ? "40000\r\n" + piece + "\r\n" : piece;
      ASSERT_TRUE(client.send(framed));
    }
    if (is_chunked) {
      ASSERT_TRUE(client.send("0\r\n\r\n"));
    }
    const Response response = client.read_response("POST");
    ASSERT_EQ(response.status, 200) << response.fault;
    EXPECT_EQ(response.body, default_body("a", "none", "POST", checksum_of_pattern(9, kLarge)));
    // The target keeps the first 4 MiB.
    if (kMemoryIsOurs) {
      EXPECT_LT(resident_mib(), before + 40);
    }
  }
}

}  // namespace
}  // namespace gapura::test
