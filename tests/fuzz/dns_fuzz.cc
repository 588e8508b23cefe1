// SPDX-License-Identifier: MIT
// Whatever a server sends: the answer keeps its limits and does not depend on the octets after the
// message, and every name in it can be queried. Also whatever a user gives as a name.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/dns/rdata.h"
#include "mxsweep/names/route.h"

namespace mxsweep::dns {
namespace {

constexpr Type kTypes[] = {Type::a,     Type::aaaa, Type::mx, Type::txt, Type::ptr,
                           Type::cname, Type::tlsa, Type::ns, Type::soa, Type::caa};
constexpr std::string_view kAsked = "example";  // What the responses of the corpus are about.

void require_name(const std::string& name) {
  INVARIANT(is_name(name));
  const std::string query = write_query(name, Type::a, 0);
  INVARIANT(query.size() <= 12 + kNameOctetsMax + 4 + 11);
  // A question is a response but for one bit, so it reads as what it asks.
  std::string response = query;
  response[2] = static_cast<char>(response[2] | '\x80');
  INVARIANT(read_response(response, name, Type::a).status == LookupStatus::no_data);
}

void read(std::string_view message, Type type) {
  const Answer answer = read_response(message, kAsked, type);
  const std::size_t values = answer.addresses.size() + answer.exchanges.size() + answer.data.size();
  INVARIANT(values <= kValuesMax);
  INVARIANT((answer.status == LookupStatus::found) == (values != 0));
  INVARIANT(answer.aliases.size() <= kAliasesMax);
  INVARIANT(answer.ttl >= Duration::zero());
  for (const std::string& alias : answer.aliases) require_name(alias);
  for (const MxRecord& exchange : answer.exchanges) require_name(exchange.host);
  if (type == Type::ptr || type == Type::ns || type == Type::cname) {
    for (const std::string& name : answer.data) require_name(name);
  }
  for (const std::string& data : answer.data) {
    const auto text = joined_strings(data);
    INVARIANT(!text || text->size() < data.size() || data.empty());
    const auto caa = read_caa(data);
    INVARIANT(!caa || caa->tag.size() + caa->value.size() + 2 == data.size());
    const auto tlsa = read_tlsa(data);
    INVARIANT(!tlsa || tlsa->data.size() + 3 == data.size());
  }
  if (answer.extended_error) INVARIANT(answer.extended_error->text.size() <= kExtendedTextMax);
  if (answer.status == LookupStatus::malformed) return;
  const Answer followed = read_response(std::string(message) + '\0', kAsked, type);
  INVARIANT(followed.status == answer.status && followed.ttl == answer.ttl);

  names::Route route(names::RouteKind::mail_domain, kAsked, {});
  names::RouteQuestion question;
  if (type != Type::mx || !route.take_question(question)) return;
  route.on_answer(question.number, answer);
  while (route.take_question(question)) {
    INVARIANT(is_name(question.name));
    route.on_answer(question.number, answer);
  }
  INVARIANT(route.done());
  INVARIANT(route.destinations().empty() == (route.error() != Cause::none));
}

void read_text(std::string_view text) {
  const Name name = read_name(text);
  INVARIANT((name.error == NameFault::none) == !name.ascii.empty());
  if (name.error != NameFault::none) return;
  require_name(name.ascii);
  INVARIANT(read_name(name.ascii).ascii == name.ascii);
}

}  // namespace
}  // namespace mxsweep::dns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t choice = data[0] % (std::size(mxsweep::dns::kTypes) + 1);
  if (choice == std::size(mxsweep::dns::kTypes)) {
    mxsweep::dns::read_text(rest);
  } else {
    mxsweep::dns::read(rest, mxsweep::dns::kTypes[choice]);
  }
  return 0;
}
