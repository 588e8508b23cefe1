// SPDX-License-Identifier: MIT
// Reads a target written as a JSON object.
//
//   Source    RFC 8259. Our own form: target (any text form), port, tls, name, meta, and no other
//             key. A record of ours, which has "v":1: target, ip, port, name, meta; other keys are
//             ignored. zmap -O json: saddr, sport. masscan -oJ and -oD: ip, and port or ports.
//             ZDNS: name, and results (since its version 2) or status.
//   Shape     the whole line is one object. `meta` may be any value: it is validated and then kept
//             octet for octet, numbers of any size included. It may nest as deep as
//             json::kDepthMax, so that readers of the record can parse it, too.
//   Memory    a padded copy of the line and the parsers' index of it, reused for each line.
//   Lifetime  the views in Line and Fault are valid until the next read().
//   Errors    a Cause; fault() adds the key. JSON that is not well-formed is reported before any
//             fault of a key.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/outcome.h"
#include "targets/line.h"

namespace mxsweep::targets {

// Why an object cannot be read: the cause, the key, and why if the cause alone is not specific.
struct Fault {
  Cause cause = Cause::none;
  std::string_view key;
  std::string_view why;
};

struct JsonMembers;

class JsonLine {
 public:
  // If the object cannot be read, `line` still gets its meta, provided that meta is valid.
  [[nodiscard]] Cause read(std::string_view json, bool mail_domains, Line& line);
  [[nodiscard]] const Fault& fault() const { return fault_; }  // Of the last read().

 private:
  [[nodiscard]] Fault read_form(const JsonMembers& members, bool mail_domains, Line& line);
  [[nodiscard]] Fault read_own(const JsonMembers& members, bool mail_domains, Line& line) const;
  [[nodiscard]] Fault read_record(const JsonMembers& members, bool mail_domains, Line& line) const;
  [[nodiscard]] Fault read_zmap(const JsonMembers& members, Line& line) const;
  [[nodiscard]] Fault read_zdns(const JsonMembers& members, bool mail_domains, Line& line) const;
  [[nodiscard]] Fault read_masscan(const JsonMembers& members, Line& line);
  [[nodiscard]] Fault read_ports(std::string_view json);

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::parser ports_parser_;
  std::string padded_;  // The parser reads whole blocks, so it needs octets after the end.
  std::vector<std::uint16_t> ports_;
  Fault fault_;
};

}  // namespace mxsweep::targets
