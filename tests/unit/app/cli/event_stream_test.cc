#include "app/cli/event_stream.h"

#include <gtest/gtest.h>
#include <vector>

namespace gapura::app::cli {
namespace {

struct Seen {
  std::vector<std::string> lines;
  EventStream stream{
      [this](const ServerEvent& event) { lines.push_back(event.kind + "=" + event.data); }};
};

using Lines = std::vector<std::string>;

TEST(EventStream, GivesKindAndDataAtTheEmptyLine) {
  Seen seen;
  seen.stream.feed("event: stats\ndata: {}\n");
  EXPECT_EQ(seen.lines, Lines{});

  seen.stream.feed("\n");

  EXPECT_EQ(seen.lines, Lines{"stats={}"});
}

TEST(EventStream, ReadsPiecesCutAnywhereAndEveryLineEnd) {
  const std::string text =
      ": hello\r\nretry: 2000\r\n\r\nid: r-7\r\ndata: one\r\ndata: two\r\n\r\nevent:x\rdata:y\r\r"
      "data\n\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Seen seen;
    seen.stream.feed(text.substr(0, cut));
    seen.stream.feed(text.substr(cut));
    EXPECT_EQ(seen.lines, (Lines{"message=one\ntwo", "x=y", "message="})) << cut;
    EXPECT_EQ(seen.stream.last_id(), "r-7");
  }
}

TEST(EventStream, ForgetsWhatWasHalfReadOfALostConnection) {
  Seen seen;
  seen.stream.feed("id: 3\ndata: old");
  seen.stream.reset();
  seen.stream.feed("data: new\n\n");

  EXPECT_EQ(seen.lines, Lines{"message=new"});
  EXPECT_EQ(seen.stream.last_id(), "3");
}

}  // namespace
}  // namespace gapura::app::cli
