// SPDX-License-Identifier: MIT
#include "config/values.h"
#include "mxsweep/blocklists/zone.h"
#include "mxsweep/config/sections.h"

namespace mxsweep::config {
namespace {

const blocklists::Zone kZone;

Section list_section() {
  return {
      "list",
      Section::Form::repeated,
      "A blocklist that is asked by DNS.",
      {
          {"name", Type::text, "\"zen\"", "",
           "Its name in records and messages: letters, digits, '.', '-' and '_'; required."},
          {"zone", Type::text, "\"${key}.zen.example.org\"", "",
           "The zone that is asked; required. ${key} stands for the key, which is shown nowhere."},
          {"kinds", Type::texts, "[\"ip4\", \"ip6\"]", "",
           "What it has entries of: ip4, ip6, domain; required."},
          {"use", Type::flag, "true", "true", "Whether it is asked."},
          {"key", Type::text, "\"${BLOCKLIST_KEY}\"", "",
           "The key that the list has given you, best from a variable of the environment."},
          {"key_file", Type::text, "\"/etc/mxsweep/zen.key\"", "", "A file with the key."},
          {"per_day", Type::number, "50000", std::to_string(kZone.per_day),
           "At most so many questions a day (UTC), over all runs."},
          {"per_second", Type::number, "50", std::to_string(kZone.per_second),
           "At most so many questions a second."},
          {"codes", Type::tables, "[{ code = \"127.0.0.2\", word = \"SBL\" }]", "",
           "What the addresses of an answer mean. Those that are not here are listings, too."},
          {"bits", Type::flag, "true", "false",
           "Whether each code is one bit of the last octet, and an answer has their sum."},
          {"errors", Type::tables, "[{ code = \"127.0.0.1\", error = \"blocked\" }]", "",
           "Addresses that are no listing, but an error, besides those that are known."},
          {"test_listed", Type::text, "\"dbltest.com\"", "\"" + kZone.listed + "\"",
           "For lists of domains: a domain that is always listed, for the list's test."},
          {"test_unlisted", Type::text, "\"example.com\"", "\"" + kZone.unlisted + "\"",
           "For lists of domains: a domain that never is."},
      }};
}

Section state_section() {
  return {"state",
          Section::Form::table,
          "What one run leaves to the next.",
          {
              {"file", Type::text, "\"/var/lib/mxsweep/blocklists\"", "",
               "How many questions each list was asked today; required. One run at a time uses "
               "it."},
          }};
}

Section code_section() {
  return {
      "list.codes",
      Section::Form::inside,
      "What an address of an answer means.",
      {
          {"code", Type::texts, "[\"127.0.0.10\", \"127.0.0.11\"]", "", "The addresses; required."},
          {"word", Type::text, "\"PBL\"", "", "What it means, in a word; required."},
          {"severity", Type::text, "\"notice\"", "\"error\"",
           "How grave it is for a server that sends mail: error, warn, notice or info."},
      }};
}

Section error_section() {
  return {"list.errors",
          Section::Form::inside,
          "An address that is an error.",
          {
              {"code", Type::texts, "\"127.0.0.1\"", "", "The addresses; required."},
              {"error", Type::text, "\"blocked\"", "\"blocked\"",
               "typing_error, open_resolver, excess_volume, wrong_kind or blocked."},
          }};
}

}  // namespace

const std::vector<Section>& blocklist_sections() {
  static const std::vector<Section> all = {list_section(), code_section(), error_section(),
                                           state_section()};
  return all;
}

}  // namespace mxsweep::config
