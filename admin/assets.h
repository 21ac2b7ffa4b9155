/// Serves the dashboard's files below /dashboard/. They hold no data, so they need no token; what
/// the page shows it asks of the API, which does. Control thread only.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "admin/dashboard.h"
#include "admin/message.h"

namespace gapura::admin {

class Assets {
 public:
  /// The texts must live for as long as this; one is "index.html".
  explicit Assets(std::span<const Asset> assets);

  /// Whether answer() is to be asked, and not the API: "/", "/dashboard" and all below it.
  static bool has(std::string_view path) noexcept;
  /// A file with its ETag, 304 when the client has it already, or a redirection to the page.
  /// "access" is made for the one who asks: whether the API will want a token of him.
  Response answer(const Request& request) const;

 private:
  struct File {
    std::string_view text;
    const char* content_type;
    std::string etag;  ///< of its SHA-256: another build of the same file keeps it
  };
  std::map<std::string_view, File> files_;
};

}  // namespace gapura::admin
