// SPDX-License-Identifier: MIT
// Members of the JSON objects of this room. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "mxsweep/policy/report_uri.h"
#include "mxsweep/results/json_text.h"

namespace mxsweep::policy {

inline void append_quoted(std::string_view octets, results::JsonText& json) {
  json.quoted(octets, results::encoding_of(octets));
}

// Of a text of ours, which needs no escapes. The object has a member before it.
inline void append_word(std::string_view key, std::string_view word, results::JsonText& json) {
  json.raw(",\"");
  json.raw(key);
  json.raw("\":\"");
  json.raw(word);
  json.raw("\"");
}

// Nothing if the text is empty. The object has a member before it.
inline void append_member(std::string_view key, std::string_view text, results::JsonText& json) {
  if (text.empty()) return;
  json.raw(",\"");
  json.raw(key);
  json.raw("\":");
  append_quoted(text, json);
}

inline void append_uris(const std::vector<ReportUri>& uris, results::JsonText& json) {
  json.raw("[");
  for (const ReportUri& uri : uris) {
    if (&uri != uris.data()) json.raw(",");
    append_quoted(uri.text, json);
  }
  json.raw("]");
}

}  // namespace mxsweep::policy
