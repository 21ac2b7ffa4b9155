#include "app/demo_text.h"

#include <string_view>

namespace gapura::app {
namespace {

std::string loopback(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

constexpr const char* kInstructions = R"text(
== Gapura is running: {web} in front of three targets that answer after {d0}, {d1} and {d2} ms.
   Paste these into another terminal.

1. Send requests; the answer says who gave it:
     for i in $(seq 6); do curl -s {web}/hello; done
     curl -s -d '{"number": 14}' {web}/calculate

2. Twenty clients at once: least connections gives the quick target the most:
     seq 300 | xargs -P 20 -I{} curl -s {web}/{} | cut -d' ' -f1 | sort | uniq -c

3. Take the slow target out while traffic runs; all 200 requests are answered with 200:
     (seq 200 | xargs -P 4 -I{} curl -s -o /dev/null -w '%{http_code}\n' {web}/{} |
       sort | uniq -c) & sleep 0.2
     curl -s -X DELETE -H "Authorization: Bearer $(cat {token})" \
       '{admin}/api/v1/services/demo/targets/{t2}?wait=true'; wait

4. Edit the YAML; the target that is gone from it is drained, too, as the log here says. (What a
   file lists counts anew once its service is edited: the slow target comes back.)
     sed -i '/{t1}/d' {services}

5. Look at it (q ends the first):
     {program} top --configFile={static}
     curl -s -H "Authorization: Bearer $(cat {token})" {admin}/api/v1/services
     curl -s {internal}/ping; echo
     curl -s {internal}/metrics | grep '^gapura_server'

6. Check a configuration without running it:
     {program} check --configFile={static}

Ctrl-C ends the demo and removes {folder}.

)text";

}  // namespace

std::string demo_static_yaml(const DemoPlaces& places) {
  return "entryPoints:\n"
         "  web:\n"
         "    address: \"" +
         loopback(places.web_port) +
         "\"\n"
         "  traefik:\n"
         "    address: \"" +
         loopback(places.internal_port) +
         "\"\n"
         "providers:\n"
         "  file:\n"
         "    directory: \"" +
         places.configs().string() +
         "\"\n"
         "    watch: true\n"
         "admin:\n"
         "  address: \"" +
         loopback(places.admin_port) +
         "\"\n"
         "stateDir: \"" +
         places.state().string() + "\"\n";
}

std::string demo_dynamic_yaml() {
  return "http:\n"
         "  routers:\n"
         "    demo:\n"
         "      entryPoints:\n"
         "        - \"web\"\n"
         "      rule: \"PathPrefix(`/`)\"\n"
         "      service: \"demo\"\n";
}

std::string demo_services_yaml(const DemoPlaces& places) {
  std::string text =
      "http:\n"
      "  services:\n"
      "    demo:\n"
      "      loadBalancer:\n"
      "        strategy: \"leastconn\"\n"
      "        servers:\n";
  for (const DemoPlaces::Target& target : places.targets) {
    text += "          - url: \"http://" + target.authority + "\"  # " + target.name + "\n";
  }
  return text;
}

std::string demo_instructions(const DemoPlaces& places) {
  std::string text = kInstructions;
  for (std::size_t i = 0; i < places.targets.size(); ++i) {
    const std::string number = std::to_string(i);
    replace_all(text, "{t" + number + "}", places.targets[i].authority);
    replace_all(text, "{d" + number + "}", std::to_string(places.targets[i].delay_ms));
  }
  replace_all(text, "{web}", "http://" + loopback(places.web_port));
  replace_all(text, "{admin}", "http://" + loopback(places.admin_port));
  replace_all(text, "{internal}", "http://" + loopback(places.internal_port));
  replace_all(text, "{token}", (places.state() / "admin-token").string());
  replace_all(text, "{services}", places.services_file().string());
  replace_all(text, "{program}", places.program.string());
  replace_all(text, "{static}", places.static_file().string());
  replace_all(text, "{folder}", places.folder.string());
  return text;
}

}  // namespace gapura::app
