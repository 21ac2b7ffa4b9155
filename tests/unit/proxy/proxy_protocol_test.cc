#include "proxy/proxy_protocol.h"

#include <gtest/gtest.h>
#include <string>

namespace gapura::proxy {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string verdict(const std::string& bytes) {
  const Preamble preamble = read_preamble(bytes);
  switch (preamble.state) {
    case PreambleState::absent: return "absent";
    case PreambleState::incomplete: return "incomplete";
    case PreambleState::refused: return "refused";
    case PreambleState::complete: break;
  }
  return preamble.source.to_string() + "|" + bytes.substr(preamble.bytes);
}

std::string version_2(char command, char family, const std::string& rest) {
  return kSignature + command + family + static_cast<char>(rest.size() >> 8) +
         static_cast<char>(rest.size() & 0xff) + rest;
}

/// Before it is whole every part of it is incomplete, whatever it ends with.
void expect_incomplete_parts(const std::string& preamble) {
  for (std::size_t size = 0; size < preamble.size(); ++size) {
    EXPECT_EQ(verdict(preamble.substr(0, size)), "incomplete") << size;
  }
}

TEST(ProxyProtocol, ReadsVersion1) {
  const std::string v4 = "PROXY TCP4 192.0.2.7 198.51.100.1 50000 80\r\n";
  EXPECT_EQ(verdict(v4 + "GET"), "192.0.2.7:50000|GET");
  EXPECT_EQ(verdict("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n"), "[2001:db8::1]:0|");
  expect_incomplete_parts(v4);
}

TEST(ProxyProtocol, TakesThePeerWhereVersion1KnowsNothing) {
  EXPECT_EQ(verdict("PROXY UNKNOWN\r\nG"), "|G");
  EXPECT_EQ(verdict("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), "|");
}

TEST(ProxyProtocol, RefusesVersion1ThatBreaksItsRules) {
  for (const char* line :
       {"PROXY TCP4 192.0.2.7 198.51.100.1 50000\r\n", "PROXY TCP4  192.0.2.7 1.1.1.1 1 2\r\n",
        "PROXY TCP4 2001:db8::1 ::1 1 2\r\n", "PROXY TCP6 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 01 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 65536 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 -1 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 \r\n",
        "PROXY TCP4 1.1.1.256 2.2.2.2 1 2\r\n", "PROXY UDP4 1.1.1.1 2.2.2.2 1 2\r\n",
        "PROXY tcp4 1.1.1.1 2.2.2.2 1 2\r\n", "PROXY UNKNOWNS\r\n", "PROXY \r\n"}) {
    EXPECT_EQ(verdict(line), "refused") << line;
  }
  EXPECT_EQ(verdict("PROXY UNKNOWN " + std::string(100, 'x')), "refused");  // 107 bytes at most
}

TEST(ProxyProtocol, ReadsVersion2) {
  const std::string v4 =
      version_2('\x21', '\x11', "\xc0\x00\x02\x07\x7f\x00\x00\x01\xc3\x50\x00\x50"s);
  EXPECT_EQ(verdict(v4 + "GET"), "192.0.2.7:50000|GET");
  expect_incomplete_parts(v4);

  const std::string source = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01";
  const std::string v6 = source + std::string(16, '\0') + "\x00\x50\x00\x51"s;
  EXPECT_EQ(verdict(version_2('\x21', '\x21', v6)), "[2001:db8::1]:80|");
}

TEST(ProxyProtocol, SkipsWhatVersion2Adds) {
  const std::string addresses = "\xc0\x00\x02\x07\x7f\x00\x00\x01\xc3\x50\x00\x50"s;
  const std::string more(3'000, '\x04');
  EXPECT_EQ(verdict(version_2('\x21', '\x11', addresses + more) + "G"), "192.0.2.7:50000|G");
}

TEST(ProxyProtocol, TakesThePeerWhereVersion2SaysNothing) {
  EXPECT_EQ(verdict(version_2('\x20', '\x00', "") + "G"), "|G");              // LOCAL
  EXPECT_EQ(verdict(version_2('\x21', '\x00', "xyz") + "G"), "|G");           // unspecified
  EXPECT_EQ(verdict(version_2('\x21', '\x31', std::string(216, 'u'))), "|");  // a Unix socket
}

// CVE class of TLV overreads: lengths are looked at before bytes are.
TEST(ProxyProtocol, RefusesVersion2ThatBreaksItsRules) {
  EXPECT_EQ(verdict(version_2('\x11', '\x11', std::string(12, 'a'))), "refused");  // version 1
  EXPECT_EQ(verdict(version_2('\x22', '\x11', std::string(12, 'a'))), "refused");  // command 2
  EXPECT_EQ(verdict(version_2('\x21', '\x11', std::string(11, 'a'))), "refused");  // short
  EXPECT_EQ(verdict(version_2('\x21', '\x21', std::string(35, 'a'))), "refused");
}

TEST(ProxyProtocol, LeavesHttpAlone) {
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n"), "absent");
  EXPECT_EQ(verdict("PROPFIND / HTTP/1.1\r\n"), "absent");
  EXPECT_EQ(verdict("\r\nGET"), "absent");
  EXPECT_EQ(verdict("PRO"), "incomplete");
  EXPECT_EQ(verdict(""), "incomplete");
}

}  // namespace
}  // namespace gapura::proxy
