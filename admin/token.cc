#include "admin/token.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "base/ascii.h"
#include "base/digest.h"
#include "base/log.h"

namespace gapura::admin {
namespace {

constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kTokenFileMax = 4096;
constexpr std::size_t kDigestHex = 64;

/// A descriptor that is closed on every way out.
class File {
 public:
  File(const std::string& path, int flags)
      : descriptor_(open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  bool is_open() const noexcept { return descriptor_ >= 0; }
  int get() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

std::string fault(const std::string& what, const std::filesystem::path& file, int error) {
  return what + " the admin token file " + file.string() + ": " + std::strerror(error);
}

/// RFC 4648 5, without padding.
std::string base64url(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) out.push_back(kAlphabet[(bits >> (held - 6)) & 63U]);
  }
  if (held > 0) out.push_back(kAlphabet[(bits << (6 - held)) & 63U]);
  return out;
}

/// The file's text without white space at its end, or what is wrong.
std::variant<std::string, std::error_code> read(const File& file) {
  std::string text(kTokenFileMax, '\0');
  const auto size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return std::error_code(errno, std::generic_category());
  text.resize(static_cast<std::size_t>(size));
  text.erase(text.find_last_not_of(" \r\n") + 1);
  return text;
}

void warn_if_others_may_read(const File& file, const std::filesystem::path& path) {
  struct stat found {};
  if (fstat(file.get(), &found) == 0 && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    log::warn("the admin token file {} may be read by others: chmod 600 it", path.string());
  }
}

/// Writes the whole file under another name first, so that nobody ever reads half a token.
std::optional<std::string> make(const std::filesystem::path& path) {
  const auto text = Token::random_text();
  if (!text) return "cannot get random bytes for the admin token: " + std::string(strerror(errno));
  const std::string draft = path.string() + "." + std::to_string(getpid()) + ".new";
  unlink(draft.c_str());  // left behind by a crash of a process with our number
  std::optional<std::string> failed;
  {
    const File file(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    if (!file.is_open()) return fault("cannot make", path, errno);
    const std::string line = *text + "\n";
    const auto written = write(file.get(), line.data(), line.size());
    const bool is_whole = written == static_cast<ssize_t>(line.size());
    if (!is_whole || fsync(file.get()) != 0) failed = fault("cannot write", path, errno);
  }
  // link, not rename: of two processes that start together the second takes the first one's token.
  if (!failed && link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    failed = fault("cannot make", path, errno);
  }
  unlink(draft.c_str());
  return failed;
}

}  // namespace

std::optional<std::string> Token::random_text() {
  std::array<char, kRandomBytes> bytes{};
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = getrandom(bytes.data() + filled, bytes.size() - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    filled += static_cast<std::size_t>(got);
  }
  return base64url({bytes.data(), bytes.size()});
}

Token::Token(std::string_view text) : digest_(sha256_hex(text)) {}

std::variant<Token, std::string> Token::parse(std::string text, const std::filesystem::path& file) {
  const std::string where = "the admin token file " + file.string();
  if (text.starts_with(kDigestPrefix)) {
    Digest digest{to_lower(std::string_view(text).substr(kDigestPrefix.size()))};
    const bool is_hex = std::ranges::all_of(digest.hex, [](char c) { return hex_value(c) >= 0; });
    if (is_hex && digest.hex.size() == kDigestHex) return Token(std::move(digest));
    return where + " begins with sha256: and must go on with the 64 hexadecimal digits of the " +
           "token's SHA-256";
  }
  const bool is_visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (text.size() >= kBytesMin && is_visible) return Token(text);
  return where + " must hold one line of at least " + std::to_string(kBytesMin) +
         " visible characters: delete it to have a new token made";
}

std::variant<Token, std::string> Token::read_or_make(const std::filesystem::path& path) {
  for (const bool may_make : {true, false}) {
    const File file(path.string(), O_RDONLY | O_NONBLOCK);  // a FIFO would never answer
    if (file.is_open()) {
      auto text = read(file);
      if (const auto* failed = std::get_if<std::error_code>(&text)) {
        return fault("cannot read", path, failed->value());
      }
      auto token = parse(std::get<std::string>(std::move(text)), path);
      if (std::holds_alternative<Token>(token)) warn_if_others_may_read(file, path);
      return token;
    }
    if (errno != ENOENT || !may_make) break;
    if (auto failed = make(path)) return *std::move(failed);
  }
  return fault("cannot read", path, errno);
}

bool Token::is_carried_by(std::string_view authorization) const {
  constexpr std::string_view kScheme = "bearer ";
  if (!iequals(authorization.substr(0, kScheme.size()), kScheme)) return false;
  return is_same_secret(sha256_hex(trim_ows(authorization.substr(kScheme.size()))), digest_);
}

}  // namespace gapura::admin
