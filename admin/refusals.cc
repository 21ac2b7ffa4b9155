#include "admin/refusals.h"

#include "admin/problem_reply.h"
#include "base/log.h"

namespace gapura::admin {

void Refusals::note(const Request& request, std::string_view why, TimePoint now) {
  if (now - window_start_ >= kWindow) {
    window_start_ = now;
    failures_ = 0;
  }
  ++failures_;
  ++total_;
  if (failures_ > kMax) return;
  // Neither the path nor the fields: a stranger writes them.
  log::warn("{} from {} was refused: {}{}", what_, request.peer, why,
            failures_ == kMax ? " (further ones are not logged for some seconds)" : "");
}

Response Refusals::too_many(std::string_view without) {
  Response response = problem_reply(429, "too many requests without " + std::string(without));
  response.fields.emplace_back("Retry-After", std::to_string(kWindow.count() / 1000));
  return response;
}

}  // namespace gapura::admin
