/// The secrets that admin requests over TCP carry ("Authorization: Bearer …", RFC 6750 2.1).
/// Value; any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace gapura::admin {

/// Holds the digest only: what is in our memory opens nothing.
class Token {
 public:
  /// Reads the file, or makes it with 32 random bytes (base64url, mode 0600) if there is none. Else
  /// what is wrong and what to do. The file is the operator's copy of the token; `sha256:` and 64
  /// hexadecimal digits in its place are its digest, for who keeps the token elsewhere. A file that
  /// others may read is used, with a warning in the log.
  static std::variant<Token, std::string> read_or_make(const std::filesystem::path& file);

  /// 32 random bytes, base64url. Nothing: the kernel has none to give.
  static std::optional<std::string> random_text();

  /// `text` is at least kBytesMin visible ASCII characters.
  explicit Token(std::string_view text);

  /// Whether an Authorization field carries this token. The time taken does not depend on how much
  /// of it is right.
  bool is_carried_by(std::string_view authorization) const;

  static constexpr std::size_t kBytesMin = 16;
  static constexpr std::string_view kDigestPrefix = "sha256:";  ///< of a digest in a token's place

 private:
  struct Digest {
    std::string hex;
  };
  static std::variant<Token, std::string> parse(std::string text,
                                                const std::filesystem::path& file);
  explicit Token(Digest digest) : digest_(std::move(digest.hex)) {}

  /// SHA-256, lower-case hexadecimal. Neither salted nor slow: what we make has 256 random bits,
  /// nobody tries them all.
  std::string digest_;
};

}  // namespace gapura::admin
