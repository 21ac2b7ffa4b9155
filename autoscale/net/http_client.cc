#include "autoscale/net/http_client.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <optional>

#include "autoscale/net/connection.h"
#include "autoscale/net/trust.h"
#include "autoscale/net/url.h"
#include "base/ascii.h"
#include "base/async/as_result.h"

namespace gapura::autoscale {
namespace {

namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t kHeadBytesMax = 64 << 10;
/// Streams of ours say something every 15 s at least; whoever is silent for longer is gone.
constexpr Milliseconds kSilenceMax{45'000};
constexpr int kInterimMax = 10;  ///< answers of 1xx before the real one

bool is_field(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// Empty, or why no request can be made of it.
std::string fault_of(const HttpCall& call) {
  for (const auto& [name, value] : call.headers) {
    if (name.empty() || !is_field(name) || !is_field(value)) {
      return "a header holds a line break";
    }
  }
  return {};
}

Request request_of(const HttpCall& call, const Url& url) {
  Request request;
  request.method_string(call.method);
  request.target(url.target);
  request.version(11);
  request.set(http::field::host, url.authority);
  request.set(http::field::user_agent, "gapura");
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : call.headers) request.set(name, value);
  request.body() = call.body;
  if (!call.body.empty() || (call.method != "GET" && call.method != "HEAD")) {
    request.prepare_payload();
  }
  return request;
}

HttpAnswer answer_of(Parser& parser) {
  HttpAnswer answer;
  answer.status = parser.get().result_int();
  for (const auto& field : parser.get()) {
    answer.headers.emplace_back(field.name_string(), field.value());
  }
  answer.body = std::move(parser.get().body());
  return answer;
}

std::string explain(beast::error_code failed) {
  if (failed == http::error::body_limit || failed == http::error::buffer_overflow) {
    return "the answer is too large";
  }
  if (failed == http::error::end_of_stream) return "it closed the connection without an answer";
  if (failed == http::error::partial_message || failed == ssl::error::stream_truncated) {
    return "it closed the connection in the middle of its answer";
  }
  const bool is_http = failed.category() == make_error_code(http::error::bad_version).category();
  return is_http ? "it does not answer in HTTP: " + failed.message() : failed.message();
}

/// Hands on the body of which the head has been read. The parser is not eager: it would keep a
/// piece until it has seen the beginning of the next chunk.
template <class Stream>
net::awaitable<HttpOutcome> pass_on(Connection& connection, Stream& stream,
                                    beast::flat_buffer& buffer, Parser& parser,
                                    const HttpCall& call) {
  std::string& piece = parser.get().body();
  for (;;) {
    if (!piece.empty()) call.on_piece(piece);
    piece.clear();
    if (parser.is_done()) co_return answer_of(parser);
    connection.limit(kSilenceMax);
    const auto [failed, read] = co_await http::async_read_some(stream, buffer, parser, as_result);
    if (failed) co_return explain(failed);
  }
}

/// Sends the request and reads the answer over a stream that is ready.
template <class Stream>
net::awaitable<HttpOutcome> converse(Connection& connection, Stream& stream, const Request& request,
                                     const HttpCall& call) {
  // A server may answer and close before it has read everything: what it said counts.
  const auto [unsent, sent] = co_await http::async_write(stream, request, as_result);
  beast::flat_buffer buffer;
  for (int interim = 0; interim < kInterimMax; ++interim) {
    Parser parser;
    parser.body_limit(call.answer_max);
    parser.header_limit(kHeadBytesMax);
    parser.skip(request.method() == http::verb::head);
    if (call.on_piece) {
      const auto [failed, read] =
          co_await http::async_read_header(stream, buffer, parser, as_result);
      if (failed) co_return explain(unsent ? unsent : failed);
      if (parser.get().result() == http::status::ok) {
        parser.body_limit(boost::none);
        co_return co_await pass_on(connection, stream, buffer, parser, call);
      }
    }
    const auto [failed, read] = co_await http::async_read(stream, buffer, parser, as_result);
    if (failed) co_return explain(unsent ? unsent : failed);
    if (parser.get().result_int() >= 200) co_return answer_of(parser);
  }
  co_return std::string("it does not answer in HTTP: one interim answer after the other");
}

std::string explain_handshake(SSL* handle, const std::string& host, beast::error_code failed) {
  const long verdict = SSL_get_verify_result(handle);
  if (verdict == X509_V_OK) return "no TLS with " + host + ": " + failed.message();
  std::string text =
      "the certificate of " + host + " is not trusted: " + X509_verify_cert_error_string(verdict);
  return text;
}

/// An address is not a name: RFC 6066 3 forbids it in SNI, and certificates keep it elsewhere.
bool expect_host(SSL* handle, const std::string& host) {
  if (Endpoint::parse(host, 0)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host.c_str()) == 1;
  }
  return SSL_set_tlsext_host_name(handle, host.c_str()) == 1 &&
         SSL_set1_host(handle, host.c_str()) == 1;
}

net::awaitable<HttpOutcome> converse_tls(Connection& connection, const Url& url,
                                         const Request& request, const HttpCall& call) {
  auto trust = trusting(call.trust_file);
  if (auto* failed = std::get_if<std::string>(&trust)) co_return std::move(*failed);
  const TlsTrust tls = std::get<TlsTrust>(trust);
  ssl::stream<Connection::Socket&> stream(connection.socket(), *tls);
  if (!expect_host(stream.native_handle(), url.host)) {
    co_return "no TLS with " + url.host + ": the name is not one";
  }
  connection.now("agreeing on TLS");
  const auto [failed] = co_await stream.async_handshake(ssl::stream_base::client, as_result);
  if (failed) co_return explain_handshake(stream.native_handle(), url.host, failed);
  connection.now("waiting for its answer");
  co_return co_await converse(connection, stream, request, call);
}

net::awaitable<HttpOutcome> run(Connection& connection, const Url& url, const HttpCall& call) {
  std::string failed;
  if (call.unix_socket.empty()) {
    failed = co_await connection.connect(url.host, url.port);
  } else {
    failed = co_await connection.connect(call.unix_socket);
  }
  if (!failed.empty()) co_return failed;
  const Request request = request_of(call, url);
  connection.now("waiting for its answer");
  if (url.is_tls) co_return co_await converse_tls(connection, url, request, call);
  co_return co_await converse(connection, connection.socket(), request, call);
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const noexcept {
  for (const auto& [known, value] : headers) {
    if (iequals(known, name)) return value;
  }
  return {};
}

net::awaitable<HttpOutcome> http_call(HttpCall call) {
  std::string fault = fault_of(call);
  const auto url = Url::parse(call.url, &fault);
  if (!fault.empty()) co_return call.method + ": " + fault;
  const auto loop = co_await net::this_coro::executor;
  const auto connection = std::make_shared<Connection>(loop);
  connection->limit(call.timeout);
  HttpOutcome outcome = co_await run(*connection, *url, call);
  auto* const failed = std::get_if<std::string>(&outcome);
  if (failed == nullptr) co_return outcome;
  const std::string host = (url->is_tls ? "https://" : "http://") + url->authority;
  const std::string where = call.method + " " + (call.hides_path ? host : url->shown());
  std::string text = where + ": " + *failed;
  if (connection->is_late()) {
    text = where + ": no answer within " + std::to_string(call.timeout.count()) + " ms (" +
           connection->doing() + ")";
  }
  co_return text;
}

}  // namespace gapura::autoscale
