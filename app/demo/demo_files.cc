#include "app/demo/demo_files.h"

#include <string_view>
#include <utility>

namespace gapura::app {
namespace {

constexpr const char* kStatic = R"yaml(entryPoints:
  web:
    address: "{web}"
  traefik:
    address: "{internal}"
providers:
  file:
    directory: "{configs}"
    watch: true
admin:
  address: "{admin}"
stateDir: "{state}"
)yaml";

constexpr const char* kDynamic = R"yaml(http:
  routers:
    calculate:
      entryPoints: [web]
      rule: "Path(`/calculate`)"
      service: calculate
)yaml";

constexpr const char* kServices = R"yaml(http:
  services:
    calculate:
      loadBalancer:
        strategy: leastconn
        healthCheck: {path: /health, interval: 1s}
        slowStart: 4s
        maxInFlight: 2         # what is too much waits here, in one queue for all targets
      autoscale:
        min: 1
        max: 4
        concurrency: 2         # requests that a target works on at once
        window: {down: 5s}     # short, so that the demo is too; 10m unless written
        cooldown: {down: 2s}   # likewise; 1m
        provider:
          namePrefix: demo-
          listEvery: 1s
          process:             # or a command of yours, or a cloud
            command: ["{program}", demo-service, --port, "{{port}}"]
            ports: {ports}
)yaml";

constexpr const char* kOpening = R"text(
== Gapura scales a service. This is its configuration, {services}:

{yaml}
== Look meanwhile, from another terminal or a browser:
   live       {program} top --configFile={static}
   a request  curl -s -d '{"number": 14}' http://{web}/calculate
   scaling    curl -s -H "Authorization: Bearer $(cat {token})" {api}/autoscale
   metrics    curl -s http://{internal}/metrics | grep gapura_autoscale
   dashboard  http://{admin}/dashboard/, with the token in {token}
   the log    tail -f {log}

== Users come, and go again; each asks, thinks for a tenth of a second, and asks again. A target is
   a process that takes 2 s to boot and works on two requests at once; the others wait. Ctrl-C ends
   it all.

)text";

constexpr const char* kExercises = R"text(
== It goes on serving. Try, from another terminal:

1. Load of your own; targets come while it lasts, and go within two minutes after it:
     seq 1500 | xargs -P 8 -I{} curl -s -o /dev/null -w '%{http_code}\n' \
       -d '{"number": 14}' http://{web}/calculate | sort | uniq -c

2. A size by hand, for a minute:
     {program} scale 3 --for 1m --configFile={static}

3. Take a target away; it is drained, and replaced:
     curl -s -H "Authorization: Bearer $(cat {token})" {api}/targets
     curl -s -X DELETE -H "Authorization: Bearer $(cat {token})" "{api}/targets/<id>?wait=true"

4. Edit the policy; it takes effect as it is saved:
     sed -i 's/min: 1/min: 2/' {services}

5. Check a configuration without running it:
     {program} check --configFile={static}

Ctrl-C ends it and removes {folder}.

)text";

std::string loopback(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

std::string filled(std::string text, const DemoPlaces& places) {
  const std::pair<std::string_view, std::string> words[] = {
      {"{web}", loopback(places.web_port)},
      {"{admin}", loopback(places.admin_port)},
      {"{internal}", loopback(places.internal_port)},
      {"{api}", places.admin_url() + "/api/v1/services/" + kDemoService},
      {"{token}", places.token_file().string()},
      {"{configs}", places.configs().string()},
      {"{services}", places.services_file().string()},
      {"{static}", places.static_file().string()},
      {"{state}", places.state().string()},
      {"{log}", places.log_file().string()},
      {"{folder}", places.folder.string()},
      {"{program}", places.program.string()},
      {"{ports}", std::to_string(places.first_port) + "-" + std::to_string(places.first_port + 9)}};
  for (const auto& [from, to] : words) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

}  // namespace

std::string DemoPlaces::admin_url() const {
  return "http://" + loopback(admin_port);
}

std::string demo_static_yaml(const DemoPlaces& places) {
  return filled(kStatic, places);
}

std::string demo_dynamic_yaml() {
  return kDynamic;
}

std::string demo_services_yaml(const DemoPlaces& places) {
  return filled(kServices, places);
}

std::string demo_opening(const DemoPlaces& places) {
  std::string text = filled(kOpening, places);
  constexpr std::string_view kYaml = "{yaml}";
  return text.replace(text.find(kYaml), kYaml.size(), demo_services_yaml(places));
}

std::string demo_exercises(const DemoPlaces& places) {
  return filled(kExercises, places);
}

}  // namespace gapura::app
