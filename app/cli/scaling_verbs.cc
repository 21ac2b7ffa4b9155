// gapura scale and gapura autoscale: the size of a service by hand.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <cstdio>
#include <memory>

#include "app/cli/json_view.h"
#include "app/cli/scaling_words.h"
#include "app/cli/session.h"
#include "app/cli/table.h"
#include "app/cli/text.h"
#include "app/cli/verbs.h"
#include "app/cli/words.h"

namespace gapura::app::cli {
namespace {

namespace json = boost::json;
constexpr auto kRight = Column::Align::right;

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string size_line(const json::value& scaling) {
  std::string text = "  size      " + text_in(scaling, "size.serving") + " serving, " +
                     text_in(scaling, "size.booting") + " booting, " +
                     text_in(scaling, "size.draining") + " draining; wanted " +
                     text_in(scaling, "size.wanted") + " of " + text_in(scaling, "size.min") +
                     " to " + text_in(scaling, "size.max") + "\n";
  if (const std::string size = text_in(scaling, "override"); !size.empty()) {
    text += "  by hand   " + size;
    if (const auto left = number_in(scaling, "overrideLeft")) {
      text += ", for another " + lasting(*left);
    }
    text += "\n";
  }
  return text;
}

std::string load_line(const json::value& scaling) {
  return "  load      " + or_dash(text_in(scaling, "load.requestsPerSecond")) + " requests/s, " +
         or_dash(text_in(scaling, "load.inFlight")) + " in flight, " +
         or_dash(text_in(scaling, "load.queued")) + " queued, cpu " +
         or_dash(text_in(scaling, "load.cpu")) + ", memory " +
         or_dash(text_in(scaling, "load.memory")) + "\n";
}

Table votes_table(const json::array& votes) {
  Table table({{"  SIGNAL"},
               {"VALUE", kRight},
               {"TARGET", kRight},
               {"SIZE", kRight},
               {"REASON", Column::Align::left, true}});
  for (const json::value& one : votes) {
    table.add({{"  " + text_in(one, "signal")},
               {or_dash(text_in(one, "value"))},
               {text_in(one, "target")},
               {text_in(one, "size")},
               {text_in(one, "reason"), Colour::dim}});
  }
  return table;
}

Table instances_table(const json::array& instances) {
  Table table(
      {{"  INSTANCE"}, {"PHASE"}, {"PROVIDER SAYS"}, {"ADDRESS"}, {"", Column::Align::left, true}});
  for (const json::value& one : instances) {
    table.add({{"  " + text_in(one, "name")},
               {text_in(one, "phase")},
               {text_in(one, "provider")},
               {or_dash(text_in(one, "address"))},
               {text_in(one, "fault"), Colour::red}});
  }
  return table;
}

std::string scaling_text(const json::value& scaling, const Screen& screen) {
  std::string text = text_in(scaling, "service") + ": mode " + text_in(scaling, "mode");
  text += is_true_in(scaling, "paused") ? ", " + screen.paint("paused", Colour::yellow) : "";
  text += "\n" + size_line(scaling) + load_line(scaling);
  text += "  decision  " + text_in(scaling, "decision.from") + " -> " +
          text_in(scaling, "decision.to") + " at " + time_of_day(text_in(scaling, "decision.at")) +
          ": " + text_in(scaling, "decision.reason") + "\n";
  if (const auto boot = number_in(scaling, "bootSeconds")) {
    text += "  boot      " + lasting(*boot) + "\n";
  }
  if (const std::string fault = text_in(scaling, "providerFault"); !fault.empty()) {
    text += "  " + screen.paint("provider  " + fault, Colour::red) + "\n";
  }
  const Table votes = votes_table(list_in(scaling, "decision.votes"));
  if (!votes.is_empty()) text += "\n" + votes.to_text(screen);
  const Table instances = instances_table(list_in(scaling, "instances"));
  if (!instances.is_empty()) text += "\n" + instances.to_text(screen);
  return text;
}

void show(Session& session, const Reply& reply) {
  if (!session.print_json(reply)) print(scaling_text(reply.body, session.output()));
}

Reply patch(Session& session, const std::string& service, const json::object& change) {
  Call call;
  call.method = "PATCH";
  call.path = path_of({"services", service, "autoscale"});
  call.body = json::serialize(change);
  Reply reply = session.ask(std::move(call));
  show(session, reply);
  return reply;
}

void change_mode(Session& session, const std::string& service, const std::string& mode) {
  const Reply reply = patch(session, service, {{"mode", mode}});
  const std::string now = text_in(reply.body, "mode");
  if (now == mode || session.is_json()) return;
  std::fprintf(stderr, "gapura: %s was taken, but %s is what it can do: without a provider\n",
               mode.c_str(), now.c_str());
}

/// [SERVICE] N, or "auto" for N: the signals decide again.
void scale(Session& session, const std::vector<std::string>& words, const std::string& lasts) {
  const std::string& text = words.back();
  json::object change;
  if (text == "auto") {
    change["size"] = nullptr;
    if (!lasts.empty()) throw Stop{ExitCode::usage, "--for means nothing with auto"};
  } else {
    std::uint32_t size = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), size);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
      throw Stop{ExitCode::usage,
                 "the size must be a number of targets or auto, not \"" + visible(text) + "\""};
    }
    change["size"] = size;
  }
  if (!lasts.empty()) {
    change["for"] = std::to_string(duration_of("--for", lasts).count()) + "ms";
  }
  patch(session, session.service_or_only(words.size() == 2 ? words.front() : ""), change);
}

void autoscale(Session& session, const std::vector<std::string>& words) {
  using Act = ScalingWords::Act;
  const ScalingWords read = scaling_words(words);
  const std::string service = session.service_or_only(read.service);
  switch (read.act) {
    case Act::show: return show(session, session.get(path_of({"services", service, "autoscale"})));
    case Act::pause: patch(session, service, {{"paused", true}}); break;
    case Act::resume: patch(session, service, {{"paused", false}}); break;
    case Act::mode: change_mode(session, service, read.mode); break;
  }
}

}  // namespace

void add_scaling_verbs(CLI::App& app, ClientOptions& out) {
  const auto words = std::make_shared<std::vector<std::string>>();
  const auto lasts = std::make_shared<std::string>();
  CLI::App* by_hand =
      add_verb(app, out, "scale", "set the number of targets by hand; auto: as the signals say",
               [words, lasts](Session& session) { scale(session, *words, *lasts); });
  by_hand->add_option("[SERVICE] N", *words)->expected(1, 2)->required();
  by_hand->add_option("--for", *lasts, "this long, then the signals decide again (30m)")
      ->type_name("TIME");
  add_verb(app, out, "autoscale", "show, pause or resume scaling, or change its mode",
           [words](Session& session) { autoscale(session, *words); })
      ->add_option("[SERVICE] [show|pause|resume|mode MODE]", *words)
      ->expected(0, 3);
}

}  // namespace gapura::app::cli
