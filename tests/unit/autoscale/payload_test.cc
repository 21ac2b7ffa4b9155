#include "autoscale/alerts/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gapura::autoscale {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PayloadDefaults one_service() {
  return {.services = {"calculate"}, .direction = {}};
}

AlertPayload read(const std::string& body, const PayloadDefaults& defaults = one_service()) {
  auto outcome = read_payload(body, defaults);
  EXPECT_TRUE(std::holds_alternative<AlertPayload>(outcome)) << body;
  auto* payload = std::get_if<AlertPayload>(&outcome);
  return payload == nullptr ? AlertPayload() : std::move(*payload);
}

/// One alert in the default shape; `members` are the alert's.
std::string body_of(const std::string& members) {
  return R"({"version":"4","groupKey":"{}:{alertname=\"Hot\"}","alerts":[{)" + members + "}]}";
}

constexpr const char* kGrafana = R"({
  "receiver": "scale", "status": "firing", "orgId": 1,
  "alerts": [
    {"status": "firing", "labels": {"alertname": "CPU high", "scale": "up", "scale_step": "2"},
     "annotations": {"summary": "hot"}, "startsAt": "2025-01-31T08:15:00Z",
     "endsAt": "0001-01-01T00:00:00Z", "values": {"B": 84.2, "C": 1}, "fingerprint": "0a1b2c3d"},
    {"status": "resolved", "labels": {"alertname": "CPU low", "scale": "down"},
     "annotations": {}, "fingerprint": "4e5f6071"}
  ],
  "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://g/",
  "version": "1", "groupKey": "{}:{}", "truncatedAlerts": 0,
  "title": "t", "state": "alerting", "message": "m"})";

TEST(AlertPayload, ReadsGrafanas) {
  const AlertPayload payload = read(kGrafana);

  ASSERT_EQ(payload.alerts.size(), 2u);
  EXPECT_THAT(payload.faults, IsEmpty());
  EXPECT_THAT(payload.notes, IsEmpty());
  const Alert& high = payload.alerts[0];
  EXPECT_EQ(high.key, "{}:{}\n0a1b2c3d");
  EXPECT_EQ(high.name, "CPU high");
  EXPECT_EQ(high.service, "calculate");
  EXPECT_EQ(high.direction, Direction::up);
  EXPECT_EQ(high.step, 2u);
  EXPECT_TRUE(high.is_firing);
  EXPECT_EQ(payload.alerts[1].key, "{}:{}\n4e5f6071");
  EXPECT_FALSE(payload.alerts[1].is_firing) << "though the group fires";
}

TEST(AlertPayload, NeedsNothingButTheListOfAlerts) {
  const AlertPayload payload =
      read(R"({"alerts":[{"annotations":{"scale":"down","scale_pool":"calculate@file"}}]})");

  ASSERT_EQ(payload.alerts.size(), 1u);
  EXPECT_EQ(payload.alerts[0].service, "calculate");
  EXPECT_EQ(payload.alerts[0].direction, Direction::down);
  EXPECT_TRUE(payload.alerts[0].is_firing);
}

TEST(AlertPayload, PrefersLabelsToAnnotations) {
  const AlertPayload payload =
      read(body_of(R"("labels":{"scale":"UP"},"annotations":{"scale":"down"})"));

  ASSERT_EQ(payload.alerts.size(), 1u);
  EXPECT_EQ(payload.alerts[0].direction, Direction::up);
}

TEST(AlertPayload, NeverGuessesTheDirection) {
  const AlertPayload silent = read(body_of(R"("labels":{"alertname":"Hot"})"));
  EXPECT_THAT(silent.alerts, IsEmpty());
  EXPECT_THAT(silent.faults, ElementsAre(HasSubstr("alerts[0] (Hot) does not say where to")));

  const AlertPayload wrong = read(body_of(R"("labels":{"scale":"sideways"})"));
  EXPECT_THAT(wrong.alerts, IsEmpty());
  EXPECT_THAT(wrong.faults, ElementsAre(HasSubstr("'sideways'")));
}

TEST(AlertPayload, TakesTheDirectionOfTheRouteUnlessTheAlertSaysAnother) {
  PayloadDefaults defaults = one_service();
  defaults.direction = Direction::down;

  EXPECT_EQ(read(body_of(R"("labels":{})"), defaults).alerts.at(0).direction, Direction::down);
  EXPECT_EQ(read(body_of(R"("labels":{"scale":"up"})"), defaults).alerts.at(0).direction,
            Direction::up);
}

TEST(AlertPayload, AsksForTheServiceUnlessThereIsOnlyOne) {
  const PayloadDefaults two{.services = {"calculate", "shop"}, .direction = Direction::up};

  EXPECT_THAT(read(body_of(R"("labels":{})"), two).faults,
              ElementsAre(HasSubstr("autoscaled are calculate and shop")));
  EXPECT_THAT(read(body_of(R"("labels":{"scale_service":"shp"})"), two).faults,
              ElementsAre(HasSubstr("'shp'")));
  EXPECT_EQ(read(body_of(R"("labels":{"scale_service":"shop"})"), two).alerts.at(0).service,
            "shop");
  EXPECT_THAT(read(body_of(R"("labels":{"scale":"up"})"), {}).faults,
              ElementsAre(HasSubstr("no service is autoscaled")));
}

TEST(AlertPayload, WithdrawsWhatIsResolvedWhateverElseItSays) {
  const AlertPayload payload =
      read(body_of(R"("status":"resolved","fingerprint":"f","labels":{"scale":"?"})"), {});

  ASSERT_EQ(payload.alerts.size(), 1u);
  EXPECT_FALSE(payload.alerts[0].is_firing);
  EXPECT_THAT(payload.faults, IsEmpty());
}

TEST(AlertPayload, KnowsAnAlertWithoutFingerprintByItsLabels) {
  const auto key = [](const std::string& labels) {
    return read(body_of(R"("status":"resolved","labels":)" + labels)).alerts.at(0).key;
  };

  EXPECT_EQ(key(R"({"a":"1","b":"2"})"), key(R"({"b":"2","a":"1"})"));
  EXPECT_NE(key(R"({"a":"1","b":"2"})"), key(R"({"a":"1","b":"3"})"));
  EXPECT_NE(key(R"({"a":"1,b"})"), key(R"({"a":"1","b":""})"));
}

TEST(AlertPayload, KeepsOfALongKeyItsDigest) {
  const auto key = [](const std::string& print) {
    return read(body_of(R"("status":"resolved","fingerprint":")" + print + '"')).alerts.at(0).key;
  };
  const std::string print(1'000'000, 'f');

  EXPECT_LT(key(print).size(), 100u) << "it is kept for hours";
  EXPECT_EQ(key(print), key(print));
  EXPECT_NE(key(print), key(print + "f"));
}

TEST(AlertPayload, NeverScalesForATestNotification) {
  const AlertPayload payload = read(body_of(
      R"("status":"firing","labels":{"alertname":"TestAlert","instance":"Grafana","scale":"up"})"));

  EXPECT_THAT(payload.alerts, IsEmpty());
  EXPECT_THAT(payload.faults, IsEmpty());
  EXPECT_EQ(payload.tests, 1u);
}

TEST(AlertPayload, TakesABadStepForOneAndSaysSo) {
  for (const char* step : {"0", "-1", "101", "two", "1.5", "99999999999"}) {
    const AlertPayload payload =
        read(body_of(R"("labels":{"scale":"up","scale_step":")" + std::string(step) + "\"}"));
    ASSERT_EQ(payload.alerts.size(), 1u) << step;
    EXPECT_EQ(payload.alerts[0].step, 1u) << step;
    EXPECT_THAT(payload.notes, ElementsAre(HasSubstr("1 is taken"))) << step;
  }
}

TEST(AlertPayload, SaysThatTheSenderLeftAlertsOut) {
  EXPECT_THAT(read(R"({"alerts":[],"truncatedAlerts":7})").notes, ElementsAre(HasSubstr("7")));
}

TEST(AlertPayload, ShowsNoControlBytesOfTheSender) {
  const AlertPayload payload =
      read(body_of(R"("labels":{"alertname":"a\nb","scale":"up\u001b"})"), one_service());

  ASSERT_EQ(payload.faults.size(), 1u);
  EXPECT_EQ(payload.faults[0].find('\n'), std::string::npos);
  EXPECT_EQ(payload.faults[0].find('\x1b'), std::string::npos);
}

TEST(AlertPayload, KnowsABodyThatIsNoAlert) {
  for (const char* body : {"", "scale please", "{\"alerts\": [", "number=5"}) {
    const auto outcome = read_payload(body, one_service());
    ASSERT_TRUE(std::holds_alternative<NoAlerts>(outcome)) << body;
    EXPECT_FALSE(std::get<NoAlerts>(outcome).is_json) << body;
  }
  for (const char* body : {"{}", "null", "[]", "7", R"({"number": 5})"}) {
    const auto outcome = read_payload(body, one_service());
    ASSERT_TRUE(std::holds_alternative<NoAlerts>(outcome)) << body;
    EXPECT_TRUE(std::get<NoAlerts>(outcome).is_json) << body;
  }
}

TEST(AlertPayload, RefusesWhatSpeaksOfAlertsWithoutAListOfThem) {
  for (const char* body : {R"({"alerts": null})", R"({"alerts": {}})", R"({"status": "resolved"})",
                           R"({"status": "firing"})"}) {
    EXPECT_TRUE(std::holds_alternative<PayloadFault>(read_payload(body, one_service()))) << body;
  }
  EXPECT_THAT(read(R"({"alerts": [7, null]})").faults,
              ElementsAre("alerts[0] is no object", "alerts[1] is no object"));
  EXPECT_THAT(read(body_of(R"("status":"pending")")).faults, ElementsAre(HasSubstr("'pending'")));
}

}  // namespace
}  // namespace gapura::autoscale
