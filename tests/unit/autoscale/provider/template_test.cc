#include "autoscale/provider/template.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "autoscale/provider/json_path.h"

namespace gapura::autoscale {
namespace {

TEST(Template, PutsValuesInAsWhereTheyStandAsks) {
  const Words words{{"name", "a b&c=\"d\"\n/é"}};
  EXPECT_EQ(expand("x{{name}}y", words, Escape::none), "xa b&c=\"d\"\n/éy");
  EXPECT_EQ(expand("?n={{name}}", words, Escape::url), "?n=a%20b%26c%3D%22d%22%0A%2F%C3%A9");
  EXPECT_EQ(expand(R"({"n": "{{name}}"})", words, Escape::json), R"({"n": "a b&c=\"d\"\n/é"})");
}

TEST(Template, LeavesAloneWhatItDoesNotKnow) {
  EXPECT_EQ(expand("{{a}} {{ b }} {{", Words{{"b", "x"}}, Escape::none), "{{a}} {{ b }} {{");
  EXPECT_EQ(expand("", {}, Escape::none), "");
}

TEST(Template, PutsNothingIntoWhatWasPutIn) {
  EXPECT_EQ(expand("{{a}}", Words{{"a", "{{b}}"}, {"b", "x"}}, Escape::none), "{{b}}");
}

TEST(Template, MakesForms) {
  EXPECT_EQ(form_of({{"a", "1 2"}, {"b&", "="}}), "a=1%202&b%26=%3D");
  EXPECT_EQ(form_of({}), "");
}

TEST(Template, MasksSecretsHoweverTheyWereWritten) {
  const Words secrets{{"token", "a\"b c"}, {"empty", ""}};
  EXPECT_EQ(masked("x a\"b c y a%22b%20c z a\\\"b c", secrets), "x *** y *** z ***");
}

boost::json::value answer() {
  return boost::json::parse(R"({
    "data": [{"id": 7, "on": true, "net": [{"type": "public", "ip": "1.2.3.4"},
                                            {"type": "private", "ip": "10.0.0.2"}]}],
    "ip-list": {"a": null}, "odd": [{"k": "x]y", "v": 1}]})");
}

TEST(JsonPath, FindsNamesIndicesAndFilteredOnes) {
  EXPECT_EQ(text_at(answer(), "data[0].id"), "7");
  EXPECT_EQ(text_at(answer(), "data[0].on"), "true");
  EXPECT_EQ(text_at(answer(), "data[0].net[?type=='private'].ip"), "10.0.0.2");
  EXPECT_EQ(text_at(answer(), "data[?id=='7'].net[0].ip"), "1.2.3.4");
  EXPECT_EQ(text_at(answer(), "odd[?k=='x]y'].v"), "1");
  EXPECT_EQ(text_at(boost::json::parse(R"([{"a": "b"}])"), "[?a=='b'].a"), "b");
}

TEST(JsonPath, GivesNothingForWhatIsNotThere) {
  for (const char* path :
       {"nobody", "data.id", "data[1]", "data[x]", "data[-1]", "data[0", "data[?id=='8']",
        "data[?id==7]", "data[?]", "data[0].id.more", "ip-list.a", "data", "[0]", "data[?id=="}) {
    EXPECT_EQ(text_at(answer(), path), "") << path;
  }
}

}  // namespace
}  // namespace gapura::autoscale
