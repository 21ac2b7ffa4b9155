#include "bench/load/answer_reader.h"

#include <gtest/gtest.h>
#include <string_view>

namespace gapura::bench {
namespace {

using State = AnswerReader::State;

TEST(AnswerReader, FindsTheEndWhereverTheBytesAreCut) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 5\r\n\r\nhello";
  for (std::size_t cut = 1; cut < kAnswer.size(); ++cut) {
    AnswerReader reader;

    EXPECT_EQ(reader.read(kAnswer.substr(0, cut)), State::reading) << cut;
    EXPECT_EQ(reader.read(kAnswer.substr(cut)), State::complete) << cut;
    EXPECT_EQ(reader.status(), 200);
    EXPECT_FALSE(reader.closes());
  }
}

TEST(AnswerReader, PassesInterimAnswers) {
  AnswerReader reader;

  EXPECT_EQ(reader.read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nConnection: close\r\n"
                        "Content-Length: 0\r\n\r\n"),
            State::complete);
  EXPECT_EQ(reader.status(), 404);
  EXPECT_TRUE(reader.closes());
}

TEST(AnswerReader, RefusesWhatItCannotMeasure) {
  for (const std::string_view answer :
       {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "SMTP 200 what is this\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab"}) {
    AnswerReader reader;

    EXPECT_EQ(reader.read(answer), State::broken) << answer;
  }
}

TEST(AnswerReader, ExpectsBytesOnAnEchoingConnection) {
  AnswerReader reader;
  EXPECT_EQ(reader.read("HTTP/1.1 101 Switching Protocols\r\n\r\n"), State::complete);

  reader.expect_bytes(4);

  EXPECT_EQ(reader.read("ab"), State::reading);
  EXPECT_EQ(reader.read("cd"), State::complete);
}

}  // namespace
}  // namespace gapura::bench
