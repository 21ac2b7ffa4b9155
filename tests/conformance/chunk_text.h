/// A chunked body read to the letter of RFC 9112 7.1, without the extensions that a proxy must not
/// pass on. Shares nothing with the code under test. Value.
#pragma once

#include <string>
#include <string_view>

namespace gapura::test {

class ChunkText {
 public:
  /// Reads from the front of `bytes`; what it understood is removed.
  void take(std::string& bytes);

  std::string content;
  std::string trailers;  ///< whole lines
  bool is_complete = false;
  bool is_bad = false;
  /// Every chunk that was begun has ended.
  bool is_between_chunks() const { return left_ == 0 && !is_in_chunk_; }

 private:
  bool take_line(std::string& bytes, std::string& line) const;
  void begin_chunk(std::string_view size);
  std::size_t left_ = 0;
  bool is_in_chunk_ = false;
  bool is_in_trailers_ = false;
};

}  // namespace gapura::test
