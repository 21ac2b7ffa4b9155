/// The secret that admin requests over TCP carry ("Authorization: Bearer …", RFC 6750 2.1).
/// Value; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace gapura::admin {

class Token {
 public:
  /// Reads the file, or makes it with 32 random bytes (base64url, mode 0600) if there is none. Else
  /// what is wrong and what to do. A file that others may read is used, with a warning in the log.
  static std::variant<Token, std::string> read_or_make(const std::filesystem::path& file);

  /// `text` is at least kBytesMin visible ASCII characters.
  explicit Token(std::string text) : text_(std::move(text)) {}

  /// Whether an Authorization field carries this token. The time taken does not depend on how much
  /// of it is right.
  bool is_carried_by(std::string_view authorization) const noexcept;

  static constexpr std::size_t kBytesMin = 16;

 private:
  std::string text_;
};

}  // namespace gapura::admin
