// SPDX-License-Identifier: MIT
// Whatever a server sends, as any part of the evidence: what is found is of the table and of the
// evidence. And whatever is given as a table: it is used, or there is a reason.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/software/software.h"

namespace mxsweep::software {
namespace {

bool lies_in(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_evidence(const Table& table, std::string_view input) {
  const std::size_t end = input.find("\n.\n");
  const std::string_view first = input.substr(0, end);
  const std::string_view second = end == input.npos ? std::string_view() : input.substr(end + 3);
  for (const Evidence& evidence : {Evidence{.greeting = first, .ehlo = second, .refusal = second},
                                   Evidence{.greeting = second, .ehlo = first},
                                   Evidence{.greeting = {}, .ehlo = second, .refusal = first}}) {
    const std::optional<Software> found = table.identify(evidence);
    if (!found) continue;
    INVARIANT(!found->product.empty());
    INVARIANT(found->version.empty() || lies_in(found->version, input));
    for (const char octet : found->version) {
      INVARIANT(octet > ' ' && octet < 127 && octet != '"' && octet != '\\');
    }
    INVARIANT(table.identify(evidence) == found);
  }
}

void check_table(std::string_view json) {
  Table table;
  const Status added = table.add(json);
  if (!added.ok()) return INVARIANT(!added.sentence().empty());
  check_evidence(table, "220 mx.example.org ESMTP abcd 1.2 ready\r\n\n.\n250-mx [192.0.2.1]\r\n");
}

}  // namespace
}  // namespace mxsweep::software

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const mxsweep::software::Table built_in;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  mxsweep::software::check_evidence(built_in, input);
  if (input.starts_with("{")) mxsweep::software::check_table(input);
  return 0;
}
