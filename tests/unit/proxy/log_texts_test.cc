// What is kept of a request for its line in the access log, and where its memory goes.
#include "proxy/log_texts.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/unit/proxy/parsed_heads.h"

namespace gapura::proxy {
namespace {

using Part = LogTexts::Part;

TEST(LogTexts, KeepWhatALineNeedsOfAHead) {
  LogTexts texts;
  {
    const ParsedRequest request(request_with("Referer: http://r/\r\nuser-AGENT: curl\r\n"));
    texts.set(request.head);
  }

  EXPECT_EQ(texts.of(Part::method), "GET");
  EXPECT_EQ(texts.of(Part::target), "/");
  EXPECT_EQ(texts.of(Part::authority), "a");
  EXPECT_EQ(texts.of(Part::referer), "http://r/");
  EXPECT_EQ(texts.of(Part::user_agent), "curl");
  EXPECT_EQ(texts.of(Part::router), "");
  EXPECT_EQ(texts.of(Part::service), "");
  EXPECT_EQ(texts.of(Part::target_url), "");
}

TEST(LogTexts, TheLastAttemptCounts) {
  LogTexts texts;
  texts.set(ParsedRequest(request_with("")).head);
  texts.note_route("first@file", "one@file");
  texts.note_target("http://10.0.0.1:80");

  texts.note_route("second@file", "two@file");
  texts.note_target("http://10.0.0.2:80");

  EXPECT_EQ(texts.of(Part::method), "GET");
  EXPECT_EQ(texts.of(Part::router), "second@file");
  EXPECT_EQ(texts.of(Part::service), "two@file");
  EXPECT_EQ(texts.of(Part::target_url), "http://10.0.0.2:80");
}

TEST(LogTexts, ShowNothingOfTheRequestBefore) {
  LogTexts texts;
  texts.set(ParsedRequest(request_with("Referer: http://r/\r\n")).head);
  texts.note_route("r@file", "s@file");
  texts.note_target("http://10.0.0.1:80");

  texts.set_refused();

  EXPECT_EQ(texts.of(Part::method), "-");
  EXPECT_EQ(texts.of(Part::target), "-");
  for (const Part part : {Part::authority, Part::referer, Part::user_agent, Part::router,
                          Part::service, Part::target_url}) {
    EXPECT_EQ(texts.of(part), "");
  }
}

TEST(SpareLogTexts, GiveTheSameMemoryAgain) {
  SpareLogTexts spare;
  const LogTexts* first = spare.take().get();
  ASSERT_EQ(spare.size(), 1u);

  const SpareLogTexts::Taken again = spare.take();

  EXPECT_EQ(again.get(), first);
  EXPECT_EQ(spare.size(), 0u);
  EXPECT_NE(spare.take().get(), first) << "it is in use";
}

TEST(SpareLogTexts, DoNotKeepWhatALongUrlTook) {
  SpareLogTexts spare;
  for (const std::size_t bytes : {SpareLogTexts::kBytesMax / 2, SpareLogTexts::kBytesMax + 1}) {
    const SpareLogTexts::Taken texts = spare.take();
    texts->note_target(std::string(bytes, 'a'));
    EXPECT_GE(texts->capacity(), bytes);
  }

  EXPECT_EQ(spare.size(), 0u) << "the second one was the first one's memory";
}

TEST(SpareLogTexts, KeepNoMoreThanTheyMay) {
  SpareLogTexts spare;
  {
    std::vector<SpareLogTexts::Taken> all;
    for (std::size_t i = 0; i < SpareLogTexts::kKept + 1; ++i) all.push_back(spare.take());
  }

  EXPECT_EQ(spare.size(), SpareLogTexts::kKept);
}

}  // namespace
}  // namespace gapura::proxy
