// SPDX-License-Identifier: MIT
#include "mxsweep/core/anomaly.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep {

std::string_view to_string(Anomaly anomaly) {
  switch (anomaly) {
    case Anomaly::bare_lf: return "bare_lf";
    case Anomaly::bare_cr: return "bare_cr";
    case Anomaly::missing_text: return "missing_text";
    case Anomaly::no_separator: return "no_separator";
    case Anomaly::mixed_codes: return "mixed_codes";
    case Anomaly::no_code: return "no_code";
    case Anomaly::eight_bit: return "eight_bit";
    case Anomaly::control_octets: return "control_octets";
    case Anomaly::long_line: return "long_line";
    case Anomaly::line_cut: return "line_cut";
    case Anomaly::unsolicited_octets: return "unsolicited_octets";
    case Anomaly::no_221: return "no_221";
    case Anomaly::no_close: return "no_close";
    case Anomaly::ehlo_refused: return "ehlo_refused";
    case Anomaly::truncated_reply: return "truncated_reply";
    case Anomaly::masked_keyword: return "masked_keyword";
    case Anomaly::plaintext_after_starttls: return "plaintext_after_starttls";
    case Anomaly::no_close_notify: return "no_close_notify";
    case Anomaly::stray_reply: return "stray_reply";
    case Anomaly::text_before_reply: return "text_before_reply";
    case Anomaly::ehlo_without_host: return "ehlo_without_host";
  }
  INVARIANT(false && "an anomaly outside its list");
  return {};
}

}  // namespace mxsweep
