#include "tests/conformance/chunk_text.h"

#include <algorithm>
#include <charconv>

namespace gapura::test {

bool ChunkText::take_line(std::string& bytes, std::string& line) const {
  const std::size_t end = bytes.find("\r\n");
  if (end == std::string::npos) return false;
  line = bytes.substr(0, end);
  bytes.erase(0, end + 2);
  return true;
}

void ChunkText::begin_chunk(std::string_view size) {
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
  if (error != std::errc() || end != size.data() + size.size() || size.empty()) is_bad = true;
  is_in_trailers_ = left_ == 0;
  is_in_chunk_ = left_ != 0;
}

void ChunkText::take(std::string& bytes) {
  std::string line;
  while (!is_complete && !is_bad && !bytes.empty()) {
    if (left_ != 0) {
      const std::size_t size = std::min(left_, bytes.size());
      content.append(bytes, 0, size);
      bytes.erase(0, size);
      left_ -= size;
      continue;
    }
    if (!take_line(bytes, line)) return;
    if (is_in_chunk_) {
      is_in_chunk_ = false;
      is_bad = !line.empty();
    } else if (!is_in_trailers_) {
      begin_chunk(line);
    } else if (line.empty()) {
      is_complete = true;
    } else {
      trailers += line + "\r\n";
    }
  }
}

}  // namespace gapura::test
