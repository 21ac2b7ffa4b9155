// Our head parser against Beast's, on the heads of a browser and of curl. The same bytes for all,
// and every contender ends with every field's name and value as views or strings of its own.
#include <array>
#include <benchmark/benchmark.h>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "proxy/head_writer.h"
#include "proxy/http_head.h"

namespace gapura::proxy {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::string_view kCurl =
    "GET /calculate HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: curl/7.88.1\r\n"
    "Accept: */*\r\n\r\n";
constexpr std::string_view kBrowser =
    "GET /calculate?x=1&y=2 HTTP/1.1\r\nHost: shop.example\r\nConnection: keep-alive\r\n"
    "Cache-Control: max-age=0\r\n"
    "sec-ch-ua: \"Chromium\";v=\"118\", \"Google Chrome\";v=\"118\", \"Not=A?Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\nUpgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/118.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "*/*;q=0.8\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\n"
    "Sec-Fetch-Dest: document\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark; consent=all\r\n\r\n";

std::string_view head_of(const benchmark::State& state) {
  return state.range(0) == 0 ? kCurl : kBrowser;
}

/// The least that Beast can be made to do: views of every field, nothing copied.
class ViewParser : public http::basic_parser<true> {
 public:
  explicit ViewParser(std::array<HttpField, kFieldsMax>& its_fields) : fields(its_fields) {}

  std::string_view method, target;
  std::array<HttpField, kFieldsMax>& fields;  // the caller's: clearing them would cost 6 KiB a head
  std::size_t count = 0;

 private:
  static std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }
  void on_request_impl(http::verb, beast::string_view name, beast::string_view where, int,
                       beast::error_code&) override {
    method = view(name);
    target = view(where);
  }
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                     beast::error_code&) override {
    fields[count++] = {view(name), view(value)};
  }
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override {
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 beast::error_code&) override {
    return body.size();
  }
  void on_finish_impl(beast::error_code&) override {}
};

void note_size(benchmark::State& state, std::string_view head) {
  state.SetBytesProcessed(static_cast<std::int64_t>(head.size()) * state.iterations());
}

void ours(benchmark::State& state) {
  const std::string_view head = head_of(state);
  RequestHead parsed;
  for (auto _ : state) {
    const HeadResult result = parse_request_head(head, 1 << 20, parsed);
    benchmark::DoNotOptimize(parsed.fields.count);
    check(result.state == HeadState::complete, "our parser refused the head");
  }
  note_size(state, head);
}

void beast_basic_parser(benchmark::State& state) {
  const std::string_view head = head_of(state);
  std::array<HttpField, kFieldsMax> fields;
  std::optional<ViewParser> parser;  // used once each: Beast's parsers cannot be reset
  for (auto _ : state) {
    parser.emplace(fields);
    beast::error_code error;
    parser->put(boost::asio::buffer(head.data(), head.size()), error);
    benchmark::DoNotOptimize(parser->count);
    check(!error && parser->is_header_done(), "basic_parser refused the head");
  }
  RequestHead same;
  parse_request_head(head, 1 << 20, same);
  check(parser->count == same.fields.count, "the contenders see different fields");
  note_size(state, head);
}

void beast_request_parser(benchmark::State& state) {
  const std::string_view head = head_of(state);
  std::optional<http::request_parser<http::empty_body>> parser;
  for (auto _ : state) {
    parser.emplace();
    beast::error_code error;
    parser->put(boost::asio::buffer(head.data(), head.size()), error);
    benchmark::DoNotOptimize(parser->get().target().data());
    check(!error && parser->is_header_done(), "request_parser refused the head");
  }
  note_size(state, head);
}

/// What follows the parse: the head as the target gets it.
void write_head(benchmark::State& state) {
  const std::string_view head = head_of(state);
  RequestHead parsed;
  parse_request_head(head, 1 << 20, parsed);
  const RequestRendering rendering{.path_query = parsed.path_query};
  const Forwarding forwarding{.client_address = "192.0.2.7", .server = "gate"};
  HeadText out;
  for (auto _ : state) {
    write_request_head(out, parsed, rendering, forwarding);
    benchmark::DoNotOptimize(out.view().data());
  }
  note_size(state, head);
}

BENCHMARK(ours)->ArgName("browser")->Arg(0)->Arg(1);
BENCHMARK(beast_basic_parser)->ArgName("browser")->Arg(0)->Arg(1);
BENCHMARK(beast_request_parser)->ArgName("browser")->Arg(0)->Arg(1);
BENCHMARK(write_head)->ArgName("browser")->Arg(0)->Arg(1);

}  // namespace
}  // namespace gapura::proxy
