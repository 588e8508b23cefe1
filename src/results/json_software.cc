// SPDX-License-Identifier: MIT
#include "results/json_software.h"

namespace mxsweep::results {
namespace {

void write_member(std::string_view before, std::string_view value, JsonText& json) {
  if (value.empty()) return;
  json.raw(before);
  json.quoted(value, Encoding::utf8);
}

}  // namespace

void write_software(const Software& software, JsonText& json) {
  json.raw(",\"software\":{\"product\":");
  json.quoted(software.product, Encoding::utf8);
  write_member(",\"version\":", software.version, json);
  write_member(",\"release\":", software.release, json);
  write_member(",\"vendor\":", software.vendor, json);
  json.raw(",\"evidence\":\"");
  json.raw(to_string(software.evidence));
  json.raw("\",\"confidence\":\"");
  json.raw(to_string(software.confidence));
  json.raw("\"}");
}

}  // namespace mxsweep::results
