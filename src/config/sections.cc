// SPDX-License-Identifier: MIT
#include "mxsweep/config/sections.h"

#include <algorithm>
#include <iterator>

#include "config/values.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/roundtrip/usual_script.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::config {
namespace {

using Form = Section::Form;

// The defaults are those of the structures, written out.
const watch::Settings kSettings;
const watch::Group kGroup;
const watch::Channel kChannel;
const watch::Group::Objective kObjective;

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }
std::string in_quotes(Duration duration) { return in_quotes(write_span(duration)); }
std::string yes_or_no(bool flag) { return flag ? "true" : "false"; }

std::string after() {
  std::string list;
  for (const Duration each : kGroup.confirmation.after) {
    list += (list.empty() ? "" : ", ") + in_quotes(each);
  }
  return "[" + list + "]";
}

Section watch_section() {
  return {
      "watch",
      Form::table,
      "The monitor itself, and the defaults of all groups.",
      {
          {"helo", Type::text, "\"probe.example.net\"", "",
           "The name of this machine that EHLO gives; required. It resolves to the address that "
           "probes come from, and that address resolves to it."},
          {"state_dir", Type::text, "\"/var/lib/mxsweep\"", in_quotes(kSettings.state_dir),
           "The folder of state.db and history.db."},
          {"time_zone", Type::text, "\"Europe/Berlin\"", in_quotes(kSettings.time_zone),
           "The zone of maintenance windows and of the daily digest. Stored times are UTC."},
          {"interval", Type::duration, "\"60s\"", in_quotes(kGroup.interval),
           "Default of the groups' interval."},
          {"retry", Type::table, "{ down_after = 3, up_after = 2 }", "",
           "Default of the groups' retry."},
          {"depth", Type::text, "\"ehlo\"", "\"ehlo\"", "Default of the groups' depth."},
          {"recipient", Type::text, "\"postmaster@example.net\"", "",
           "A mailbox that the servers of groups with depth \"rcpt\" should accept."},
          {"mail_size", Type::number, "10485760", std::to_string(kSettings.envelope.octets),
           "With depth \"mail\" or \"rcpt\", the octets that MAIL FROM announces."},
          {"tls_every", Type::duration, "\"15m\"", in_quotes(kGroup.tls_every),
           "Default of the groups' tls_every."},
          {"checks", Type::texts, "[\"policy\"]", "\"none\"",
           "Default of the groups' checks; each group takes those that it can have."},
          {"checks_every", Type::duration, "\"1h\"", in_quotes(kGroup.checks.every),
           "Default of the groups' checks_every."},
          {"checks_alert", Type::text, "\"error\"", "\"error\"",
           "Default of the groups' checks_alert."},
          {"checks_role", Type::text, "\"both\"", "\"both\"",
           "Default of the groups' checks_role."},
          {"concurrency", Type::number, "2000", std::to_string(kSettings.concurrency),
           "The largest number of conversations at the same time."},
          {"rate", Type::number, "500", "0",
           "The largest number of new connections a second; 0: no limit but the schedule."},
          {"sources", Type::texts, "[\"192.0.2.1\"]", "",
           "Addresses of this machine that probes come from; without it the system chooses."},
          {"resolver", Type::text, "\"127.0.0.1:53\"", "",
           "The DNS resolver, IP[:PORT]; without it the system's."},
          {"ca_file", Type::text, "\"/etc/ssl/certs/ca-certificates.crt\"", "",
           "The authorities that are trusted, in PEM; without it the system's."},
      }};
}

Section history_section() {
  return {
      "history",
      Form::table,
      "The history of results, history.db.",
      {
          {"max_size", Type::size, "\"10GB\"", in_quotes(write_size(kSettings.history_octets_max)),
           "The space that it may take; the oldest results are dropped first."},
      }};
}

Section vantage_section() {
  return {"vantage",
          Form::table,
          "How the monitor finds out that its own network is at fault.",
          {
              {"canaries", Type::texts, "[\"192.0.2.53:53/tcp\", \"mx.example.org:25\"]", "",
               "Servers elsewhere that are known to answer, HOST:PORT. SMTP servers, which greet; "
               "with /tcp at the end a connection is enough."},
              {"quorum", Type::number, "2", "half of the canaries, rounded up",
               "If fewer canaries than this answer, the monitor is blind: failures do not count."},
          }};
}

Section alerts_section() {
  return {"alerts",
          Form::table,
          "When messages are sent.",
          {
              {"group_wait", Type::duration, "\"5s\"", in_quotes(kSettings.group_wait),
               "How long a confirmed failure waits for others of the same cause."},
              {"group_interval", Type::duration, "\"5m\"", in_quotes(kSettings.group_interval),
               "The shortest time between two updates about an incident."},
              {"digest_at", Type::time_of_day, "\"08:00\"", in_quotes("08:00"),
               "The local time of the daily digest of certificates and changes."},
              {"dead_man", Type::text, "\"https://hc.example.net/ping/1\"", "",
               "A URL that is fetched while probing, storage and delivery work: where the "
               "requests end, another service raises the alarm."},
              {"dead_man_every", Type::duration, "\"60s\"", in_quotes(kSettings.dead_man_every),
               "How often it is fetched."},
              {"status_url", Type::text, "\"https://status.example.net/\"", "",
               "The beginning of links in messages; without it they have none."},
          }};
}

Section control_section() {
  return {"control",
          Form::table,
          "The socket of mxsweep ctl.",
          {
              {"socket", Type::text, "\"/run/mxsweep/control\"", "", "Its path."},
              {"group", Type::text, "\"adm\"", "",
               "The group of users that may use it, beside the user of the monitor."},
          }};
}

Section http_section() {
  return {
      "http",
      Form::table,
      "The status page, the API and metrics, over HTTP. Without this section there are none. It is "
      "plain HTTP: for other machines put a web server with TLS before it.",
      {
          {"listen", Type::text, "\"127.0.0.1:8025\"", "", "The address and port to listen at."},
          {"token", Type::text, "\"${MXSWEEP_TOKEN}\"", "",
           "Gives access to everything: reading, acknowledging, silencing, reloading. At least 16 "
           "characters. A browser sends it as the password of any user, and may only read."},
          {"token_file", Type::text, "\"/etc/mxsweep/http.token\"", "", "The file of the token."},
          {"public", Type::text, "\"status\"", "\"status\"",
           "What is shown without the token: none, status (pages without names of servers, the "
           "feed, badges of groups, the summary and the incidents of the API), or all."},
          {"show_targets", Type::flag, "true", "false",
           "Whether the public status has names and addresses of targets, too."},
          {"hosts", Type::texts, "[\"status.example.net\"]", "that of status_url",
           "Names that requests may be for, beside localhost and the address itself."},
          {"status_dir", Type::text, "\"/var/www/status\"", "",
           "A folder that the public pages are written to each minute, for a web server "
           "elsewhere."},
          {"per_monitor", Type::flag, "false", "for up to 5,000 monitors",
           "Whether /metrics has those of each monitor."},
      }};
}

Section group_section() {
  return {
      "group",
      Form::repeated,
      "Targets that are probed and judged in the same way. It needs targets or domains.",
      {
          {"name", Type::text, "\"edge\"", "the file's name without folder and ending",
           "Its name, in messages and in match."},
          {"targets", Type::text, "\"edge.jsonl\"", "",
           "The path of a list of servers, in any form that mxsweep scan reads."},
          {"domains", Type::text, "\"domains.txt\"", "",
           "The path of a list of mail domains, instead of targets. A domain is down when all its "
           "MX hosts of the best preference are."},
          {"protocol", Type::text, "\"imap\"", "that of the port",
           "What targets that name none speak: smtp, imap or pop3. Without it IMAP on ports 143 "
           "and 993, POP3 on 110 and 995, else SMTP."},
          {"ports", Type::numbers, "[25, 587]", "25",
           "The ports of targets that name none. With protocol, the default is its port."},
          {"tls", Type::text, "\"auto\"", "\"auto\"",
           "How TLS begins: auto (implicit on ports 465, 993 and 995, else STARTTLS if it is "
           "offered), starttls, implicit or off."},
          {"interval", Type::duration, "\"60s\"", "that of [watch]",
           "How often each server is probed, from 1s to 24h."},
          {"retry", Type::table, "{ down_after = 3, up_after = 2 }", "that of [watch]",
           "How results are confirmed; its keys are below."},
          {"depth", Type::text, "\"ehlo\"", "that of [watch]",
           "How far each probe goes: connect, greeting, ehlo or tls; with own = true also mail or "
           "rcpt, which ask whether the server would take mail now."},
          {"tls_every", Type::duration, "\"15m\"", "that of [watch]",
           "How often a probe goes on to TLS, beside depth; \"always\": each time."},
          {"checks", Type::texts, "[\"spf\", \"dmarc\", \"dane\"]", "that of [watch]",
           "What is checked beside the probes, in the words of mxsweep checks: of domains spf, "
           "dmarc, dkim:SELECTOR, mta-sts, http (the policy of MTA-STS as well), tls-rpt and "
           "dnssec; of them and of servers dane, names and dnsbl:FILE (blocklists; one file for "
           "all groups); policy: spf to names; all: policy, dkim:common and http. none: nothing."},
          {"checks_every", Type::duration, "\"1h\"", "that of [watch]",
           "How often it is checked, from 1m to 30d."},
          {"checks_alert", Type::text, "\"warn\"", "that of [watch]",
           "Which findings are an incident: error (only these) or warn (these too). mxsweep manual "
           "findings lists them."},
          {"checks_role", Type::text, "\"in\"", "that of [watch]",
           "What the servers are for, which decides how much a finding matters: in (they only "
           "receive), out (they only send) or both."},
          {"require_valid", Type::flag, "true", yes_or_no(kGroup.require_valid),
           "A server whose certificate cannot be verified is degraded."},
          {"own", Type::flag, "false", yes_or_no(kGroup.own),
           "These are our servers: the limits of politeness do not apply."},
          {"page_on", Type::texts, "[\"certificate-expired\"]", "",
           "Causes of degraded servers, or of refusals, that count as failures; mxsweep manual "
           "causes lists them."},
          {"labels", Type::table, "{ team = \"mail\" }", "",
           "Words of your own for match; \"severity\" is that of the group."},
          {"severity", Type::text, "\"critical\"", "\"critical\"",
           "The severity of a failure: critical, warning or info."},
          {"group_by", Type::texts, "[\"rack\"]", "",
           "Fields of meta whose values may be the common cause of failures."},
          {"void_after", Type::duration, "\"6h\"", in_quotes(kGroup.void_after),
           "A server that only refuses or throttles for so long cannot be observed, which is an "
           "incident of its own."},
          {"slo", Type::table, "{ target = \"99.9%\", window = \"30d\" }", "",
           "The service level that the group has to reach; its keys are below."},
      }};
}

Section check_section() {
  const watch::Run run;
  const roundtrip::Usual usual;
  return {
      "check",
      Form::repeated,
      "A check that is run again and again in place of probes: one monitor, check:NAME, whose "
      "results are confirmed, grouped and told as those of a group. exec: a program that answers "
      "as plugins of Nagios do. roundtrip: sends a message and waits for it in a mailbox, as "
      "mxsweep roundtrip does. script: the steps of a script of mxsweep roundtrip.",
      {
          {"kind", Type::text, "\"exec\"", "", "exec, roundtrip or script; required."},
          {"name", Type::text, "\"mailq\"", "", "Its name, in messages and in match; required."},
          {"command", Type::texts, "[\"/usr/lib/nagios/plugins/check_mailq\", \"-w\", \"50\"]", "",
           "exec: the program and its arguments; no shell runs it. Exit status 0 is good, 1 a "
           "warning, 2 bad; any other says nothing. The first line of its output is the text."},
          {"timeout", Type::duration, "\"30s\"", in_quotes(run.timeout),
           "exec: after so long it is ended, which says nothing."},
          {"send", Type::text, "\"submission.example.net:587\"", "",
           "roundtrip: where the message is sent, HOST[:PORT] with STARTTLS or smtps://HOST; "
           "required."},
          {"from", Type::text, "\"probe@example.net\"", "",
           "roundtrip: the sender of the envelope; required."},
          {"to", Type::text, "\"probe+${token}@example.org\"", "",
           "roundtrip: the recipient; required. ${token} in it is replaced."},
          {"fetch", Type::text, "\"imaps://imap.example.org\"", "",
           "roundtrip: where the message must arrive, imaps://, imap://, pop3s:// or pop3://; "
           "without it, it is only sent."},
          {"secret_file", Type::text, "\"/etc/mxsweep/rt.toml\"", "",
           "A file with the users, their passwords or tokens, and the key of the messages."},
          {"mechanism", Type::text, "\"SCRAM-SHA-256\"", "the best that is offered",
           "roundtrip: PLAIN, LOGIN, SCRAM-SHA-256, XOAUTH2 or OAUTHBEARER."},
          {"within", Type::duration, "\"3m\"", in_quotes(usual.within),
           "roundtrip: how long delivery may take; what comes later is slow."},
          {"deadline", Type::duration, "\"5m\"", in_quotes(usual.deadline),
           "When everything must have ended."},
          {"authserv_id", Type::text, "\"mx.example.org\"", "",
           "The server whose Authentication-Results are believed."},
          {"size", Type::number, "2000", std::to_string(usual.octets),
           "roundtrip: the octets of the message."},
          {"starttls", Type::flag, "false", "true",
           "roundtrip: whether a server that is sent to without TLS must offer STARTTLS."},
          {"verify", Type::flag, "false", "true",
           "roundtrip: whether certificates must be valid for their hosts."},
          {"in_clear", Type::flag, "true", "false",
           "roundtrip: send passwords even where there is no TLS."},
          {"keep", Type::flag, "true", "false",
           "roundtrip: do not delete the message; otherwise it is, and nothing else."},
          {"file", Type::text, "\"checks.toml\"", "",
           "script: the file of its steps, as of mxsweep roundtrip --script; of several checks in "
           "it the one of the same name."},
          {"step", Type::tables, "[{ connect = \"mail.example.org\" }]", "",
           "script: its steps, instead of a file, as mxsweep roundtrip --print-script has them."},
          {"interval", Type::duration, "\"60s\"", "exec: that of [watch]; else 5m",
           "How often it is run; a script or a round trip once a minute at most."},
          {"retry", Type::table, "{ down_after = 2, up_after = 2 }", "two results in a row decide",
           "How results are confirmed; its keys are those of a group's."},
          {"page_on", Type::texts, "[\"roundtrip.slow\"]", "",
           "Causes of warnings that count as failures."},
          {"labels", Type::table, "{ team = \"mail\" }", "", "As of a group."},
          {"severity", Type::text, "\"critical\"", "\"critical\"", "As of a group."},
          {"void_after", Type::duration, "\"6h\"", in_quotes(kGroup.void_after),
           "A check that says nothing for so long cannot be observed, which is an incident of its "
           "own."},
          {"slo", Type::table, "{ target = \"99.9%\", window = \"30d\" }", "", "As of a group."},
      }};
}

Section retry_section() {
  return {
      "group.retry",
      Form::inside,
      "How results are confirmed before they count.",
      {
          {"after", Type::durations, "[\"15s\", \"30s\"]", after(),
           "When a server is probed again after a failure; the last one repeats."},
          {"down_after", Type::number, "3", std::to_string(kGroup.confirmation.down_after),
           "So many failures in a row: it is down."},
          {"up_after", Type::number, "2", std::to_string(kGroup.confirmation.up_after),
           "So many good results in a row: it is up again."},
          {"degraded_after", Type::number, "3", std::to_string(kGroup.confirmation.degraded_after),
           "So many degraded results in a row: it is degraded."},
      }};
}

Section slo_section() {
  return {"group.slo",
          Form::inside,
          "A service level.",
          {
              {"target", Type::share, "\"99.9%\"", "",
               "The share of the time that the servers are to be up; required."},
              {"window", Type::duration, "\"30d\"", in_quotes(kObjective.window),
               "The time over which it is counted."},
          }};
}

Section channel_section() {
  return {
      "channel",
      Form::repeated,
      "A way to send messages. Its secrets may be given as they are, as ${VARIABLE} of the "
      "environment, or in a file by the key that ends in _file.",
      {
          {"kind", Type::text, "\"mail\"", "",
           "mail, webhook, exec, alertmanager, template (a request with a body of your own) or a "
           "preset such as slack, telegram or twilio-sms; required."},
          {"name", Type::text, "\"ops-mail\"", "its kind", "Its name, in routes and in fallback."},
          {"to", Type::texts, "[\"ops@example.net\"]", "",
           "Mail: the recipients; required. Presets: telephone numbers, rooms and the like."},
          {"from", Type::text, "\"mxsweep@example.net\"", "mail: mxsweep@ and the name of helo",
           "The sender."},
          {"relays", Type::texts, "[\"relay.example.org:587\", \"mx:\"]", "",
           "Mail; required: servers that take it, in order. HOST[:PORT], port 587, uses STARTTLS "
           "if it is offered, and always with user; smtp://HOST uses it if it is offered, "
           "starttls://HOST always, smtps://HOST is implicit TLS on port 465. \"mx:\" is the "
           "recipient's own MX."},
          {"user", Type::text, "\"monitor\"", "",
           "The name for logging in to relays, or of an account with the service."},
          {"password", Type::text, "\"${RELAY_PASSWORD}\"", "", "Its password."},
          {"password_file", Type::text, "\"/etc/mxsweep/relay.secret\"", "",
           "The file of the password."},
          {"url", Type::text, "\"https://hooks.example.net/1\"", "",
           "Where requests go, http:// or https://; required for webhook, alertmanager and "
           "template."},
          {"token", Type::text, "\"${HOOK_TOKEN}\"", "", "The token of the service."},
          {"token_file", Type::text, "\"/etc/mxsweep/hook.secret\"", "", "The file of the token."},
          {"signing_key", Type::text, "\"${HOOK_KEY}\"", "",
           "Webhook: the key of the signature (HMAC-SHA256)."},
          {"signing_key_file", Type::text, "\"/etc/mxsweep/hook.key\"", "",
           "The file of that key."},
          {"parameters", Type::table, "{ chat = \"-1001\" }", "",
           "Further texts that a preset or the body refers to by name."},
          {"body", Type::text, "'{\"text\": \"{{summary}}\"}'", "",
           "Template: the body of the request; required there."},
          {"content_type", Type::text, "\"application/json\"", "\"application/json\"",
           "Template: the type of the body, which also decides how fields are escaped."},
          {"command", Type::texts, "[\"/usr/local/bin/notify\", \"ops\"]", "",
           "Exec: the program, with its whole path, and its arguments. It gets the incident as "
           "JSON on its standard input."},
          {"ca_file", Type::text, "\"/etc/mxsweep/ca.pem\"", "",
           "The authorities that are trusted for this channel."},
          {"timeout", Type::duration, "\"30s\"", in_quotes(kChannel.timeout),
           "How long an attempt may take."},
          {"max_per_hour", Type::number, "6", "0",
           "The largest number of messages an hour; the others go into one digest. 0: no limit."},
          {"fallback", Type::text, "\"oncall-sms\"", "",
           "The channel that is used when this one fails, or depends on a server that is down."},
          {"time_zone", Type::text, "\"Europe/Berlin\"", "",
           "The zone of the times in its messages, beside UTC."},
      }};
}

Section route_section() {
  return {"route",
          Form::repeated,
          "Which incidents go to which channels. All routes that match take an incident. Without "
          "any route each channel gets everything.",
          {
              {"match", Type::table, "{ severity = \"critical\" }", "everything",
               "What it takes; its keys are below."},
              {"to", Type::texts, "[\"ops-mail\"]", "", "The channels; required."},
              {"reminder", Type::duration, "\"4h\"", "none",
               "How often an incident that goes on is reported again."},
              {"escalate", Type::tables, "[{ after = \"15m\", to = [\"oncall-call\"] }]", "",
               "What happens if nothing changes; the keys of each entry are below."},
          }};
}

Section match_section() {
  return {"match",
          Form::inside,
          "What a route or a maintenance window applies to: all that is given must match.",
          {
              {"group", Type::text, "\"edge\"", "", "The name of a group."},
              {"severity", Type::text, "\"critical\"", "", "critical, warning or info."},
              {"target", Type::text, "\"*.example.net\"", "",
               "A target as it is written in its list; * at either end stands for anything."},
              {"labels", Type::table, "{ team = \"mail\" }", "",
               "Labels of the group, or fields of meta with these texts."},
          }};
}

Section escalate_section() {
  return {
      "route.escalate",
      Form::inside,
      "A step of an escalation.",
      {
          {"after", Type::duration, "\"15m\"", "", "How long after the first message; required."},
          {"unless", Type::text, "\"acked\"", "\"acked\"",
           "What prevents it: that the incident is acknowledged."},
          {"to", Type::texts, "[\"oncall-call\"]", "", "The channels; required."},
      }};
}

Section maintenance_section() {
  return {
      "maintenance",
      Form::repeated,
      "A window in which the beginning of an incident is not reported. A local time that the "
      "clock skips is moved forward by the gap; of one that occurs twice it is the first.",
      {
          {"name", Type::text, "\"patch night\"", "", "What mxsweep ctl calls it."},
          {"match", Type::table, "{ group = \"edge\" }", "everything",
           "What it applies to; its keys are above."},
          {"every", Type::texts, "[\"Sat\", \"Sun\"]", "\"day\"",
           "The days of the week on which it begins: Mon, Tue, Wed, Thu, Fri, Sat, Sun, or day "
           "for each."},
          {"date", Type::date, "\"2026-12-24\"", "", "The one date on which it begins."},
          {"at", Type::time_of_day, "\"02:00\"", "", "The local time of its beginning; required."},
          {"for", Type::duration, "\"2h\"", "", "How long it lasts; required."},
          {"time_zone", Type::text, "\"Europe/Berlin\"", "that of [watch]", "Its zone."},
      }};
}

}  // namespace

std::string_view to_string(Type type) {
  switch (type) {
    case Type::text: return "text";
    case Type::texts: return "text, or array of texts";
    case Type::duration: return "duration";
    case Type::durations: return "array of durations";
    case Type::size: return "size";
    case Type::share: return "percentage";
    case Type::time_of_day: return "time of day";
    case Type::date: return "date";
    case Type::number: return "number";
    case Type::numbers: return "number, or array of numbers";
    case Type::flag: return "true or false";
    case Type::table: return "table";
    case Type::tables: break;
  }
  return "array of tables";
}

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      watch_section(),    group_section(),   check_section(),  retry_section(),
      slo_section(),      channel_section(), route_section(),  match_section(),
      escalate_section(), vantage_section(), alerts_section(), maintenance_section(),
      history_section(),  control_section(), http_section()};
  return all;
}

const Section& section_of(std::string_view name) {
  for (const auto& of_file : {sections, blocklist_sections, script_sections, account_sections}) {
    const std::vector<Section>& all = of_file();
    const auto found = std::ranges::find(all, name, &Section::name);
    if (found != all.end()) return *found;
  }
  INVARIANT(false);
}

}  // namespace mxsweep::config
