// SPDX-License-Identifier: MIT
// How a conversation under TLS ends, in words.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/results/record.h"
#include "probe/secure_pair.h"
#include "probe/transcript.h"

namespace mxsweep::probe {

struct Ending {
  std::string words{};  // "degraded tls tls.alert no_close_notify"
  std::string lines;
  results::Offered offered;
  int starttls_code;
  bool secured;
  std::string reply;
};

inline Ending ending(const ServerBehaviour& behaviour, const Plan& plan = Plan("scanner.test"),
                     std::string_view name = {}, std::size_t piece = 100'000) {
  SecurePair pair(plan, behaviour, name, piece);
  const results::Record record = pair.talk();
  records_of_transcripts().add(record);
  Ending end{};
  end.words.append(to_string(record.outcome)).append(" ").append(to_string(record.phase));
  end.words.append(" ").append(to_string(record.cause));
  end.words.append(words_of(record.anomalies));
  end.lines = pair.lines;
  end.offered = record.starttls_offered;
  end.starttls_code = record.replies[Phase::starttls].code;
  end.secured = record.tls.has_value() && !record.tls->session.version.empty();
  end.reply = record.reply.octets;
  return end;
}

}  // namespace mxsweep::probe
