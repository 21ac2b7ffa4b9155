#include "base/net/lookups.h"

#include <netdb.h>

#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace gapura {
namespace {

constexpr unsigned kMost = 8;

std::vector<Endpoint> addresses_of(const std::string& host, std::uint16_t port,
                                   std::string& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* first = nullptr;
  const std::string service = std::to_string(port);
  const int code = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &first);
  std::vector<Endpoint> found;
  for (const addrinfo* one = first; one != nullptr; one = one->ai_next) {
    found.push_back(Endpoint::from(one->ai_addr));
  }
  if (first != nullptr) ::freeaddrinfo(first);
  if (code != 0) error = ::gai_strerror(code);
  if (code == 0 && found.empty()) error = "it has no address";
  return found;
}

}  // namespace

/// Outlives the loop for as long as a thread looks up.
struct Lookups::Shared {
  std::mutex mutex;
  std::optional<boost::asio::any_io_executor> loop;  ///< nothing: nobody wants to know any more
  unsigned running = 0;                              ///< the loop's thread only
};

Lookups::Lookups(boost::asio::any_io_executor loop) : shared_(std::make_shared<Shared>()) {
  shared_->loop = std::move(loop);
}

Lookups::~Lookups() {
  const std::lock_guard lock(shared_->mutex);
  shared_->loop.reset();
}

bool Lookups::start(const std::string& host, std::uint16_t port, Done done) {
  if (shared_->running >= kMost) return false;
  ++shared_->running;
  std::thread([shared = shared_, host, port, done = std::move(done)]() mutable {
    std::string error;
    std::vector<Endpoint> found = addresses_of(host, port, error);
    const std::lock_guard lock(shared->mutex);
    if (!shared->loop) return;
    boost::asio::post(*shared->loop, [weak = std::weak_ptr(shared), error = std::move(error),
                                      found = std::move(found), done = std::move(done)] {
      const auto alive = weak.lock();
      if (!alive) return;
      --alive->running;
      if (alive->loop) done(error, found);
    });
  }).detach();
  return true;
}

}  // namespace gapura
