// SPDX-License-Identifier: MIT
// Messages about servers that try to get more than text into them.
#include "mxsweep/watch/compose.h"
#include "support/catch.h"
#include "watch/message_world.h"

namespace mxsweep::watch {
namespace {

using messages::check_form;
using messages::kSince;
using messages::World;

TEST_CASE("what a hostile server sends is shown literally", "[watch][compose]") {
  const std::string long_line(4096, 'x');
  const std::string greetings[] = {
      "<script>alert(1)</script><!-- & \" ' -->",
      "one\r\nSubject: forged\r\nBcc: all@example.net\r\n\r\n.\r\n",
      "{{ incident }} {{{raw}}} %s %n ${PATH} $(reboot) `reboot`",
      "@everyone @here <!channel> [link](http://example.net/)",
      "\x1b[2J\x1b]0;title\x07\b\b\b\x7f",
      "\xc2\x85next \xe2\x80\xaeltr\xe2\x81\xa6 \xe2\x80\xa8 line \xef\xbb\xbf",
      std::string("nul \0 and \xff\xfe\x80 octets", 20),
      "\",\"severity\":\"info\",\"x\":\"\\",
      "\\u0000\\ud800",
      long_line,
      std::string(2000, '\x1b'),
      std::string(3000, '\xe4'),
      std::string(60, '\n'),
  };
  for (const std::string& greeting : greetings) {
    INFO(greeting.substr(0, 80));
    World world;
    world.one_host();
    world.receive(greeting);
    for (const MessageKind kind :
         {MessageKind::opening, MessageKind::update, MessageKind::reminder, MessageKind::closing}) {
      check_form(world.message(kind, 1));
    }
    // The same octets wherever else others have a say.
    world.incident.title = greeting;
    world.incident.text = greeting;
    world.incident.scope_field = greeting;
    world.incident.scope_value = "customers " + greeting;
    world.incident.acknowledged = Acknowledgement{greeting, greeting, kSince, kSince};
    world.monitors[0].target = greeting;
    world.monitors[0].host = greeting;
    world.monitors[0].key = greeting;
    world.monitors[0].domain = greeting;
    world.monitors[0].meta = greeting;
    world.settings.groups[0].name = greeting;
    world.channel.name = greeting;
    for (const IncidentKind kind :
         {IncidentKind::down, IncidentKind::degraded, IncidentKind::flapping,
          IncidentKind::internal, IncidentKind::change, IncidentKind::blind}) {
      world.incident.kind = kind;
      check_form(world.message(MessageKind::opening));
      check_form(world.message(MessageKind::past));
    }
    check_form(compose_test(world.channel, {Instant{}, kSince}));
    const std::vector<Message> held(80, world.message(MessageKind::opening));
    check_form(compose_digest(held, world.channel, {Instant{}, kSince}));
  }
  World world;
  world.one_host();
  world.receive("<b>{{x}}</b> \x1b[31m\xe2\x80\xae @everyone");
  CHECK(world.message(MessageKind::opening)
            .evidence.find("<b>{{x}}</b> \\u001b[31m\\u202e @everyone\n") != std::string::npos);
}

}  // namespace
}  // namespace mxsweep::watch
