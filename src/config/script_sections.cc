// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "config/values.h"
#include "mxsweep/config/sections.h"
#include "mxsweep/roundtrip/script.h"

namespace mxsweep::config {
namespace {

Section script_section() {
  return {
      "check",
      Section::Form::repeated,
      "A check that sends a message, fetches it and measures both.",
      {
          {"kind", Type::text, "\"script\"", "\"script\"", "What the check is made of."},
          {"name", Type::text, "\"full-path\"", "", "Its name in records and messages; required."},
          {"deadline", Type::duration, "\"5m\"",
           fmt::format("\"{}\"", write_span(roundtrip::kDeadlineDefault)),
           "When all steps must have ended."},
          {"secret_file", Type::text, "\"/etc/mxsweep/rt.toml\"", "",
           "A file with the users, their passwords or tokens, and the key of the probe messages."},
          {"authserv_id", Type::text, "\"mx.example.org\"", "",
           "The server whose Authentication-Results are believed; others can be forged."},
          {"step", Type::tables, "[{ connect = \"mail.example.org\" }]", "",
           "The steps, in their order; required."},
      }};
}

Section step_section() {
  return {
      "check.step",
      Section::Form::inside,
      "A step: one action, and what is expected of it.",
      {
          {"connect", Type::text, "\"smtp://mail.example.org:587\"", "",
           "Connects to a server: smtp (587 without a port) or smtps (465)."},
          {"ehlo", Type::flag, "true", "", "Says EHLO."},
          {"want", Type::texts, "[\"STARTTLS\", \"SIZE>=10485760\"]", "",
           "With ehlo: the extensions that must be offered."},
          {"starttls", Type::table, "{ verify = true, days_left = 14 }", "",
           "Changes to TLS, and says EHLO again."},
          {"auth", Type::table, "{ user = \"${user}\" }", "", "Authenticates."},
          {"mail_from", Type::text, "\"probe@example.net\"", "",
           "Begins a message; an empty text is the empty sender."},
          {"rcpt_to", Type::text, "\"probe+${token}@example.org\"", "", "Names a recipient."},
          {"data", Type::table, "{ subject = \"probe ${token}\" }", "", "Sends the message."},
          {"send", Type::text, "\"RSET\"", "", "Sends a command as it is."},
          {"quit", Type::flag, "true", "", "Ends the session."},
          {"fetch", Type::text, "\"imaps://imap.example.org\"", "",
           "Waits for the message in a mailbox: imap, imaps, pop3 or pop3s."},
          {"folder", Type::texts, "[\"INBOX\", \"\\\\Junk\"]", "\"INBOX\"",
           "With fetch, by IMAP: the folders to look at; \"\\Junk\" is one by its use."},
          {"want_folder", Type::text, "\"INBOX\"", "",
           "With fetch: the folder in which the message must be."},
          {"user", Type::text, "\"${user}\"", "\"${user}\"", "With fetch: who logs in."},
          {"verify", Type::flag, "true", "true",
           "With fetch, and with connect by smtps: the certificate must be valid for the host."},
          {"in_clear", Type::flag, "true", "false", "With fetch: log in even if there is no TLS."},
          {"header", Type::table, "{ \"Received[0]\" = \"ESMTPS\" }", "",
           "Patterns for headers of the message that has arrived."},
          {"hops", Type::table, "{ max = 5, each = \"60s\" }", "",
           "Limits for the servers on the way."},
          {"delete", Type::flag, "true", "", "Deletes the message."},
          {"name", Type::text, "\"unknown user is refused\"", "", "What people read of it."},
          {"expect", Type::texts, "[550, \"5.1.1\"]", "",
           "What the reply must have: a code, a class (\"2xx\"), an enhanced code, a pattern."},
          {"within", Type::duration, "\"2s\"", "", "How long the step may take."},
          {"capture", Type::table, "{ queue_id = 'queued as (\\S+)' }", "",
           "Names for what patterns find in the reply: later texts may have ${queue_id}."},
          {"always", Type::flag, "true", "false", "Whether it runs even after a failure."},
      }};
}

std::vector<Section> action_sections() {
  return {
      {"check.step.starttls",
       Section::Form::inside,
       "The certificate that a server must have.",
       {
           {"verify", Type::flag, "true", "true", "Whether it must be valid for the host."},
           {"days_left", Type::number, "14", "", "The days that it must still be valid."},
       }},
      {"check.step.auth",
       Section::Form::inside,
       "Who authenticates, and how.",
       {
           {"mechanism", Type::text, "\"SCRAM-SHA-256\"", "",
            "PLAIN, LOGIN, SCRAM-SHA-256, XOAUTH2 or OAUTHBEARER; else the best that is offered."},
           {"user", Type::text, "\"${user}\"", "\"${user}\"", "The user."},
           {"in_clear", Type::flag, "true", "false",
            "Whether a mechanism that shows the password is used even without TLS."},
       }},
      {"check.step.data",
       Section::Form::inside,
       "The message.",
       {
           {"subject", Type::text, "\"probe ${token}\"", "\"probe ${token}\"", "Its subject."},
           {"octets", Type::number, "2000", std::to_string(message::kMessageOctetsDefault),
            "Its size."},
           {"file", Type::text, "\"/etc/mxsweep/message.eml\"", "",
            "A file with a whole message to send instead."},
       }},
      {"check.step.hops",
       Section::Form::inside,
       "Limits for the servers on the way.",
       {
           {"max", Type::number, "5", "", "The most of them."},
           {"each", Type::duration, "\"60s\"", "", "The longest delay of one."},
       }},
  };
}

}  // namespace

const std::vector<Section>& script_sections() {
  static const std::vector<Section> all = [] {
    std::vector<Section> made = {script_section(), step_section()};
    for (Section& section : action_sections()) made.push_back(std::move(section));
    return made;
  }();
  return all;
}

}  // namespace mxsweep::config
