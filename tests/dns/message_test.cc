// SPDX-License-Identifier: MIT
#include "mxsweep/dns/message.h"

#include <string>

#include "dns/wire.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::dns {
namespace {

using std::chrono::seconds;

Answer read(const wire::Response& response) {
  const std::string octets = wire::write(response);
  const GuardedBytes guarded(octets);
  return read_response(guarded.view(), response.name, response.type);
}

// Reads the response whole, cut at every octet and followed by more octets.
Answer read_every_way(const wire::Response& response) {
  const std::string octets = wire::write(response);
  for (std::size_t cut = 0; cut < octets.size(); ++cut) {
    const GuardedBytes part(std::string_view(octets).substr(0, cut));
    CHECK(read_response(part.view(), response.name, response.type).status ==
          LookupStatus::malformed);
  }
  const Answer followed = read_response(octets + "more", response.name, response.type);
  const Answer whole = read(response);
  CHECK(followed.status == whole.status);
  CHECK(followed.ttl == whole.ttl);
  CHECK(followed.aliases == whole.aliases);
  CHECK(followed.addresses == whole.addresses);
  CHECK(followed.exchanges == whole.exchanges);
  CHECK(followed.data == whole.data);
  return whole;
}

TEST_CASE("addresses are found, with the least TTL of the records that led to them",
          "[dns][message]") {
  const Answer answer = read_every_way({.name = "www.example",
                                        .flags = wire::kResponse | wire::kAuthentic,
                                        .answers = 4,
                                        .records = wire::cname("www.example", 300, "web.example") +
                                                   wire::cname("WEB.example", 60, "h.example") +
                                                   wire::a("h.example", 600, "\xc6\x33\x64\x01") +
                                                   wire::a("h.example", 900, "\xc6\x33\x64\x02")});
  CHECK(answer.status == LookupStatus::found);
  CHECK(answer.authentic);
  CHECK(answer.ttl == seconds{60});
  CHECK(answer.aliases == std::vector<std::string>{"web.example", "h.example"});
  REQUIRE(answer.addresses.size() == 2);
  CHECK(to_string(answer.addresses[0]) == "198.51.100.1");
  CHECK(to_string(answer.addresses[1]) == "198.51.100.2");
}

TEST_CASE("IPv6 addresses are read whole", "[dns][message]") {
  const std::string address("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
  const Answer answer =
      read_every_way({.name = "h.example",
                      .type = Type::aaaa,
                      .answers = 1,
                      .records = wire::record(wire::pointer(12), Type::aaaa, 5, address)});
  REQUIRE(answer.addresses.size() == 1);
  CHECK(to_string(answer.addresses[0]) == "2001:db8::5");
}

TEST_CASE("mail exchanges keep preference and order, compressed or not", "[dns][message]") {
  // The question's name is at offset 12; "mx1" is written before a pointer to it.
  const std::string first = wire::record(wire::pointer(12), Type::mx, 100,
                                         wire::number16(20) + "\3mx1" + wire::pointer(12));
  const std::size_t host_at = 12 + 9 + 4 + first.size() - 6;
  const Answer answer = read_every_way(
      {.name = "example",
       .type = Type::mx,
       .answers = 2,
       .records = first + wire::record(wire::pointer(12), Type::mx, 50,
                                       wire::number16(10) + "\3alt" +
                                           wire::pointer(static_cast<unsigned>(host_at)))});
  CHECK(answer.status == LookupStatus::found);
  CHECK(answer.ttl == seconds{50});
  CHECK(answer.exchanges == std::vector<MxRecord>{{20, "mx1.example"}, {10, "alt.mx1.example"}});
}

TEST_CASE("a null MX is the root", "[dns][message]") {
  const Answer answer = read_every_way({.name = "example",
                                        .type = Type::mx,
                                        .answers = 1,
                                        .records = wire::mx("example", 1, 0, "")});
  CHECK(answer.exchanges == std::vector<MxRecord>{{0, ""}});
}

TEST_CASE("the data of other types is raw, and names in NS, CNAME and PTR are text",
          "[dns][message]") {
  const Answer text = read_every_way(
      {.name = "example",
       .type = Type::txt,
       .answers = 2,
       .records = wire::record(wire::pointer(12), Type::txt, 9, std::string("\3a\0b\1c", 6)) +
                  wire::record(wire::pointer(12), Type::txt, 9, "")});
  CHECK(text.data == std::vector<std::string>{std::string("\3a\0b\1c", 6), ""});
  const Answer pointer = read_every_way(
      {.name = "1.2.0.192.in-addr.arpa",
       .type = Type::ptr,
       .answers = 1,
       .records = wire::record(wire::pointer(12), Type::ptr, 9, wire::name("MX.example"))});
  CHECK(pointer.data == std::vector<std::string>{"mx.example"});
}

TEST_CASE("an address may have several names, and its zone may be delegated by an alias",
          "[dns][message]") {
  const Answer several = read_every_way(
      {.name = "1.2.0.192.in-addr.arpa",
       .type = Type::ptr,
       .answers = 3,
       .records = wire::record(wire::pointer(12), Type::ptr, 9, wire::name("a.example")) +
                  wire::record(wire::pointer(12), Type::ptr, 9, "\1b" + wire::pointer(30)) +
                  wire::record(wire::pointer(12), Type::ptr, 9, wire::name(""))});
  CHECK(several.data == std::vector<std::string>{"a.example", "b.arpa", ""});
  // RFC 2317: a part of a /24 that belongs to another operator.
  const std::string alias = "1.0/25.2.0.192.in-addr.arpa";
  const Answer delegated = read_every_way(
      {.name = "1.2.0.192.in-addr.arpa",
       .type = Type::ptr,
       .answers = 2,
       .records = wire::cname("1.2.0.192.in-addr.arpa", 9, alias) +
                  wire::record(wire::name(alias), Type::ptr, 9, wire::name("mx.example"))});
  CHECK(delegated.data == std::vector<std::string>{"mx.example"});
}

TEST_CASE("a negative answer has the TTL that its SOA gives", "[dns][message]") {
  wire::Response response{.name = "gone.example",
                          .type = Type::mx,
                          .flags = wire::kResponse | 3U,
                          .authorities = 1,
                          .records = wire::soa("example", 900, 300)};
  Answer answer = read_every_way(response);
  CHECK(answer.status == LookupStatus::nxdomain);
  CHECK(answer.code == 3);
  CHECK(answer.ttl == seconds{300});

  response.flags = wire::kResponse;
  response.records = wire::soa("example", 30, 300);
  answer = read_every_way(response);
  CHECK(answer.status == LookupStatus::no_data);
  CHECK(answer.ttl == seconds{30});

  response.authorities = 0;
  response.records.clear();
  answer = read_every_way(response);
  CHECK(answer.status == LookupStatus::no_data);
  CHECK(answer.ttl == seconds{0});
}

TEST_CASE("an alias of a name without data is no_data or nxdomain, with the alias",
          "[dns][message]") {
  wire::Response response{
      .name = "www.example",
      .answers = 1,
      .authorities = 1,
      .records = wire::cname("www.example", 20, "gone.example") + wire::soa("example", 90, 80)};
  Answer answer = read_every_way(response);
  CHECK(answer.status == LookupStatus::no_data);
  CHECK(answer.aliases == std::vector<std::string>{"gone.example"});
  CHECK(answer.ttl == seconds{20});
  response.flags |= 3U;
  answer = read(response);
  CHECK(answer.status == LookupStatus::nxdomain);
}

TEST_CASE("a loop of aliases is reported as one", "[dns][message]") {
  const Answer answer = read_every_way({.name = "a.example",
                                        .answers = 2,
                                        .records = wire::cname("a.example", 20, "b.example") +
                                                   wire::cname("b.example", 20, "A.example")});
  CHECK(answer.status == LookupStatus::alias_loop);
  CHECK(
      read(
          {.name = "a.example", .answers = 1, .records = wire::cname("a.example", 20, "a.example")})
          .status == LookupStatus::alias_loop);
}

TEST_CASE("a chain of aliases is followed as far as resolvers follow it", "[dns][message]") {
  wire::Response response{.name = "h0.example"};
  const auto host = [](unsigned i) { return "h" + std::to_string(i) + ".example"; };
  for (unsigned i = 0; i < kAliasesMax; ++i) {
    response.records += wire::cname(host(i), 20, host(i + 1));
  }
  response.answers = kAliasesMax + 1;
  response.records += wire::a(host(kAliasesMax), 20, "\x01\x02\x03\x04");
  CHECK(read(response).status == LookupStatus::found);
  response.records.clear();
  for (unsigned i = 0; i <= kAliasesMax; ++i) {
    response.records += wire::cname(host(i), 20, host(i + 1));
  }
  CHECK(read(response).status == LookupStatus::alias_loop);
}

TEST_CASE("records of another name are ignored", "[dns][message]") {
  const Answer answer = read_every_way({.name = "a.example",
                                        .answers = 2,
                                        .records = wire::a("b.example", 20, "\x01\x02\x03\x04") +
                                                   wire::cname("b.example", 20, "a.example")});
  CHECK(answer.status == LookupStatus::no_data);
  CHECK(answer.aliases.empty());
}

TEST_CASE("each response code has its status", "[dns][message]") {
  const auto status = [](unsigned code) {
    return read({.name = "a.example", .flags = wire::kResponse | code}).status;
  };
  CHECK(status(1) == LookupStatus::servfail);
  CHECK(status(2) == LookupStatus::servfail);
  CHECK(status(3) == LookupStatus::nxdomain);
  CHECK(status(4) == LookupStatus::servfail);
  CHECK(status(5) == LookupStatus::refused);
  CHECK(status(9) == LookupStatus::servfail);
  // BADVERS is 16: its low bits are zero, the others are in the OPT record's TTL.
  CHECK(read({.name = "a.example",
              .additionals = 1,
              .records = wire::record(wire::name(""), Type::opt, 0x01000000, "")})
            .status == LookupStatus::servfail);
}

TEST_CASE("a name that does not exist has no address", "[dns][message]") {
  const Answer answer = read({.name = "a.example",
                              .flags = wire::kResponse | 3U,
                              .answers = 1,
                              .records = wire::a("a.example", 20, "\x01\x02\x03\x04")});
  CHECK(answer.status == LookupStatus::malformed);
  CHECK(answer.addresses.empty());
}

TEST_CASE("a server that only returns a referral is no resolver", "[dns][message]") {
  CHECK(
      read({.name = "a.example",
            .authorities = 1,
            .records = wire::record(wire::name("example"), Type::ns, 9, wire::name("ns.example"))})
          .status == LookupStatus::refused);
}

TEST_CASE("a response to another question is malformed", "[dns][message]") {
  const wire::Response good{.name = "a.example", .flags = wire::kResponse | 3U};
  const std::string octets = wire::write(good);
  CHECK(read_response(octets, "a.example", Type::a).status == LookupStatus::nxdomain);
  CHECK(read_response(octets, "b.example", Type::a).status == LookupStatus::malformed);
  CHECK(read_response(octets, "a.example", Type::mx).status == LookupStatus::malformed);
  CHECK(read({.name = "a.example", .flags = 0x0100}).status == LookupStatus::malformed);
  CHECK(read({.name = "a.example", .flags = wire::kResponse | 0x2800}).status ==
        LookupStatus::malformed);
  CHECK(read({.name = "a.example", .flags = wire::kResponse | wire::kTruncated}).status ==
        LookupStatus::malformed);
  std::string two = octets;
  two[5] = 2;
  CHECK(read_response(two, "a.example", Type::a).status == LookupStatus::malformed);
  std::string chaos = octets;
  chaos[octets.size() - 1] = 3;
  CHECK(read_response(chaos, "a.example", Type::a).status == LookupStatus::malformed);
}

TEST_CASE("record data that contradicts its length is malformed", "[dns][message]") {
  const auto status = [](Type type, std::string_view data) {
    return read({.name = "a.example",
                 .type = type,
                 .answers = 2,
                 .records = wire::record(wire::pointer(12), type, 9, data) +
                            wire::record(wire::pointer(12), type, 9, data)})
        .status;
  };
  CHECK(status(Type::a, "\x01\x02\x03\x04") == LookupStatus::found);
  CHECK(status(Type::a, "\x01\x02\x03") == LookupStatus::malformed);
  CHECK(status(Type::a, "\x01\x02\x03\x04\x05") == LookupStatus::malformed);
  CHECK(status(Type::mx, wire::number16(1) + wire::name("b") + "x") == LookupStatus::malformed);
  CHECK(status(Type::mx, std::string_view("\0", 1)) == LookupStatus::malformed);
  CHECK(status(Type::ptr, wire::name("b") + "x") == LookupStatus::malformed);
  CHECK(read({.name = "a.example",
              .answers = 1,
              .records = wire::record(wire::pointer(12), Type::cname, 9, wire::name("b") + "x")})
            .status == LookupStatus::malformed);
}

TEST_CASE("compression pointers lead backwards and cannot form a loop", "[dns][message]") {
  const auto status = [](std::string_view owner) {
    return read({.name = "a.example",
                 .answers = 1,
                 .records = wire::record(owner, Type::a, 9, "\x01\x02\x03\x04")})
        .status;
  };
  const unsigned here = 12 + 11 + 4;
  CHECK(status(wire::pointer(12)) == LookupStatus::found);
  CHECK(status(wire::pointer(here)) == LookupStatus::malformed);
  CHECK(status(wire::pointer(here + 1)) == LookupStatus::malformed);
  CHECK(status(wire::pointer(0x3fff)) == LookupStatus::malformed);
  CHECK(status("\1a" + wire::pointer(here)) == LookupStatus::malformed);
  CHECK(status("\x41") == LookupStatus::malformed);  // A reserved label type.
}

TEST_CASE("a name may have its greatest length and no more", "[dns][message]") {
  const std::string label(63, 'x');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'x');
  CHECK(is_name(longest));
  CHECK_FALSE(is_name(longest + "x"));
  CHECK_FALSE(is_name(label + "x.example"));
  CHECK(read({.name = longest,
              .answers = 1,
              .records = wire::record(wire::pointer(12), Type::a, 9, "\x01\x02\x03\x04")})
            .status == LookupStatus::found);
  CHECK(read({.name = longest,
              .answers = 1,
              .records = wire::record("\1x" + wire::pointer(12), Type::a, 9, "\x01\x02\x03\x04")})
            .status == LookupStatus::malformed);
}

TEST_CASE("an odd octet in a name is written as a number, and queried as it was received",
          "[dns][message]") {
  const std::string host = std::string("\4a.\\") + '\xff' + std::string("\2B ") + '\0';
  const Answer answer = read_every_way(
      {.name = "example",
       .type = Type::mx,
       .answers = 1,
       .records = wire::record(wire::pointer(12), Type::mx, 9, wire::number16(1) + host)});
  REQUIRE(answer.exchanges.size() == 1);
  const std::string& text = answer.exchanges[0].host;
  CHECK(text == "a\\046\\092\\255.b\\032");
  REQUIRE(is_name(text));
  const std::string query = write_query(text, Type::a, 0x1234);
  CHECK(query.substr(0, 4) == "\x12\x34\x01\x20");
  CHECK(query.substr(12, host.size()) == std::string("\4a.\\") + '\xff' + "\2b " + '\0');
}

TEST_CASE("text that cannot come from a response is no name", "[dns][message]") {
  CHECK(is_name(""));
  CHECK(is_name("example"));
  for (const char* text : {".", "a.", ".a", "a..b", "A", "a b", "a\\", "a\\04", "a\\256", "a\\097",
                           "a\\065", "\xc3\xa9"}) {
    INFO(text);
    CHECK_FALSE(is_name(text));
  }
}

TEST_CASE("a query asks for validation, recursion and EDNS, and its size is bounded",
          "[dns][message]") {
  const std::string query = write_query("mx.example", Type::aaaa, 7);
  CHECK(query == std::string("\0\7\1\x20\0\1\0\0\0\0\0\1", 12) + wire::name("mx.example") +
                     std::string("\0\x1c\0\1", 4) + std::string("\0\0\x29\4\xd0\0\0\0\0\0\0", 11));
}

TEST_CASE("values beyond the limit are dropped, and the answer is marked truncated",
          "[dns][message]") {
  wire::Response response{.name = "a.example", .answers = kValuesMax};
  for (std::size_t i = 0; i < kValuesMax; ++i) {
    response.records += wire::record(wire::pointer(12), Type::a, 9, "\x01\x02\x03\x04");
  }
  Answer answer = read(response);
  CHECK(answer.addresses.size() == kValuesMax);
  CHECK_FALSE(answer.truncated);
  response.answers = kValuesMax + 1;
  response.records += wire::record(wire::pointer(12), Type::a, 9, "\x01\x02\x03\x05");
  answer = read(response);
  CHECK(answer.addresses.size() == kValuesMax);
  CHECK(answer.truncated);
}

TEST_CASE("a start of authority is text as in a zone file", "[dns][message]") {
  const Answer answer = read_every_way(
      {.name = "example", .type = Type::soa, .answers = 1, .records = wire::soa("example", 9, 7)});
  CHECK(answer.data == std::vector<std::string>{"ns.example admin.example 1 2 3 4 7"});
}

std::string with_options(std::string_view options) {
  return wire::name("") + wire::number16(41) + wire::number16(1232) + wire::number32(0) +
         wire::number16(static_cast<unsigned>(options.size())) + std::string(options);
}

std::string option(unsigned number, std::string_view data) {
  return wire::number16(number) + wire::number16(static_cast<unsigned>(data.size())) +
         std::string(data);
}

Answer failed_with(std::string_view options) {
  return read_every_way({.name = "example",
                         .flags = wire::kResponse | 2,
                         .additionals = 1,
                         .records = with_options(options)});
}

TEST_CASE("the first extended error of a response is kept", "[dns][message]") {
  const std::string bogus = option(15, wire::number16(6) + "no signature");
  CHECK(
      failed_with(option(10, "cookie..") + bogus + option(15, wire::number16(22))).extended_error ==
      ExtendedError{6, "no signature"});
  CHECK(failed_with(option(15, wire::number16(22))).extended_error == ExtendedError{22, ""});
  CHECK_FALSE(failed_with("").extended_error);
  CHECK_FALSE(failed_with(option(15, "x")).extended_error);
  const Answer broken = failed_with(bogus.substr(0, bogus.size() - 1));
  CHECK(broken.status == LookupStatus::servfail);
  CHECK_FALSE(broken.extended_error);
  CHECK(failed_with(option(15, wire::number16(6) + std::string(400, 'x')))
            .extended_error->text.size() == kExtendedTextMax);
}

TEST_CASE("only a resolver that has proved that it validates says what is secure",
          "[dns][message]") {
  Answer answer{.status = LookupStatus::no_data, .authentic = true};
  CHECK(validation_of(answer, false) == Validation::unknown);
  CHECK(validation_of(answer, true) == Validation::secure);
  answer.authentic = false;
  CHECK(validation_of(answer, true) == Validation::insecure);
  answer.status = LookupStatus::servfail;
  CHECK(validation_of(answer, true) == Validation::unknown);
  answer.extended_error = {6, ""};
  CHECK(validation_of(answer, true) == Validation::bogus);
  answer.extended_error = {22, ""};  // No reachable authority.
  CHECK(validation_of(answer, true) == Validation::unknown);
  answer.status = LookupStatus::timeout;
  CHECK(validation_of(answer, true) == Validation::unknown);
}

TEST_CASE("a query without checking says so, and its answer never counts as validated",
          "[dns][message]") {
  const std::string query = write_query("example", Type::txt, 7, Checking::disabled);
  CHECK(query.substr(2, 2) == wire::number16(0x0110));
  const std::string octets = wire::write({.name = "example",
                                          .flags = wire::kResponse | wire::kAuthentic,
                                          .answers = 1,
                                          .records = wire::a("example", 1, "\x01\x02\x03\x04")});
  CHECK(read_response(octets, "example", Type::a).authentic);
  CHECK_FALSE(read_response(octets, "example", Type::a, Checking::disabled).authentic);
}

TEST_CASE("a TTL with its highest bit set is 0", "[dns][message]") {
  CHECK(read({.name = "a.example",
              .answers = 1,
              .records = wire::a("a.example", 0x80000000U, "\x01\x02\x03\x04")})
            .ttl == seconds{0});
}

}  // namespace
}  // namespace mxsweep::dns
