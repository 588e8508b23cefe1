// SPDX-License-Identifier: MIT
// Reads a record of schema 1 back, as far as the monitor's logic needs it. Pure.
//
//   Shape     what decides a result: outcome, phase, cause, the deciding reply; what a server
//             shows: greeting, EHLO, STARTTLS, TLS and the chain; whose it is: target, address,
//             port, name, domain, list, meta.
//   Lifetime  the record's views are of the RecordReader, until the next read().
//   Errors    false: not a record of schema 1; other lines of a file may be.
#pragma once

#include <simdjson.h>

#include <deque>
#include <string>
#include <string_view>

#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::monitor {

class RecordReader {
 public:
  RecordReader();

  [[nodiscard]] bool read(std::string_view line);
  [[nodiscard]] const results::Record& record() const { return record_; }

 private:
  using Element = simdjson::dom::element;

  [[nodiscard]] std::string_view keep(std::string text) {
    return texts_.emplace_back(std::move(text));
  }
  void read_origin(Element line);
  [[nodiscard]] bool read_result(Element line);
  void read_reply(Element line, const char* key, Phase phase);
  void read_ehlo(Element line);
  void read_tls(Element tls);
  void read_chain(Element chain);

  simdjson::dom::parser parser_;
  std::deque<std::string> texts_;
  tls::Chain chain_;
  results::Record record_;
};

}  // namespace mxsweep::monitor
