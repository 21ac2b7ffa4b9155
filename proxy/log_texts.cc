#include "proxy/log_texts.h"

#include "base/ascii.h"

namespace gapura::proxy {

void LogTexts::clear() noexcept {
  text_.clear();
  places_ = {};
}

void LogTexts::put(Part part, std::string_view text) {
  places_[static_cast<std::size_t>(part)] = {text_.size(), text.size()};
  text_ += text;
}

void LogTexts::set(const RequestHead& head) {
  clear();
  put(Part::method, head.method);
  put(Part::target, head.target);
  put(Part::authority, head.authority);
  for (const HttpField& field : head.fields.all()) {
    if (iequals(field.name, "referer")) put(Part::referer, field.value);
    if (iequals(field.name, "user-agent")) put(Part::user_agent, field.value);
  }
}

void LogTexts::set_refused() {
  clear();
  put(Part::method, "-");
  put(Part::target, "-");
}

void LogTexts::note_route(std::string_view router, std::string_view service) {
  put(Part::router, router);
  put(Part::service, service);
}

void LogTexts::note_target(std::string_view url) {
  put(Part::target_url, url);
}

std::string_view LogTexts::of(Part part) const noexcept {
  const Place& place = places_[static_cast<std::size_t>(part)];
  return {text_.data() + place.begin, place.size};
}

SpareLogTexts::Taken SpareLogTexts::take() {
  if (spare_.empty()) return Taken(std::make_unique<LogTexts>().release(), {this});
  Taken taken(spare_.back().release(), {this});
  spare_.pop_back();
  return taken;
}

void SpareLogTexts::GiveBack::operator()(LogTexts* texts) const noexcept {
  std::unique_ptr<LogTexts> owned(texts);
  const bool is_kept = spare->spare_.size() < kKept && owned->capacity() <= kBytesMax;
  if (is_kept) spare->spare_.push_back(std::move(owned));
}

}  // namespace gapura::proxy
