// SPDX-License-Identifier: MIT
// A target written as a JSON object.
//
//   Source    RFC 8259. Ours: target (any text form), port, tls, name, meta, and no other key. A
//             record of ours, which has "v":1: target, ip, port, name, meta; its other keys do not
//             count. zmap -O json: saddr, sport. masscan -oJ and -oD: ip, and port or ports.
//   Shape     the whole line is one object. `meta` may be any value: it is checked and then kept
//             octet for octet, numbers of any size included, but no deeper than json::kDepthMax: a
//             reader of the record must cope with it, too.
//   Memory    a padded copy of the line and the parsers' index of it, used again.
//   Lifetime  the views in Line are good until the next read().
//   Errors    broken JSON is said before anything about the keys; fault() says which key.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "targets/line.h"

namespace mxsweep::targets {

// What is wrong with an object, beside the cause: which key, and why where the cause does not say.
struct Fault {
  Cause cause = Cause::none;
  std::string_view key;
  std::string_view why;
};

struct JsonMembers;

class JsonLine {
 public:
  // Of an object that cannot be read `line` has its meta, if that can be.
  [[nodiscard]] Cause read(std::string_view json, bool mail_domains, Line& line);
  [[nodiscard]] const Fault& fault() const { return fault_; }  // Of the last read().

 private:
  [[nodiscard]] Fault read_form(const JsonMembers& members, bool mail_domains, Line& line);
  [[nodiscard]] Fault read_own(const JsonMembers& members, bool mail_domains, Line& line) const;
  [[nodiscard]] Fault read_record(const JsonMembers& members, bool mail_domains, Line& line) const;
  [[nodiscard]] Fault read_zmap(const JsonMembers& members, Line& line) const;
  [[nodiscard]] Fault read_masscan(const JsonMembers& members, Line& line);
  [[nodiscard]] Fault read_ports(std::string_view json);

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::parser ports_parser_;
  std::string padded_;  // The parser reads whole blocks: it needs octets behind the end.
  std::vector<std::uint16_t> ports_;
  Fault fault_;
};

}  // namespace mxsweep::targets
