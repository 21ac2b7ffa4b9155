#include "autoscale/provider/secrets.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

namespace gapura::autoscale {
namespace {

constexpr std::size_t kBytesMax = 16 << 10;

std::optional<std::string> file_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kBytesMax + 1, '\0');
  if (!in.is_open()) return std::nullopt;
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

/// Empty, or what is wrong.
std::string fault_of(const std::string& text, const std::string& where) {
  if (text.empty()) return where + " is empty";
  if (text.size() > kBytesMax) return where + " is larger than a secret is";
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return where + " has more than one line";
  }
  return {};
}

}  // namespace

std::variant<Words, std::string> read_secrets(
    const std::map<std::string, conf::SecretSource>& sources) {
  Words out;
  for (const auto& [name, source] : sources) {
    const std::string what = "the secret " + name + ": ";
    std::string where = "the variable " + source.variable + " of the environment";
    std::optional<std::string> text;
    if (source.file.empty()) {
      const char* value = std::getenv(source.variable.c_str());
      if (value == nullptr) return what + where + " is not set";
      text = value;
    } else {
      where = source.file.string();
      text = file_text(source.file);
      if (!text) return what + "cannot read " + where + ": " + std::strerror(errno);
    }
    if (const std::string wrong = fault_of(*text, where); !wrong.empty()) return what + wrong;
    out[name] = *std::move(text);
  }
  return out;
}

}  // namespace gapura::autoscale
