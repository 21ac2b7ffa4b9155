#include "admin/audit.h"

#include "tests/unit/admin/api_fixture.h"

namespace gapura::admin {
namespace {

std::string audited(std::string_view body) {
  return boost::json::serialize(audited_body(body));
}

TEST(AuditedBody, IsTheJsonWithoutItsSecrets) {
  EXPECT_EQ(audited(R"({"url": "http://10.0.0.1:80", "weight": 2})"),
            R"({"url":"http://10.0.0.1:80","weight":2})");
  EXPECT_EQ(audited(R"([{"adminToken": "a"}, {"x": {"PASSWORD": ["b"], "apiKey": 1}}])"),
            R"([{"adminToken":"***"},{"x":{"PASSWORD":"***","apiKey":"***"}}])");
  EXPECT_EQ(audited(R"({"headers": {"Cookie": "session=1"}})"), R"({"headers":{"Cookie":"***"}})");
  EXPECT_EQ(audited(R"({"url": "http://me:secret@10.0.0.1:80/a@b"})"),
            R"({"url":"http://***@10.0.0.1:80/a@b"})");
  EXPECT_EQ(audited(R"({"url": "http://10.0.0.1:80/a@b"})"), R"({"url":"http://10.0.0.1:80/a@b"})");
}

TEST(AuditedBody, IsOnlyASizeWhereItIsLargeOrNoJson) {
  EXPECT_EQ(audited("password=1"), R"({"bytes":10})");
  EXPECT_EQ(audited("\"" + std::string(4094, 'a') + "\"").size(), 4096u);
  EXPECT_EQ(audited("\"" + std::string(4095, 'a') + "\""), R"({"bytes":4097})");
}

class AuditTest : public ApiFixture {
 protected:
  boost::json::object last_line() {
    EXPECT_FALSE(audit_lines.empty());
    return audit_lines.empty() ? boost::json::object()
                               : boost::json::parse(audit_lines.back()).as_object();
  }
  static std::string text_of(const boost::json::value& value) {
    return boost::json::serialize(value);
  }
};

TEST_F(AuditTest, SaysWhoDidWhatFromWhereAndWhatItWasBefore) {
  const Response added =
      ask_guarded(request_of("POST", kTargets, R"({"url": "http://10.0.0.3:3000", "weight": 2})"));

  ASSERT_EQ(added.status, 201u) << added.body;
  ASSERT_EQ(audit_lines.size(), 1u);
  EXPECT_EQ(audit_lines[0].find('\n'), std::string::npos);
  const auto line = last_line();
  EXPECT_EQ(line.at("who"), "uid 1000");
  EXPECT_EQ(line.at("from"), "127.0.0.1:40000");
  EXPECT_EQ(line.at("method"), "POST");
  EXPECT_EQ(line.at("path"), kTargets);
  EXPECT_EQ(line.at("status").to_number<int>(), 201);
  EXPECT_EQ(text_of(line.at("body")), R"({"url":"http://10.0.0.3:3000","weight":2})");
  EXPECT_EQ(text_of(line.at("changes")),
            R"([{"service":"calculate","target":"10.0.0.3:3000","before":null,)"
            R"("after":{"url":"http://10.0.0.3:3000","weight":2,"origin":"admin"}}])");
}

TEST_F(AuditTest, SaysOnlyWhatAChangeChanged) {
  ask("POST", kTargets, R"({"url": "http://10.0.0.3:3000"})");
  ask("POST", std::string(kTargets) + "/" + kSecond + "/drain");
  begin_exchange(kFirst);

  ask_guarded(request_of("DELETE", std::string(kTargets) + "/" + kFirst));

  EXPECT_EQ(text_of(last_line().at("changes")),
            R"([{"service":"calculate","target":"10.0.0.1:3000","before":null,)"
            R"("after":{"removed":true}}])");
}

TEST_F(AuditTest, KeepsCallsThatWereRefusedOrFailed) {
  ask_guarded(request_of("DELETE", std::string(kTargets) + "/nobody"));
  EXPECT_EQ(last_line().at("status").to_number<int>(), 404);
  EXPECT_TRUE(last_line().at("changes").as_array().empty());

  save_failure = std::make_error_code(std::errc::no_space_on_device);
  ask_guarded(request_of("DELETE", std::string(kTargets) + "/" + kFirst));
  EXPECT_EQ(last_line().at("status").to_number<int>(), 507);
  EXPECT_TRUE(last_line().at("changes").as_array().empty()) << "nothing was changed";
}

TEST_F(AuditTest, KeepsTheQueryWithoutItsSecrets) {
  ask_guarded(request_of("POST", "/v1/scale-up?service=calculate&token=abc"));

  EXPECT_EQ(text_of(last_line().at("query")), R"({"service":"calculate","token":"***"})");
}

TEST_F(AuditTest, KeepsWhatTheAutoscalerChanges) {
  auto proposal = [this] { return registry.propose_drain("calculate", kFirst); };
  bool is_done = false;
  boost::asio::co_spawn(loop, api.change(std::move(proposal)),
                        [&](const std::exception_ptr&, const std::string& fault) {
                          EXPECT_EQ(fault, "");
                          is_done = true;
                        });
  settle();

  ASSERT_TRUE(is_done);
  EXPECT_EQ(last_line().at("who"), "autoscaler");
  EXPECT_EQ(text_of(last_line().at("changes")),
            R"([{"service":"calculate","target":"10.0.0.1:3000","before":null,)"
            R"("after":{"drained":true}}])");
}

TEST_F(AuditTest, IsWrittenBeforeTheAnswerIsSent) {
  bool was_written = false;
  AppendAudit append = [&](std::string, std::function<void()> done) {
    boost::asio::post(loop, [&was_written, done] {
      was_written = true;
      done();
    });
  };
  Audit audit(std::move(append));
  Request request = request_of("DELETE", kTargets);
  Audit::Entry entry = audit.begin(request, "somebody");
  bool is_over = false;
  boost::asio::co_spawn(loop, audit.end(std::move(entry), 200), [&](const std::exception_ptr&) {
    EXPECT_TRUE(was_written);
    is_over = true;
  });
  settle();

  EXPECT_TRUE(is_over);
}

TEST_F(AuditTest, IsNotKeptWithoutAPlaceForIt) {
  Audit audit({});
  Request request = request_of("DELETE", kTargets);
  Audit::Entry entry = audit.begin(request, "somebody");

  EXPECT_EQ(request.trace, nullptr);
  bool is_over = false;
  boost::asio::co_spawn(loop, audit.end(std::move(entry), 200),
                        [&](const std::exception_ptr&) { is_over = true; });
  settle();
  EXPECT_TRUE(is_over);
}

}  // namespace
}  // namespace gapura::admin
