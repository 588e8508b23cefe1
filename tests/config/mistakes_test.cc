// SPDX-License-Identifier: MIT
// Each mistake that a file can have, and what is said about it.
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "support/catch.h"

namespace {

constexpr std::string_view kHead =
    "[watch]\n"
    "helo = \"probe.example.net\"\n"
    "[[group]]\n"
    "targets = \"edge.txt\"\n";
// The first line of a case is line 5.

constexpr std::string_view kMail =
    "[[channel]]\n"
    "kind = \"mail\"\n"
    "to = [\"ops@example.net\"]\n"
    "relays = [\"relay.example.org\"]\n";

struct Mistake {
  std::string_view text;
  std::string_view sentence;
};

void expect(const std::string& before, const std::vector<Mistake>& mistakes) {
  const Room room{{{"/secret", "s3cret\n"}, {"/empty", "\n"}}, {{"NAME", "value"}}};
  for (const Mistake& mistake : mistakes) {
    const auto configured = room.read(before + std::string(mistake.text));
    CAPTURE(mistake.text);
    CHECK_FALSE(configured.settings.has_value());
    CHECK(problems_of(configured) == std::vector<std::string>{std::string(mistake.sentence)});
  }
}

}  // namespace

TEST_CASE("what is missing is named, with an example", "[config]") {
  expect("", {
                 {"", "there is no section [watch]: helo is required"},
                 {"[watch]\nhelo = \"a.example.net\"\n",
                  "there is no section [[group]] or [[check]]: nothing would be watched"},
                 {"[watch]\n[[group]]\ntargets = \"a\"\n",
                  "1:1: helo is missing: helo = \"probe.example.net\""},
                 {"[[group]]\ntargets = \"a\"\n", "there is no section [watch]: helo is required"},
                 {"[watch]\nhelo = \"a.example.net\"\n[[group]]\nname = \"x\"\n",
                  "3:1: targets is missing (or domains): targets = \"edge.jsonl\""},
             });
}

TEST_CASE("a mistake in [watch] has its line and column", "[config]") {
  expect(
      "[[group]]\ntargets = \"edge.txt\"\n[watch]\nhelo = \"probe.example.net\"\n",
      {
          {"intervall = \"60s\"\n", "5:1: unknown key 'intervall', do you mean 'interval'?"},
          {"interval = 60\n", "5:12: interval must be a text such as \"60s\""},
          {"interval = \"60x\"\n",
           "5:12: interval: '60x' is not a duration: write 250ms, 30s, 5m, 1h30m or 30d"},
          {"interval = \"500ms\"\n", "5:12: interval must be from 1s to 24h, not 500ms"},
          {"interval = \"2d\"\n", "5:12: interval must be from 1s to 24h, not 2d"},
          {"interval = \"\"\n",
           "5:12: interval: '' is not a duration: write 250ms, 30s, 5m, 1h30m or 30d"},
          {"interval = \"1d12\"\n",
           "5:12: interval: '1d12' is not a duration: write 250ms, 30s, 5m, 1h30m or 30d"},
          {"state_dir = \"\"\n", "5:13: state_dir is empty"},
          {"state_dir = [\"/a\"]\n", "5:13: state_dir must be a text such as \"/var/lib/mxsweep\""},
          {"time_zone = \"Europe/Berln\"\n",
           "5:13: time_zone: 'Europe/Berln' is not a time zone of this machine; write one such as "
           "\"Europe/Berlin\""},
          {"depth = \"elho\"\n",
           "5:9: depth must be connect, greeting, ehlo, tls, mail or rcpt, not 'elho', do you mean "
           "'ehlo'?"},
          {"depth = true\n", "5:9: depth must be a text such as \"ehlo\""},
          {"tls_every = \"allways\"\n",
           "5:13: tls_every: 'allways' is not a duration: write 250ms, 30s, 5m, 1h30m or 30d"},
          {"tls_every = 15\n", "5:13: tls_every must be a text such as \"15m\""},
          {"tls_every = \"8d\"\n", "5:13: tls_every must be from 1s to 7d, not 8d"},
          {"retry = \"15s\"\n",
           "5:9: retry must be a table such as { down_after = 3, up_after = 2 }"},
          {"retry = { afer = [\"15s\"] }\n", "5:11: unknown key 'afer', do you mean 'after'?"},
          {"retry = { after = \"15s\" }\n",
           "5:19: after must be an array of texts such as [\"15s\", \"30s\"]"},
          {"retry = { after = [] }\n", "5:19: after is empty"},
          {"retry = { after = [\"15s\", 30] }\n",
           "5:27: after must be an array of texts such as [\"15s\", \"30s\"]"},
          {"retry = { after = [\"15s\", \"2h\"] }\n", "5:27: after must be from 1s to 1h, not 2h"},
          {"retry = { down_after = 0 }\n", "5:24: down_after must be from 1 to 20, not 0"},
          {"retry = { up_after = 21 }\n", "5:22: up_after must be from 1 to 20, not 21"},
          {"retry = { degraded_after = \"3\" }\n",
           "5:28: degraded_after must be a number such as 3"},
          {"retry = { down_after = 2.5 }\n", "5:24: down_after must be a number such as 3"},
          {"concurrency = 0\n", "5:15: concurrency must be from 1 to 1000000, not 0"},
          {"concurrency = \"many\"\n", "5:15: concurrency must be a number such as 2000"},
          {"rate = -1\n", "5:8: rate must be from 0 to 1000000"},
          {"rate = nan\n", "5:8: rate must be from 0 to 1000000"},
          {"rate = \"fast\"\n", "5:8: rate must be a number such as 500"},
          {"sources = [\"192.0.2.1\", \"eth0\"]\n", "5:25: sources: 'eth0' is not an IP address"},
          {"sources = []\n", "5:11: sources is empty"},
          {"resolver = \"localhost\"\n", "5:12: resolver: 'localhost' is not IP or IP:PORT"},
          {"resolver = \"192.0.2.1:0\"\n", "5:12: resolver: '192.0.2.1:0' is not IP or IP:PORT"},
          {"ca_file = 1\n",
           "5:11: ca_file must be a text such as \"/etc/ssl/certs/ca-certificates.crt\""},
          {"state_dir = \"/srv/${STATE}\"\n", "5:13: the environment has no variable STATE"},
          {"state_dir = \"/srv/${STATE\"\n",
           "5:13: '${' begins the name of a variable, ${NAME}; write $${ for the text"},
          {"state_dir = \"/srv/${}\"\n",
           "5:13: '${' begins the name of a variable, ${NAME}; write $${ for the text"},
          {"max_size = \"10GB\"\n", "5:1: unknown key 'max_size', do you mean 'mail_size'?"},
      });
}

TEST_CASE("a mistake in a group has its line and column", "[config]") {
  expect(
      std::string(kHead),
      {
          {"target = \"x\"\n", "5:1: unknown key 'target', do you mean 'targets'?"},
          {"domains = \"d.txt\"\n",
           "5:11: a group has targets or domains, not both: make two groups"},
          {"targets_ = 1\n", "5:1: unknown key 'targets_', do you mean 'targets'?"},
          {"ports = [25, 0]\n", "5:14: ports must be from 1 to 65535, not 0"},
          {"ports = [25, 25]\n", "5:14: ports has 25 twice"},
          {"ports = [\"25\"]\n",
           "5:10: ports must be a number or an array of numbers such as [25, 587]"},
          {"ports = []\n", "5:9: ports is empty"},
          {"port = 25\n", "5:1: unknown key 'port', do you mean 'ports'?"},
          {"tls = \"start\"\n",
           "5:7: tls must be auto, starttls, implicit or off, not 'start', do you mean "
           "'starttls'?"},
          {"tls = \"on\"\n", "5:7: tls must be auto, starttls, implicit or off, not 'on'"},
          {"own = \"yes\"\n", "5:7: own must be true or false"},
          {"require_valid = 1\n", "5:17: require_valid must be true or false"},
          {"page_on = [\"certificate-expire\"]\n",
           "5:12: page_on: unknown cause 'certificate-expire', do you mean 'certificate-expired'?"},
          {"page_on = [\"input.syntax\"]\n",
           "5:12: page_on: 'input.syntax' is not a cause of degraded servers or a refusal"},
          {"depth = \"mail\"\n",
           "5:9: depth: mail and rcpt are for one's own servers: if these are, write own = true"},
          {"own = false\ndepth = \"mail\"\n",
           "6:9: depth: mail and rcpt are for one's own servers: if these are, write own = true"},
          {"own = true\ndepth = \"rcpt\"\n",
           "6:9: depth: rcpt needs a recipient that the servers should accept: write recipient = "
           "\"postmaster@example.net\" in [watch]"},
          {"page_on = [1]\n",
           "5:12: page_on must be a text or an array of texts such as [\"certificate-expired\"]"},
          {"labels = \"mail\"\n", "5:10: labels must be a table such as { team = \"mail\" }"},
          {"labels = { team = 1 }\n", "5:19: labels: 'team' must be a text"},
          {"labels = { severity = \"urgent\" }\n",
           "5:10: labels: severity must be critical, warning or info"},
          {"severity = \"urgent\"\n",
           "5:12: severity must be critical, warning or info, not 'urgent'"},
          {"severity = \"warn\"\n",
           "5:12: severity must be critical, warning or info, not 'warn', do you mean 'warning'?"},
          {"group_by = [\"\"]\n", "5:13: group_by has an empty text"},
          {"void_after = \"10s\"\n", "5:14: void_after must be from 60s to 366d, not 10s"},
          {"slo = \"99.9%\"\n",
           "5:7: slo must be a table such as { target = \"99.9%\", window = \"30d\" }"},
          {"slo = { target = \"100%\" }\n",
           "5:18: target must be a percentage above 0% and below 100%, such as \"99.9%\""},
          {"slo = { target = 99.9 }\n", "5:18: target must be a text such as \"99.9%\""},
          {"slo = { window = \"30d\" }\n", "5:7: target is missing: target = \"99.9%\""},
          {"slo = { target = \"99%\", window = \"400d\" }\n",
           "5:34: window must be from 1h to 366d, not 400d"},
          {"slo = { target = \"99%\", days = 30 }\n", "5:25: unknown key 'days'"},
          {"name = \"\"\n", "5:8: name is empty"},
          {"name = \"partners/mx\"\n",
           "5:8: 'partners/mx' cannot be the name of a group: it stands in the paths of pages, so "
           "it may not have a slash or a control character, nor be '.' or '..'"},
          {"name = \"a\"\n[[group]]\nname = \"a\"\ntargets = \"b\"\n",
           "7:8: there is another group 'a'"},
          {"[[group]]\ntargets = \"lists/edge.csv\"\n", "5:1: there is another group 'edge'"},
          {"interval = \"${NAME}\"\n",
           "5:12: interval: '${NAME}' is not a duration: write 250ms, 30s, 5m, 1h30m or 30d"},
      });
}

TEST_CASE("a mistake in another section has its line and column", "[config]") {
  expect(
      std::string(kHead),
      {
          {"[[channels]]\nkind = \"mail\"\n",
           "5:3: unknown section 'channels', do you mean 'channel'?"},
          {"[grupo]\na = 1\n", "5:2: unknown section 'grupo'"},
          {"[group.retry]\ndown_after = 2\n[group.x]\na = 1\n", "7:8: unknown key 'x'"},
          {"[[vantage]]\ncanaries = [\"192.0.2.1:25\"]\n",
           "5:1: this section is written [vantage]"},
          {"[channel]\nkind = \"mail\"\n", "5:1: this section is written [[channel]]"},
          {"[http]\npublic = \"all\"\n", "5:1: listen is missing: listen = \"127.0.0.1:8025\""},
          {"[http]\nlisten = \"localhost:8025\"\n",
           "6:10: listen: 'localhost:8025' is not an address with a port: write "
           "\"127.0.0.1:8025\" or \"[::1]:8025\""},
          {"[http]\nlisten = \"::1:8025\"\n",
           "6:10: listen: '::1:8025' is not an address with a port: write \"127.0.0.1:8025\" or "
           "\"[::1]:8025\""},
          {"[http]\nlisten = \"127.0.0.1:65536\"\n",
           "6:10: listen: '127.0.0.1:65536' is not an address with a port: write "
           "\"127.0.0.1:8025\" or \"[::1]:8025\""},
          {"[http]\nlisten = \"127.0.0.1:8025\"\ntoken = \"short\"\n",
           "7:9: the token has fewer than 16 characters: it could be guessed"},
          {"[http]\nlisten = \"127.0.0.1:8025\"\npublic = \"some\"\n",
           "7:10: public must be none, status or all, not 'some'"},
          {"[http]\nlisten = \"127.0.0.1:8025\"\npublic = \"none\"\n",
           "7:10: public is none and there is no token: nothing could be read"},
          {"[http]\nlisten = \"127.0.0.1:8025\"\nhosts = [\"a b\"]\n",
           "7:10: hosts: 'a b' is not the name of a host"},
          {"[http]\nlisten = \"127.0.0.1:8025\"\nport = 1\n", "7:1: unknown key 'port'"},
          {"[[check]]\nkind = \"dnsbl\"\nname = \"x\"\ncommand = [\"/bin/x\"]\n",
           "6:8: kind must be exec, script or roundtrip, not 'dnsbl'"},
          {"[[check]]\nname = \"x\"\ncommand = [\"/bin/x\"]\n",
           "5:1: kind is missing: kind = \"exec\""},
          {"[[check]]\nkind = \"exec\"\ncommand = [\"/bin/x\"]\n",
           "5:1: name is missing: name = \"mailq\""},
          {"[[check]]\nkind = \"exec\"\nname = \"x\"\n",
           "5:1: command is missing: command = [\"/usr/lib/nagios/plugins/check_mailq\", \"-w\", "
           "\"50\"]"},
          {"[[check]]\nkind = \"exec\"\nname = \"x\"\ncommand = [\"x\"]\n",
           "8:11: command must begin with the whole path of a program, such as \"/usr/bin/x\""},
          {"[[check]]\nkind = \"exec\"\nname = \"a/b\"\ncommand = [\"/bin/x\"]\n",
           "7:8: 'a/b' cannot be the name of a group: it stands in the paths of pages, so it may "
           "not have a slash or a control character, nor be '.' or '..'"},
          {"[vantage]\ncanaries = [\"192.0.2.53:53/tcp\"]\nquorum = 2\n",
           "7:10: quorum is 2, but the number of canaries is 1"},
          {"[vantage]\ncanaries = [\"192.0.2.0/24\"]\nquorum = 1\n",
           "6:13: canaries: '192.0.2.0/24' is not one server: write HOST:PORT, and /tcp if it "
           "sends no greeting"},
          {"[vantage]\ncanaries = [\"192.0.2.1:99999\"]\nquorum = 1\n",
           "6:13: canaries: '192.0.2.1:99999' is not one server: write HOST:PORT, and /tcp if it "
           "sends no greeting"},
          {"[vantage]\nquorum = 1\n", "6:10: quorum is 1, but the number of canaries is 0"},
          {"[vantage]\ncanaries = [\"192.0.2.1:25\"]\nquorum = 0\n",
           "7:10: quorum must be from 1 to 16, not 0"},
          {"[history]\nmax_size = \"10 GB\"\n",
           "6:12: max_size: '10 GB' is not a size from 1MB to 100TB: write 500MB, 10GB or 1TB"},
          {"[history]\nmax_size = \"10kB\"\n",
           "6:12: max_size: '10kB' is not a size from 1MB to 100TB: write 500MB, 10GB or 1TB"},
          {"[history]\nmax_size = 10\n", "6:12: max_size must be a text such as \"10GB\""},
          {"[alerts]\ngroup_wait = \"2h\"\n", "6:14: group_wait must be from 0s to 1h, not 2h"},
          {"[alerts]\ndigest_at = \"8:00\"\n",
           "6:13: digest_at: '8:00' is not a time of day: write \"02:30\", from 00:00 to 23:59"},
          {"[alerts]\ndigest_at = \"24:00\"\n",
           "6:13: digest_at: '24:00' is not a time of day: write \"02:30\", from 00:00 to 23:59"},
          {"[alerts]\ndead_man = \"hc.example.net\"\n",
           "6:12: dead_man must be a URL that begins with http:// or https://"},
          {"[alerts]\ndead_man_every = \"0\"\n",
           "6:18: dead_man_every must be from 1s to 24h, not 0"},
          {"[alerts]\nstatus_url = \"ftp://example.net/\"\n",
           "6:14: status_url must be a URL that begins with http:// or https://"},
          {"[control]\npath = \"/run/x\"\n", "6:1: unknown key 'path'"},
          {"[control]\nsocket = false\n",
           "6:10: socket must be a text such as \"/run/mxsweep/control\""},
      });
}

TEST_CASE("a mistake in a channel has its line and column", "[config]") {
  expect(
      std::string(kHead),
      {
          {"[[channel]]\nname = \"x\"\n", "5:1: kind is missing: kind = \"mail\""},
          {"[[channel]]\nkind = \"mial\"\nto = \"a\"\n",
           "6:8: there is no channel of kind 'mial', do you mean 'mail'?"},
          {"[[channel]]\nkind = \"wbhook\"\nurl = \"https://a.example/\"\n",
           "6:8: there is no channel of kind 'wbhook', do you mean 'webhook'?"},
          {"[[channel]]\nkind = \"pigeon\"\n", "6:8: there is no channel of kind 'pigeon'"},
          {"[[channel]]\nkind = 1\n", "6:8: kind must be a text such as \"mail\""},
          {"[[channel]]\nkind = \"mail\"\nto = [\"ops@example.net\"]\n",
           "5:1: relays is missing: relays = [\"relay.example.org:587\", \"mx:\"]"},
          {"[[channel]]\nkind = \"mail\"\nrelays = [\"mx:\"]\n",
           "5:1: to is missing: to = [\"ops@example.net\"]"},
          {"[[channel]]\nkind = \"mail\"\nto = [\"ops\"]\nrelays = [\"mx:\"]\n",
           "7:7: to: 'ops' is not a mail address"},
          {"[[channel]]\nkind = \"mail\"\nto = []\nrelays = [\"mx:\"]\n", "7:6: to is empty"},
          {"[[channel]]\nkind = \"mail\"\nto = [\"a@example.net\"]\nfrom = \"b\"\nrelays = "
           "[\"mx:\"]\n",
           "8:8: from: 'b' is not a mail address"},
          {"[[channel]]\nkind = \"mail\"\nto = [\"a@example.net\"]\nrelays = [\"relay:smtp\"]\n",
           "8:11: relays: 'relay:smtp' is not a relay: write HOST, HOST:587, starttls://HOST, "
           "smtps://HOST or mx:"},
          {"[[channel]]\nkind = \"mail\"\nto = [\"a@example.net\"]\nrelays = [\"http://relay\"]\n",
           "8:11: relays: 'http://relay' is not a relay: write HOST, HOST:587, starttls://HOST, "
           "smtps://HOST or mx:"},
          {"[[channel]]\nkind = \"mail\"\nto = [\"a@example.net\"]\nrelays = [\"mx:\"]\nurl = "
           "\"https://a.example/\"\n",
           "9:7: a channel of kind 'mail' has no use for url"},
          {"[[channel]]\nkind = \"webhook\"\n",
           "5:1: url is missing: url = \"https://hooks.example.net/1\""},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"hooks.example.net/secret\"\n",
           "7:7: url must be a URL that begins with http:// or https://"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\ntoken_file = "
           "\"/none\"\n",
           "8:14: token_file: /none: No such file or directory"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\ntoken_file = "
           "\"/empty\"\n",
           "8:14: token_file: the file is empty"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\ntoken = "
           "\"${NONE}\"\n",
           "8:9: the environment has no variable NONE"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\ntoken = "
           "\"a\"\ntoken_file = \"/secret\"\n",
           "9:14: token and token_file are both given: one of them is enough"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\ntimeout = "
           "\"1h\"\n",
           "8:11: timeout must be from 1s to 10m, not 1h"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\nmax_per_hour = "
           "-1\n",
           "8:16: max_per_hour must be from 0 to 3600, not -1"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\nbody = \"x\"\n",
           "8:8: body is for channels of kind template only; this one is of kind 'webhook'"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\nfallback = "
           "\"oncal\"\n",
           "8:12: there is no channel 'oncal'"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\nfallback = "
           "\"webhook\"\n",
           "8:12: fallback leads back to the same channel: webhook → webhook"},
          {"[[channel]]\nkind = \"webhook\"\nurl = \"https://hooks.example.net/\"\ntime_zone = "
           "\"Mars\"\n",
           "8:13: time_zone: 'Mars' is not a time zone of this machine; write one such as "
           "\"Europe/Berlin\""},
          {"[[channel]]\nkind = \"telegram\"\nparameters = { chat = 5 }\n",
           "7:23: parameters: 'chat' must be a text"},
          {"[[channel]]\nkind = \"telegram\"\ncommand = [\"/bin/true\"]\n",
           "7:11: command is for channels of kind exec only; this one is of kind 'telegram'"},
          {"[[channel]]\nkind = \"template\"\nurl = \"https://a.example/\"\n",
           "5:1: body is missing: body = '{\"text\": \"{{summary}}\"}'"},
          {"[[channel]]\nkind = \"exec\"\n",
           "5:1: command is missing: command = [\"/usr/local/bin/notify\", \"ops\"]"},
          {"[[channel]]\nkind = \"exec\"\ncommand = [\"notify\"]\n",
           "7:11: command must begin with the whole path of a program, such as \"/usr/bin/x\""},
          {"[[channel]]\nkind = \"exec\"\ncommand = [\"/bin/true\"]\ntoken = \"x\"\n",
           "8:9: a channel of kind 'exec' has no use for token"},
          {"[[channel]]\nkind = \"exec\"\ncommand = \"/bin/true\"\n[[channel]]\nkind = "
           "\"exec\"\ncommand = \"/bin/false\"\n",
           "8:1: there is another channel 'exec'"},
          {"[[channel]]\nname = \"a\"\nkind = \"telegram\"\nfallback = \"b\"\n[[channel]]\nname = "
           "\"b\"\nkind = \"telegram\"\nfallback = \"c\"\n[[channel]]\nname = \"c\"\nkind = "
           "\"telegram\"\nfallback = \"a\"\n",
           "8:12: fallback leads back to the same channel: a → b → c → a"},
      });
}

TEST_CASE("a mistake in a route or a window has its line and column", "[config]") {
  expect(
      std::string(kHead) + std::string(kMail),
      {
          {"[[route]]\n", "9:1: to is missing: to = [\"ops-mail\"]"},
          {"[[route]]\nto = [\"mial\"]\n", "10:7: there is no channel 'mial', do you mean 'mail'?"},
          {"[[route]]\nto = []\n", "10:6: to is empty"},
          {"[[route]]\nto = \"mail\"\nmatch = \"all\"\n",
           "11:9: match must be a table such as { severity = \"critical\" }"},
          {"[[route]]\nto = \"mail\"\nmatch = { group = \"edgy\" }\n",
           "11:19: there is no group 'edgy', do you mean 'edge'?"},
          {"[[route]]\nto = \"mail\"\nmatch = { severity = \"crit\" }\n",
           "11:22: severity must be critical, warning or info, not 'crit', do you mean "
           "'critical'?"},
          {"[[route]]\nto = \"mail\"\nmatch = { team = \"mail\" }\n", "11:11: unknown key 'team'"},
          {"[[route]]\nto = \"mail\"\nreminder = \"1s\"\n",
           "11:12: reminder must be from 60s to 30d, not 1s"},
          {"[[route]]\nto = \"mail\"\nescalate = { after = \"1m\", to = \"mail\" }\n",
           "11:12: escalate must be an array of tables such as [{ after = \"15m\", to = "
           "[\"oncall-call\"] }]"},
          {"[[route]]\nto = \"mail\"\nescalate = [{ to = \"mail\" }]\n",
           "11:13: after is missing: after = \"15m\""},
          {"[[route]]\nto = \"mail\"\nescalate = [{ after = \"15m\" }]\n",
           "11:13: to is missing: to = [\"oncall-call\"]"},
          {"[[route]]\nto = \"mail\"\nescalate = [{ after = \"15m\", to = \"sms\" }]\n",
           "11:35: there is no channel 'sms'"},
          {"[[route]]\nto = \"mail\"\nescalate = [{ after = \"15m\", unless = \"seen\", to = "
           "\"mail\" }]\n",
           "11:39: unless must be acked, not 'seen'"},
          {"[[route]]\nto = \"mail\"\nescalate = [\"15m\"]\n",
           "11:13: escalate must be an array of tables such as [{ after = \"15m\", to = "
           "[\"oncall-call\"] }]"},
          {"[[maintenance]]\nat = \"02:00\"\n", "9:1: for is missing: for = \"2h\""},
          {"[[maintenance]]\nfor = \"2h\"\n", "9:1: at is missing: at = \"02:00\""},
          {"[[maintenance]]\nat = \"2 o'clock\"\nfor = \"2h\"\n",
           "10:6: at: '2 o'clock' is not a time of day: write \"02:30\", from 00:00 to 23:59"},
          {"[[maintenance]]\nat = 2\nfor = \"2h\"\n", "10:6: at must be a text such as \"02:00\""},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"8d\"\n",
           "11:7: for must be from 60s to 7d, not 8d"},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\nevery = \"Sunnday\"\n",
           "12:9: every: 'Sunnday' is not a day of the week: write Mon, Tue, Wed, Thu, Fri, Sat, "
           "Sun or day"},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\nevery = [\"Mon\", 2]\n",
           "12:17: every must be a text or an array of texts such as [\"Sat\", \"Sun\"]"},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\ndate = \"2026-02-30\"\n",
           "12:8: date: '2026-02-30' is not a date: write \"2026-12-24\""},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\ndate = \"tomorrow\"\n",
           "12:8: date: 'tomorrow' is not a date: write \"2026-12-24\""},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\ndate = 2026\n",
           "12:8: date must be a date such as \"2026-12-24\""},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\ndate = \"2026-12-24\"\nevery = "
           "\"Sun\"\n",
           "12:8: a window has every or date, not both"},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\ntime_zone = \"CET+1\"\n",
           "12:13: time_zone: 'CET+1' is not a time zone of this machine; write one such as "
           "\"Europe/Berlin\""},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\nmatch = { group = \"nowhere\" }\n",
           "12:19: there is no group 'nowhere'"},
          {"[[maintenance]]\nat = \"02:00\"\nfor = \"2h\"\nwhen = \"Sun\"\n",
           "12:1: unknown key 'when'"},
      });
}
