// SPDX-License-Identifier: MIT
#include "deliver/request.h"

#include <simdjson.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "deliver/preset.h"
#include "deliver/sample.h"
#include "mxsweep/tls/hmac.h"
#include "mxsweep/tls/sha256.h"
#include "support/catch.h"

namespace mxsweep::deliver {
namespace {

using watch::MessageKind;

std::string text_of(const Request& request) {
  std::string text = request.method + " " + request.url + "\n";
  for (const std::string& header : request.headers) text += header + "\n";
  if (!request.user.empty()) text += "(" + request.user + " " + request.password + ")\n";
  return text + "\n" + request.body + "\n\n";
}

Request request_of(const watch::Channel& channel, const watch::Message& message) {
  Result<Request> request = make_request(channel, message, channel.to[0], kNow);
  INFO(channel.kind << ": " << (request.ok() ? "" : request.status().sentence()));
  REQUIRE(request.ok());
  return *std::move(request);
}

// With MXSWEEP_GOLDEN=write the files are made anew, to be read before they are committed.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = MXSWEEP_SOURCE_DIR "/tests/deliver/golden/" + name;
  if (const char* mode = std::getenv("MXSWEEP_GOLDEN"); mode && std::string(mode) == "write") {
    std::ofstream(path) << text;
  }
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  INFO(path);
  CHECK(golden.str() == text);
}

void collect_strings(const simdjson::dom::element& value, std::string& all) {
  simdjson::dom::object object;
  simdjson::dom::array array;
  std::string_view text;
  if (value.get(object) == simdjson::SUCCESS) {
    for (const auto [key, member] : object) collect_strings(member, all);
  } else if (value.get(array) == simdjson::SUCCESS) {
    for (const simdjson::dom::element member : array) collect_strings(member, all);
  } else if (value.get(text) == simdjson::SUCCESS) {
    all += std::string(text) + "\n";
  }
}

std::string strings_of_json(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  INFO(json);
  REQUIRE(parser.parse(json).get(root) == simdjson::SUCCESS);
  std::string all;
  collect_strings(root, all);
  return all;
}

std::string strings_of_form(const std::string& form) {
  std::string all;
  for (std::size_t at = 0; at < form.size(); ++at) {
    if (form[at] == '%') {
      all += static_cast<char>(std::stoi(form.substr(at + 1, 2), nullptr, 16));
      at += 2;
    } else {
      REQUIRE((std::isalnum(static_cast<unsigned char>(form[at])) ||
               std::string("-._~=&").find(form[at]) != std::string::npos));
      all += form[at] == '&' ? '\n' : form[at];
    }
  }
  return all;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// What a reader sees of a text in the product's markup.
std::string as_shown(std::string text, Markup markup) {
  text = replaced(std::move(text), "\u200b", "");
  if (markup == Markup::slack || markup == Markup::xml) {
    text = replaced(std::move(text), "&lt;", "<");
    text = replaced(std::move(text), "&gt;", ">");
    text = replaced(std::move(text), "&quot;", "\"");
    text = replaced(std::move(text), "&#39;", "'");
    return replaced(std::move(text), "&amp;", "&");
  }
  if (markup != Markup::discord && markup != Markup::mattermost) return text;
  std::string shown;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    shown += text[at];
  }
  return shown;
}

TEST_CASE("the payload of each kind of channel is as in the golden files") {
  for (const Preset& preset : presets()) {
    const watch::Channel channel = sample_channel(preset.kind);
    std::string text;
    for (const MessageKind kind :
         {MessageKind::opening, MessageKind::reminder, MessageKind::closing}) {
      text += text_of(request_of(channel, sample_message(kind)));
    }
    expect_golden(preset.kind + ".txt", text);
  }
}

TEST_CASE("what a hostile server has sent is shown literally by every product") {
  const std::string hostile = GENERATE(
      std::string("220 <b>hi</b><script>alert(1)</script> &amp; 'x' \"y\""),
      std::string("220 {{url}} {{=token}} {% if %} ${HOME} }}"),
      std::string("220 @everyone @here <!channel> <@U123> <users/all> <at>all</at>"),
      std::string("220 *b* _i_ ~s~ `c` ```d``` [l](http://e.test) # h > q \\ |t|"),
      std::string("220 x\r\nBcc: all@example.net\r\n\r\n.\r\nMAIL FROM:<>"),
      std::string("220 \x1b[31mred\x1b[0m \x07 \x9b\xff"), "220 " + std::string(4096, '"'));
  for (const Preset& preset : presets()) {
    watch::Message message = sample_message();
    message.subject = "[DOWN] " + hostile;
    message.summary = hostile;
    message.body = hostile + "\n";
    message.evidence = hostile;
    message.scope = hostile;
    message.group = hostile;
    message.targets = {hostile};
    const watch::Channel channel = sample_channel(preset.kind);
    const Request request = request_of(channel, message);
    INFO(preset.kind << "\n" << request.body);
    for (const std::string& header : request.headers) {
      CHECK(header.find_first_of("\r\n") == std::string::npos);
    }
    CHECK(request.url.find_first_of(" \r\n<>\"") == std::string::npos);
    if (preset.kind == "webhook") continue;  // Its JSON is the message's own.
    const Preset its = *preset_of(channel);
    const std::string raw = request.body.empty()           ? strings_of_form(request.url.substr(27))
                            : its.escaper == Escaper::json ? strings_of_json(request.body)
                                                           : strings_of_form(request.body);
    const std::string shown = as_shown(raw, its.markup);
    // Long ones are cut: what is left of them is literal, too.
    const std::string expected = clean(hostile).substr(0, 75);
    CHECK(shown.find(expected) != std::string::npos);
    if (its.markup == Markup::discord || its.markup == Markup::mattermost) {
      CHECK(raw.find(" @everyone ") == std::string::npos);
    }
    if (its.markup == Markup::slack) CHECK(raw.find("<!") == std::string::npos);
  }
}

TEST_CASE("a message of 4 KB of quotes stays below each product's limit") {
  watch::Message message = sample_message();
  message.subject = std::string(4096, '<');
  message.summary = message.subject;
  message.body = std::string(100'000, '<');
  const auto size_of = [&](std::string_view kind, std::string_view field) {
    const Request request = request_of(sample_channel(std::string(kind)), message);
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    REQUIRE(parser.parse(request.body).get(root) == simdjson::SUCCESS);
    std::string_view text;
    REQUIRE(root[field].get(text) == simdjson::SUCCESS);
    return text.size();
  };
  CHECK(size_of("slack", "text") <= 4000);
  CHECK(size_of("discord", "content") <= 2000);
  CHECK(size_of("telegram", "text") <= 4096);
  CHECK(size_of("mattermost", "text") <= 16383);
  CHECK(size_of("googlechat", "text") <= 4096);
  CHECK(size_of("ntfy", "message") <= 4096);
  CHECK(size_of("pushover", "message") <= 1024);
  CHECK(size_of("opsgenie", "message") <= 130);
  CHECK(request_of(sample_channel("teams"), message).body.size() <= 28 * 1024);
}

TEST_CASE("a webhook is signed over exactly its body") {
  const Request request = request_of(sample_channel("webhook"), sample_message());
  CHECK(request.body == R"({"incident":42,"state":"open"})");
  CHECK(request.headers.back() == "X-Mxsweep-Signature: sha256=" +
                                      tls::to_hexadecimal(tls::hmac_sha256("key-1", request.body)));
}

TEST_CASE("an open alert ends for an Alertmanager 5 minutes from now, a closed one when it did") {
  const watch::Channel channel = sample_channel("alertmanager");
  CHECK(request_of(channel, sample_message()).body.find("\"endsAt\":\"2026-11-26T10:10:07Z\"") !=
        std::string::npos);
  CHECK(request_of(channel, sample_message(MessageKind::closing))
            .body.find("\"endsAt\":\"2026-11-26T10:05:00Z\"") != std::string::npos);
}

TEST_CASE("a product's address can be another one") {
  watch::Channel channel = sample_channel("pagerduty");
  channel.url.clear();
  CHECK(request_of(channel, sample_message()).url == "https://events.pagerduty.com/v2/enqueue");
  channel.url = "https://events.eu.pagerduty.com/";
  CHECK(request_of(channel, sample_message()).url == "https://events.eu.pagerduty.com/v2/enqueue");
}

TEST_CASE("a header whose setting is empty is left out") {
  watch::Channel channel = sample_channel("ntfy");
  channel.token = watch::Secret();
  for (const std::string& header : request_of(channel, sample_message()).headers) {
    CHECK(header.find("Authorization") == std::string::npos);
  }
}

std::string sentence_of(const watch::Channel& channel) {
  const Result<Preset> preset = preset_of(channel);
  return preset.ok() ? "" : preset.status().sentence();
}

TEST_CASE("a channel that lacks a setting is refused with a sentence") {
  watch::Channel channel = sample_channel("slack");
  channel.url.clear();
  CHECK(sentence_of(channel) == "kind 'slack' needs 'url'");
  channel = sample_channel("template");
  channel.body = "{{subjekt}}";
  CHECK(sentence_of(channel) == "body: {{subjekt}}: there is no such field");
  channel.kind = "pigeon";
  CHECK(sentence_of(channel) == "there is no kind of channel called 'pigeon'");
}

TEST_CASE("the escaper of a template of one's own follows from its content type") {
  watch::Channel channel = sample_channel("template");
  watch::Message message = sample_message();
  message.subject = "<a>&\"b\"";
  channel.body = "{{subject}}";
  channel.content_type = "text/html";
  CHECK(request_of(channel, message).body == "&lt;a&gt;&amp;&quot;b&quot;");
  channel.content_type = "application/x-www-form-urlencoded";
  CHECK(request_of(channel, message).body == "%3Ca%3E%26%22b%22");
  channel.content_type = "application/json";
  CHECK(request_of(channel, message).body == "<a>&\\\"b\\\"");
  channel.content_type = "text/plain";
  CHECK(request_of(channel, message).body == "<a>&\"b\"");
}

TEST_CASE("a preset with a mistake is refused with its place") {
  const auto sentence = [](std::string_view json) {
    const auto read = read_presets(json);
    return read.ok() ? "" : read.status().sentence();
  };
  CHECK(sentence(R"({"a":{"url":"{{nosuch}}"}})") == "a: url: {{nosuch}}: there is no such field");
  CHECK(sentence(R"({"a":{"colour":1}})") == "a: unknown key \"colour\"");
  CHECK(sentence(R"({"a":{"escape":"rot13"}})") == "a: escape: wrong or unknown: rot13");
  CHECK(sentence(R"({"a":{"words":{"w":{"info":"x"}}}})") ==
        "a: words: w has no value for warning");
}

}  // namespace
}  // namespace mxsweep::deliver
