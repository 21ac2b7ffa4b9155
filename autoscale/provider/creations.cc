#include "autoscale/provider/creations.h"

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/log.h"

namespace gapura::autoscale {
namespace {

namespace json = boost::json;

json::object object_of(const Creations::Rest& rest) {
  json::object words;
  for (const auto& [name, value] : rest.words) words[name] = value;
  return {{"next", rest.next}, {"words", std::move(words)}};
}

std::optional<Creations::Rest> rest_of(const json::value& from) {
  const json::object* object = from.if_object();
  const json::value* next = object == nullptr ? nullptr : object->if_contains("next");
  const json::value* words = object == nullptr ? nullptr : object->if_contains("words");
  if (next == nullptr || !next->is_int64() || next->as_int64() < 0) return std::nullopt;
  if (words == nullptr || !words->is_object()) return std::nullopt;
  Creations::Rest rest{.next = static_cast<std::size_t>(next->as_int64())};
  for (const auto& [name, value] : words->as_object()) {
    if (!value.is_string()) return std::nullopt;
    rest.words.emplace(name, value.as_string().c_str());
  }
  return rest;
}

}  // namespace

Creations::Creations(std::filesystem::path file) : file_(std::move(file)) {
  std::ifstream in(file_, std::ios::binary);
  if (file_.empty() || !in) return;
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  boost::system::error_code failed;
  const json::value whole = json::parse(text, failed);
  bool is_good = !failed && whole.is_object();
  if (is_good) {
    for (const auto& [name, value] : whole.as_object()) {
      auto rest = autoscale::rest_of(value);
      is_good = is_good && rest.has_value();
      if (rest) rests_.emplace(name, *std::move(rest));
    }
  }
  if (!is_good) {
    log::warn(
        "{} does not say what is left to do of creations; look whether an address of a "
        "machine made lately is to be given back",
        file_.string());
  }
}

std::vector<std::string> Creations::waiting() const {
  std::vector<std::string> names;
  for (const auto& [name, rest] : rests_) {
    if (!made_now_.contains(name)) names.push_back(name);
  }
  return names;
}

std::optional<Creations::Rest> Creations::rest_of(const std::string& name) const {
  const auto found = rests_.find(name);
  return found == rests_.end() ? std::nullopt : std::optional(found->second);
}

void Creations::forget(const std::string& name) {
  if (rests_.erase(name) != 0) save();
}

/// Never half-written. Without it all still works while this process lives.
void Creations::save() {
  if (file_.empty()) return;
  std::error_code failed;
  if (rests_.empty()) {
    std::filesystem::remove(file_, failed);
    return;
  }
  json::object whole;
  for (const auto& [name, rest] : rests_) whole[name] = object_of(rest);
  const std::filesystem::path temporary = file_.string() + ".new";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << json::serialize(whole) << '\n';
  out.close();
  if (out) std::filesystem::rename(temporary, file_, failed);
  if ((failed || !out) && !std::exchange(is_complained_, true)) {
    log::warn(
        "what is left to do of creations cannot be written to {}: it would be forgotten if "
        "this process were killed",
        file_.string());
  }
}

Creations::Making::Making(std::shared_ptr<Creations> all, std::string name)
    : all_(std::move(all)), name_(std::move(name)) {
  all_->made_now_.insert(name_);
}
Creations::Making::~Making() {
  all_->made_now_.erase(name_);
}
void Creations::Making::remember(Rest rest) {
  all_->rests_.insert_or_assign(name_, std::move(rest));
  all_->save();
}
void Creations::Making::forget() {
  all_->forget(name_);
}

}  // namespace gapura::autoscale
