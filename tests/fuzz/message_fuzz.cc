// SPDX-License-Identifier: MIT
// Any octets as the headers of a message that was received, and as a message to send: limits hold,
// a token is never found without the key, and mail data has one end.
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/message/authentication.h"
#include "mxsweep/message/date.h"
#include "mxsweep/message/headers.h"
#include "mxsweep/message/mail_data.h"
#include "mxsweep/message/received.h"
#include "mxsweep/message/token.h"

namespace mxsweep::message {
namespace {

void read_block(std::string_view input) {
  const Headers headers = read_headers(input);
  INVARIANT(headers.fields.size() <= kFieldsMax);
  for (const Field& field : headers.fields) {
    INVARIANT(!field.name.empty() && field.value.size() <= kFieldOctetsMax);
    INVARIANT(field.value.find('\n') == std::string::npos);
    if (const auto date = read_date(field.value)) INVARIANT(read_date(write_date(*date)) == date);
  }
  INVARIANT(hops_of(headers, std::chrono::sys_seconds{}).size() <= kHopsMax);
  for (const std::string_view id : {"", "mx.example"}) {
    const auto results = authentication_results(headers, id);
    INVARIANT(!results || results->size() <= kMethodsMax);
  }
  for (const DkimSigner& signer : dkim_signers(headers)) {
    INVARIANT(!signer.domain.empty() && !signer.selector.empty());
  }
}

void send(std::string_view input) {
  const Result<std::string> data = mail_data(input);
  if (!data.ok()) return;
  INVARIANT(data->ends_with(".\r\n"));
  INVARIANT(("\r\n" + *data).find("\r\n.\r\n") == data->size() - 3);
}

}  // namespace
}  // namespace mxsweep::message

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  mxsweep::message::read_block(input);
  mxsweep::message::send(input);
  INVARIANT(!mxsweep::message::find_token("a key that is unknown", input));
  return 0;
}
