#include "admin/hook_auth.h"

#include <charconv>
#include <openssl/evp.h>
#include <utility>

#include "admin/problem_reply.h"
#include "admin/secret.h"
#include "admin/web_page.h"
#include "base/ascii.h"
#include "base/digest.h"

namespace gapura::admin {
namespace {

/// Grafana's documents and its code name the field of its signature differently.
constexpr std::string_view kGrafanaHeader = "X-Grafana-Alerting-Signature";
constexpr std::string_view kGrafanaOtherHeader = "X-Grafana-Alert-Signature";

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');  // and the final zero
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string basic_fault(const std::string& authorization, const std::string& wanted) {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.empty()) return "it carries no user and password";
  const std::string_view text = authorization;
  if (!iequals(text.substr(0, kScheme.size()), kScheme)) return "it does not carry Basic";
  const bool is_right = is_same_secret(trim_ows(text.substr(kScheme.size())), wanted);
  return is_right ? std::string() : "its user or password is wrong";
}

/// Whether `text` is a time in Unix seconds near enough to `unix_s`.
std::string time_fault(std::string_view text, std::int64_t unix_s) {
  std::int64_t sent = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), sent);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size() || sent < 0) {
    return "its time is missing or no number of Unix seconds";
  }
  const bool is_near = sent <= unix_s + HookAuth::kClockDifferenceMax_s &&
                       sent >= unix_s - HookAuth::kClockDifferenceMax_s;
  return is_near ? std::string()
                 : "its time is more than 5 minutes from ours; are both clocks right?";
}

}  // namespace

std::variant<HookAuth, std::string> HookAuth::make(const conf::HookListener& listener) {
  std::string fault;
  if (const auto* bearer = std::get_if<conf::BearerAuth>(&listener.auth)) {
    auto token = read_secret(bearer->token, kSecretBytesMin, &fault);
    if (!token) return fault;
    return HookAuth(Token(*std::move(token)), listener.address.host);
  }
  if (const auto* basic = std::get_if<conf::BasicAuth>(&listener.auth)) {
    const auto password = read_secret(basic->password, kPasswordBytesMin, &fault);
    if (!password) return fault;
    return HookAuth(Basic{base64(basic->user + ":" + *password)}, listener.address.host);
  }
  if (const auto* hmac = std::get_if<conf::HmacAuth>(&listener.auth)) {
    auto secret = read_secret(hmac->secret, kSecretBytesMin, &fault);
    if (!secret) return fault;
    return HookAuth(Hmac{*std::move(secret), hmac->header, hmac->timestamp_header},
                    listener.address.host);
  }
  return HookAuth(std::monostate(), listener.address.host);
}

std::string HookAuth::fault_of(const Request& request, std::int64_t unix_s) const {
  if (const auto* token = std::get_if<Token>(&credentials_)) {
    if (token->is_carried_by(request.authorization)) return {};
    return request.authorization.empty() ? "it carries no token" : "its token is wrong";
  }
  if (const auto* basic = std::get_if<Basic>(&credentials_)) {
    return basic_fault(request.authorization, basic->credentials);
  }
  const auto* hmac = std::get_if<Hmac>(&credentials_);
  if (hmac == nullptr) return {};
  std::string_view signature =
      request.field(hmac->header.empty() ? kGrafanaHeader : std::string_view(hmac->header));
  if (signature.empty() && hmac->header.empty()) signature = request.field(kGrafanaOtherHeader);
  if (signature.empty()) return "it is not signed";
  std::string text;
  if (!hmac->timestamp_header.empty()) {
    const std::string_view time = request.field(hmac->timestamp_header);
    if (auto fault = time_fault(time, unix_s); !fault.empty()) return fault;
    text = std::string(time) + ":";
  }
  text += request.body;
  const bool is_right = is_same_secret(to_lower(signature), hmac_sha256_hex(hmac->secret, text));
  return is_right ? std::string() : "its signature is wrong";
}

Response HookAuth::unauthorized(const std::string& why) const {
  Response response;
  if (const auto* hmac = std::get_if<Hmac>(&credentials_)) {
    const std::string header = hmac->header.empty() ? std::string(kGrafanaHeader) : hmac->header;
    response =
        problem_reply(401, why + ": send the HMAC-SHA256 of the body in " + header +
                               (hmac->timestamp_header.empty()
                                    ? ""
                                    : ", of \"<Unix seconds>:<body>\", with the seconds in " +
                                          hmac->timestamp_header));
    response.fields.emplace_back("WWW-Authenticate", "HMAC-SHA256 realm=\"gapura\"");
    return response;
  }
  const bool is_bearer = std::holds_alternative<Token>(credentials_);
  response = problem_reply(401, why + (is_bearer ? ": send \"Authorization: Bearer <token>\""
                                                 : ": send the user and password as Basic"));
  response.fields.emplace_back("WWW-Authenticate",
                               is_bearer ? "Bearer realm=\"gapura\"" : "Basic realm=\"gapura\"");
  return response;
}

std::optional<Response> HookAuth::refuse(const Request& request, TimePoint now,
                                         std::int64_t unix_s) {
  const bool may_be_page = !request.is_local_socket && is_of_page(request);
  if (may_be_page && !is_own_host(request.host, host_)) {
    refusals_.note(request, "it comes from a web page, and its Host field names somebody else",
                   now);
    return problem_reply(403,
                         "web pages must name this listener by an IP address, localhost or the "
                         "host in its address");
  }
  if (may_be_page && is_of_foreign_page(request)) {
    refusals_.note(request, "it comes from a web page of another origin", now);
    return problem_reply(403, "requests of web pages from another origin are not served");
  }
  const std::string fault = fault_of(request, unix_s);
  if (fault.empty()) return std::nullopt;
  if (refusals_.note_guess(request, fault, now))
    return Refusals::too_many("what this listener asks for");
  return unauthorized(fault);
}

std::string HookAuth::who(const Request& request) const {
  if (std::holds_alternative<Token>(credentials_)) return "hook, bearer";
  if (std::holds_alternative<Basic>(credentials_)) return "hook, basic";
  if (std::holds_alternative<Hmac>(credentials_)) return "hook, signed";
  return request.uid ? "hook, uid " + std::to_string(*request.uid) : "hook, anybody";
}

}  // namespace gapura::admin
