// SPDX-License-Identifier: MIT
// What the user has configured: a plain value, complete and checked. The room `config` makes it of
// the file; the monitor never sees the file itself.
//
//   Shape    Names of groups, channels and zones are resolved: routes and escalations refer to
//            channels by their numbers.
//   Errors   none: what a Settings can express is valid, except that lists and files are named here
//            and read later.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/time.h"
#include "mxsweep/smtp/command.h"
#include "mxsweep/smtp/dialogue.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/secret.h"

namespace mxsweep::watch {

enum class Severity : std::uint8_t { info, warning, critical };
[[nodiscard]] std::string_view to_string(Severity severity);

using Labels = std::map<std::string, std::string, std::less<>>;
using GroupNumber = std::uint16_t;

// K results in a row decide, both ways.
struct Confirmation {
  std::vector<Duration> after = {std::chrono::seconds{15}, std::chrono::seconds{30}};
  std::uint8_t down_after = 3;
  std::uint8_t up_after = 2;
  std::uint8_t degraded_after = 3;
};

// [[check]]: what is run, again and again, in place of probes.
enum class RunKind : std::uint8_t { exec, script, roundtrip };
[[nodiscard]] std::string_view to_string(RunKind kind);

// Between the beginnings of two runs of a script or a round trip, at least.
inline constexpr Duration kTripBreak = std::chrono::seconds{60};

struct Run {
  RunKind kind = RunKind::exec;                 // The scripts of the others are beside Settings.
  std::vector<std::string> command{};           // Of exec.
  Duration timeout = std::chrono::seconds{30};  // The same.
  friend bool operator==(const Run&, const Run&) = default;
};

// [[group]]: targets that are probed and judged in the same way. [[check]]: the same of one
// monitor, whose results are those of a run.
struct Group {
  std::string name;
  std::string targets;  // The path of a list, as `scan` reads it; empty: see domains.
  std::string domains;  // The path of a list of mail domains (--mx).
  std::vector<std::uint16_t> ports = {25};
  std::optional<Protocol> protocol;  // Of targets that name none; nothing: the port decides.
  targets::TlsMode tls = targets::TlsMode::automatic;
  Duration interval = std::chrono::seconds{60};
  smtp::Depth depth = smtp::Depth::ehlo;          // Of each probe.
  Duration tls_every = std::chrono::minutes{15};  // To TLS this often; zero: each time.
  Confirmation confirmation;
  bool require_valid = false;  // A certificate that is not verified makes a server degraded.
  bool own = true;             // Ours: the caps of politeness do not apply.
  std::vector<Cause> page_on;  // Causes of degraded servers, or refusals, that count as bad.
  Labels labels;               // For selectors and routes. "severity" sets that of "down".
  Severity severity = Severity::critical;
  std::vector<std::string> group_by;  // Fields of meta that may be the cause of an incident.
  Duration void_after = std::chrono::hours{6};  // Without a good or bad result: cannot observe.
  struct Objective {
    double target = 0.999;
    Duration window = std::chrono::hours{24 * 30};
    friend bool operator==(const Objective&, const Objective&) = default;
  };
  std::optional<Objective> objective;
  // What is checked in DNS, beside the probes.
  struct Checks {
    std::vector<std::string> words{};  // As in --checks; empty: nothing.
    Duration every = std::chrono::hours{1};
    mxsweep::Severity least = mxsweep::Severity::error;  // Less severe findings do not count.
    MailRole role = MailRole::both;
    friend bool operator==(const Checks&, const Checks&) = default;
  };
  Checks checks{};
  std::optional<Run> run{};  // Nothing: targets are probed.
};

struct Canary {
  std::string text;  // As written.
  targets::Target target;
  bool greets = true;  // False ("/tcp"): a connection is enough.
};

struct Vantage {
  std::vector<Canary> canaries;
  std::uint32_t quorum = 0;  // At least so many must answer; 0: there are no canaries.
};

// What a rule applies to: all that is given must match. Empty: everything.
struct Selector {
  std::optional<std::string> group;
  std::optional<Severity> severity;
  std::optional<std::string> target;  // As written in the list, "*" at either end.
  Labels labels;                      // Also matched: fields of meta with text values.
};

struct Escalation {
  Duration after{};
  std::vector<ChannelNumber> to;
};

// [[route]]: all routes that match take the incident.
struct Route {
  Selector match;
  std::vector<ChannelNumber> to;
  Duration reminder{};               // Zero: no reminders.
  std::vector<Escalation> escalate;  // Unless the incident is acknowledged.
};

// [[maintenance]]: a window that recurs, or one with a date.
struct MaintenanceRule {
  std::string name;
  Selector match;
  std::uint8_t weekdays = 0;  // Bit 0: Sunday … bit 6: Saturday. 0: every day, or `date`.
  std::string date;           // "2026-12-24"; empty: it recurs.
  Duration at{};              // Local time of day.
  Duration lasts{};           // Elapsed time.
  std::string time_zone;
};

enum class Visible : std::uint8_t { nothing, status, everything };

// [http]: the status page, API and metrics.
struct Http {
  std::string listen;                 // "127.0.0.1:8025"; empty: there is none.
  Secret token;                       // Empty: changes need a signed link.
  Visible visible = Visible::status;  // To those without the token.
  bool show_targets = false;          // To those without it: names and addresses, too.
  std::vector<std::string> hosts;     // Names that the Host of a request may have.
  std::string status_dir;             // Pages are also written to this folder; empty: no.
  std::optional<bool> per_monitor;    // Metrics of each monitor; nothing: of up to 5,000.
};

struct Settings {
  std::string state_dir = "/var/lib/mxsweep";
  std::string helo;
  smtp::Envelope envelope;  // Of the depths mail and rcpt; rcpt needs its recipient.
  std::string time_zone = "UTC";
  std::vector<Group> groups;
  std::vector<Channel> channels;
  std::vector<Route> routes;
  std::vector<MaintenanceRule> maintenance;
  Vantage vantage;
  // Alerts.
  Duration group_wait = std::chrono::seconds{5};      // After a confirmed failure.
  Duration group_interval = std::chrono::minutes{5};  // Between two updates of an incident.
  Duration digest_at = std::chrono::hours{8};         // Local time of the daily digest.
  std::string dead_man;                               // URL that is fetched while all is well.
  Duration dead_man_every = std::chrono::minutes{1};
  // Storage.
  std::uint64_t history_octets_max = 10'000'000'000;
  // This machine.
  std::uint32_t concurrency = 2000;
  double rate = 0;                   // New connections a second; 0: no limit but the schedule.
  std::vector<std::string> sources;  // Addresses that probes come from.
  std::string resolver;              // IP[:PORT], or empty: that of the system.
  std::string ca_file;               // Instead of the system's certificates.
  std::string control;               // The socket of `mxsweep ctl`.
  std::string control_group;         // The group of users that may use it.
  std::string status_url;            // The beginning of links in messages; empty: no links.
  Http http;
  // Signs the links in messages that acknowledge an incident; from state.db's folder. Empty: none.
  Secret link_key;
};

}  // namespace mxsweep::watch
