/// Renders the heads that leave: what the peer sent, less the fields that were for us, plus ours.
/// Lines that pass unchanged are copied in runs. Worker thread only; keeps its memory.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "proxy/http_head.h"

namespace gapura::proxy {

/// Text that grows by doubling and never shrinks.
class HeadText {
 public:
  void clear() noexcept { size_ = 0; }
  /// One after another; room is made once for all of them.
  template <std::convertible_to<std::string_view>... Parts>
  void append(const Parts&... parts) {
    const std::size_t more = (std::string_view(parts).size() + ... + 0);
    if (capacity_ - size_ < more) grow(more);
    (put(parts), ...);
  }
  void append_number(std::uint64_t number);
  std::string_view view() const noexcept { return {text_.get(), size_}; }

 private:
  void put(std::string_view text) noexcept {
    if (text.empty()) return;
    std::memcpy(text_.get() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void grow(std::size_t more);
  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// What is said to targets about where a request came from.
struct Forwarding {
  bool trusts_client = false;         ///< keep the X-Forwarded-* and Forwarded that came in
  std::string_view client_address{};  ///< "192.0.2.7", as X-Forwarded-For has it
  std::string_view server{};          ///< own host name
  std::string_view via{};             ///< our element of Via; empty: none is added
};

struct RequestRendering {
  std::string_view path_query{};     ///< cleaned
  std::string_view host_override{};  ///< empty: the client's (passHostHeader)
  bool upgrade = false;              ///< hop-by-hop Upgrade is passed on
  /// The body is not the client's as it comes but has this length, and is sent without waiting.
  std::optional<std::uint64_t> own_length{};
};

void write_request_head(HeadText& out, const RequestHead& head, const RequestRendering& rendering,
                        const Forwarding& forwarding);

struct ResponseRendering {
  bool chunks = false;       ///< we frame the body in chunks
  bool drop_length = false;  ///< Content-Length must not be said (204, 1xx, chunks)
  bool upgrade = false;      ///< 101 and 426 name a protocol
  bool say_close = false;
  bool say_keep_alive = false;      ///< to an HTTP/1.0 client
  std::string_view date{};          ///< used when the target sent none; empty: add none
  std::string_view extra_fields{};  ///< complete lines
};

void write_response_head(HeadText& out, const ResponseHead& head,
                         const ResponseRendering& rendering);

/// An answer of our own: text/plain, with a length.
struct OwnAnswer {
  unsigned status = 0;
  std::string_view body{};
  bool is_head_request = false;
  bool say_close = false;
  bool say_keep_alive = false;
  std::string_view date{};
  std::string_view extra_fields{};  ///< complete lines
};
void write_own_answer(HeadText& out, const OwnAnswer& answer);

/// "Not Found"; "Unknown" for a code that has no name here.
std::string_view reason_of(unsigned status) noexcept;

}  // namespace gapura::proxy
