// SPDX-License-Identifier: MIT
// The courier as a program, for tests/program/deliver_test.py: each line of the standard input is
// an order as JSON, each line of the standard output what has become of one.
#include <fmt/format.h>
#include <poll.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/sample.h"
#include "deliver/text.h"
#include "mxsweep/deliver/courier.h"

namespace mxsweep::deliver {
namespace {

namespace dom = simdjson::dom;

std::string text_of(const dom::element& object, std::string_view key, std::string otherwise = {}) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : otherwise;
}

std::int64_t number_of(const dom::element& object, std::string_view key, std::int64_t otherwise) {
  std::int64_t number = 0;
  return object[key].get(number) == simdjson::SUCCESS ? number : otherwise;
}

std::vector<std::string> texts_of(const dom::element& object, std::string_view key) {
  std::vector<std::string> texts;
  dom::array array;
  if (object[key].get(array) != simdjson::SUCCESS) return texts;
  for (const dom::element value : array) texts.emplace_back(std::string_view(value));
  return texts;
}

watch::Relay relay_of(std::string_view text) {  // "starttls://127.0.0.1:2525", "mx:2525"
  watch::Relay relay;
  if (text.starts_with("starttls://")) relay.tls = watch::Relaying::starttls;
  if (text.starts_with("smtps://")) relay.tls = watch::Relaying::implicit;
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
  }
  const std::size_t colon = text.rfind(':');
  relay.host = text.substr(0, colon);
  if (relay.host == "mx") relay.host.clear();
  relay.port = static_cast<std::uint16_t>(std::stoi(std::string(text.substr(colon + 1))));
  return relay;
}

watch::Channel channel_of(const dom::element& order) {
  watch::Channel channel;
  channel.name = text_of(order, "channel", "ops");
  channel.kind = text_of(order, "kind");
  channel.url = text_of(order, "url");
  channel.to = texts_of(order, "to");
  channel.from = text_of(order, "from");
  channel.user = text_of(order, "user");
  channel.password = watch::Secret(text_of(order, "password"));
  channel.token = watch::Secret(text_of(order, "token"));
  channel.signing = watch::Secret(text_of(order, "signing"));
  channel.body = text_of(order, "body");
  channel.content_type = text_of(order, "content_type");
  channel.command = texts_of(order, "command");
  channel.ca_file = text_of(order, "ca_file");
  channel.timeout = std::chrono::milliseconds{number_of(order, "timeout_ms", 20'000)};
  for (const std::string& relay : texts_of(order, "relays")) {
    channel.relays.push_back(relay_of(relay));
  }
  return channel;
}

watch::Message message_of(const dom::element& order) {
  const std::string kind = text_of(order, "message", "opening");
  watch::Message message = sample_message(kind == "closing"  ? watch::MessageKind::closing
                                          : kind == "update" ? watch::MessageKind::update
                                                             : watch::MessageKind::opening);
  message.incident = static_cast<std::uint64_t>(number_of(order, "incident", 42));
  message.thread = std::to_string(message.incident);
  message.identity = message.thread + ".3." + kind;
  message.group = text_of(order, "group", message.group);
  message.subject = text_of(order, "subject", message.subject);
  message.body = text_of(order, "text", message.body);
  message.json = text_of(order, "json", message.json);
  return message;
}

void obey(Courier& courier, std::string_view line) {
  dom::parser parser;
  const simdjson::padded_string padded(line);
  dom::element order;
  if (parser.parse(padded).get(order) != simdjson::SUCCESS) std::exit(2);
  const std::string what = text_of(order, "do", "send");
  if (what == "send") courier.send(channel_of(order), {.channel = 7, .message = message_of(order)});
  if (what == "resume") courier.resume(channel_of(order), message_of(order));
  if (what == "ping") courier.ping(text_of(order, "url"));
  if (what == "reload") courier.reload({});
  if (what == "error") fmt::print("{{\"ping_error\":\"{}\"}}\n", courier.last_ping_error());
}

void print(const watch::Delivered& delivered) {
  std::string text;
  append_escaped(text, delivered.text, Escaper::json);
  fmt::print(R"({{"channel":{},"incident":{},"kind":"{}","revision":{},"ok":{},"permanent":{},)"
             R"("path_failed":{},"status":{},"retry_after_s":{},"took_ms":{},"text":"{}"}})"
             "\n",
             delivered.channel, delivered.incident, to_string(delivered.kind), delivered.revision,
             delivered.ok, delivered.permanent, delivered.path_failed, delivered.status,
             std::chrono::ceil<std::chrono::seconds>(delivered.retry_after).count(),
             std::chrono::ceil<std::chrono::milliseconds>(delivered.took).count(), text);
}

// Until the end of the input. HELO RESOLVER CA_FILE RENEW_MS
int run(char** arguments) {
  threads::Doorbell bell;
  Courier courier({.helo = arguments[1],
                   .resolver = arguments[2],
                   .ca_file = arguments[3],
                   .renew_every = std::chrono::milliseconds{std::atoi(arguments[4])}},
                  bell);
  if (!courier.start().ok()) return 3;
  std::string input;
  for (;;) {
    bell.prepare();
    pollfd polled[2] = {{.fd = bell.descriptor(), .events = POLLIN, .revents = 0},
                        {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
    while (const auto delivered = courier.take()) print(*delivered);
    std::fflush(stdout);
    ::poll(polled, 2, -1);
    bell.cancel_wait();
    if (polled[0].revents != 0) bell.wait();
    if (polled[1].revents == 0) continue;
    char octets[65536];
    const ssize_t got = ::read(STDIN_FILENO, octets, sizeof octets);
    if (got <= 0) return 0;
    input.append(octets, static_cast<std::size_t>(got));
    for (std::size_t end; (end = input.find('\n')) != std::string::npos;) {
      obey(courier, std::string_view(input).substr(0, end));
      input.erase(0, end + 1);
    }
  }
}

}  // namespace
}  // namespace mxsweep::deliver

int main(int count, char** arguments) { return count == 5 ? mxsweep::deliver::run(arguments) : 2; }
