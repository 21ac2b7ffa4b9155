#include "app/token_file.h"

#include <string>
#include <string_view>
#include <utility>

#include "admin/token.h"
#include "app/atomic_file.h"
#include "base/digest.h"
#include "base/log.h"

namespace gapura::app {

admin::NewToken rotate_token(const std::filesystem::path& file) {
  admin::NewToken made;
  made.file = file;
  auto text = admin::Token::random_text();
  if (!text) {
    made.error = std::make_error_code(std::errc::resource_unavailable_try_again);
    return made;
  }
  made.text = *std::move(text);
  // Over what a link stands for, not over the link.
  std::filesystem::path real = std::filesystem::weakly_canonical(file, made.error);
  if (made.error) real = file;
  std::string content;
  made.is_digest = !read_whole(real, content) && content.starts_with(admin::Token::kDigestPrefix);
  const std::string line =
      (made.is_digest ? std::string(admin::Token::kDigestPrefix) + sha256_hex(made.text)
                      : made.text) +
      "\n";
  made.error = write_atomically(real, line);
  const bool is_in_place = made.error && !read_whole(real, content) && content == line;
  if (!is_in_place) return made;
  log::warn(
      "{} has the new token, but its folder cannot be synced, so that a power failure may "
      "bring back the old one: {}",
      file.string(), made.error.message());
  made.error.clear();
  return made;
}

}  // namespace gapura::app
