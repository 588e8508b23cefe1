// SPDX-License-Identifier: MIT
#include "deliver/tally.h"

#include "deliver/text.h"
#include "mxsweep/core/base64.h"
#include "support/catch.h"

namespace mxsweep::deliver {
namespace {

const std::vector<std::string> kTwo = {"a@example.net", "b@example.net"};

Answer answer_of(int status) {
  Answer answer;
  answer.ok = status < 300;
  answer.permanent = status >= 500;
  answer.reached = true;
  answer.status = status;
  answer.text = std::to_string(status);
  return answer;
}

watch::Delivered report_of(const Tally& tally) {
  watch::Delivered delivered;
  tally.report(delivered);
  return delivered;
}

TEST_CASE("all accepted: delivered") {
  Tally tally(kTwo, {});
  for (const std::string& recipient : kTwo) tally.add(recipient, answer_of(250));
  CHECK(tally.open().empty());
  CHECK(report_of(tally).ok);
  CHECK(report_of(tally).text == "250");
}

TEST_CASE("one refused for good does not make the others get it again") {
  Tally tally(kTwo, {});
  tally.add(kTwo[0], answer_of(250));
  tally.add(kTwo[1], answer_of(550));
  const watch::Delivered delivered = report_of(tally);
  CHECK(delivered.ok);
  CHECK(delivered.text == "1 of 2 recipients were accepted; 550");
}

TEST_CASE("one refused for now is tried again, without the other") {
  Tally first(kTwo, {});
  first.add(kTwo[0], answer_of(250));
  first.add(kTwo[1], answer_of(451));
  CHECK_FALSE(report_of(first).ok);
  CHECK_FALSE(report_of(first).permanent);
  CHECK(report_of(first).status == 451);

  Tally second(kTwo, first.accepted());
  CHECK(second.open() == std::vector<std::string>{kTwo[1]});
  second.add(kTwo[1], answer_of(250));
  CHECK(report_of(second).ok);
}

TEST_CASE("the status is that of the attempt, and not of those served before") {
  for (const char* before : {"+491", "+492"}) {
    const std::vector<std::string> both = {"+491", "+492"};
    Tally tally(both, {before});
    for (const std::string& open : tally.open()) {
      tally.add(open, {.ok = true,
                       .permanent = false,
                       .reached = true,
                       .status = 201,
                       .retry_after = {},
                       .text = {}});
    }
    watch::Delivered delivered;
    tally.report(delivered);
    CHECK(delivered.ok);
    CHECK(delivered.status == 201);
  }
}

TEST_CASE("a refusal is permanent if every server's is") {
  Tally tally({"a"}, {});
  tally.add("a", answer_of(550));
  CHECK(report_of(tally).permanent);
  tally.add("a", answer_of(451));
  CHECK_FALSE(report_of(tally).permanent);
  tally.add("a", answer_of(550));
  CHECK_FALSE(report_of(tally).permanent);
  CHECK(report_of(tally).text == "550; 451");
}

TEST_CASE("the path has failed while no server has answered") {
  Tally tally({"a"}, {});
  Answer silent;
  silent.text = "b:25: Connection refused";
  tally.add("a", silent);
  CHECK(report_of(tally).path_failed);
  tally.add("a", answer_of(421));
  tally.add("a", silent);
  CHECK_FALSE(report_of(tally).path_failed);
}

TEST_CASE("a line of a report has no secret, in whatever form, and no control characters") {
  watch::Channel channel;
  channel.url = "https://hooks.example.net/services/T0001/B0002/abcdefghij?sig=klmnopqrst";
  channel.token = watch::Secret("to+ken/1");
  channel.user = "AC1";
  channel.parameters = {{"pin", "12345678"}};
  CHECK(safe_line("POST /services/T0001/B0002/abcdefghij?sig=klmnopqrst failed", channel) ==
        "POST *** failed");
  CHECK(safe_line("sig was klmnopqrst", channel) == "sig was ***");
  CHECK(safe_line("to+ken/1 to%2Bken%2F1 " + base64_encoded("AC1:to+ken/1") + " 12345678",
                  channel) == "*** *** *** ***");
  CHECK(safe_line("a\r\nb\x1b[0m\n", channel) == "a\\u000d b\\u001b[0m");
  CHECK(safe_line(std::string(10'000, 'x'), channel).size() <= 500);
}

}  // namespace
}  // namespace mxsweep::deliver
