#include "admin/assets.h"

#include "admin/problem_reply.h"
#include "base/digest.h"

namespace gapura::admin {
namespace {

constexpr std::string_view kFolder = "/dashboard/";
constexpr std::size_t kEtagBytes = 12;  // of the digest: enough to tell versions apart

const char* content_type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

std::string etag_of(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto digest = sha256(text);
  std::string etag = "\"";
  for (std::size_t i = 0; i < kEtagBytes; ++i) {
    etag.push_back(kHex[digest[i] >> 4]);
    etag.push_back(kHex[digest[i] & 15U]);
  }
  return etag + '"';
}

/// Only our own files run, nothing of ours is framed, and no text becomes markup: names of targets
/// and messages of others are shown on this page, beside buttons that change things.
void protect(Response& response) {
  response.fields.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
      "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "require-trusted-types-for 'script'");
  response.fields.emplace_back("X-Frame-Options", "DENY");
  response.fields.emplace_back("Referrer-Policy", "no-referrer");
  response.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

}  // namespace

Assets::Assets(std::span<const Asset> assets) {
  for (const Asset& one : assets) {
    files_.emplace(one.name, File{one.text, content_type_of(one.name), etag_of(one.text)});
  }
}

bool Assets::has(std::string_view path) noexcept {
  return path == "/" || path == "/dashboard" || path.starts_with(kFolder);
}

Response Assets::answer(const Request& request) const {
  if (!request.is_read()) return method_refused("GET, HEAD");
  Response response;
  if (!request.path.starts_with(kFolder)) {
    response.status = 302;
    response.content_type = "text/plain; charset=utf-8";
    response.fields.emplace_back("Location", kFolder);
    return response;
  }
  std::string_view name = std::string_view(request.path).substr(kFolder.size());
  if (name == "access") {
    response.body = request.is_local_socket ? "{\"token\":false}\n" : "{\"token\":true}\n";
    return response;
  }
  if (name.empty()) name = "index.html";
  const auto found = files_.find(name);
  if (found == files_.end()) return problem_reply(404, "the dashboard has no such file");
  const File& file = found->second;
  response.fields.emplace_back("ETag", file.etag);
  response.fields.emplace_back("Cache-Control", "no-cache");  // kept, but asked for each time
  protect(response);
  response.content_type = file.content_type;
  if (request.field("If-None-Match").find(file.etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  response.body = file.text;
  return response;
}

}  // namespace gapura::admin
