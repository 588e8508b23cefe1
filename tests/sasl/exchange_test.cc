// SPDX-License-Identifier: MIT
#include "mxsweep/sasl/exchange.h"

#include <string>
#include <string_view>

#include "mxsweep/core/base64.h"
#include "mxsweep/sasl/saslprep.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::sasl {
namespace {

using namespace std::string_literals;

// RFC 7677 section 3.
constexpr std::string_view kNonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr std::string_view kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view kServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

Exchange exchange_of(Mechanism mechanism, const Credentials& credentials) {
  REQUIRE(check_credentials(mechanism, credentials).ok());
  return {mechanism, credentials, kNonce};
}

Exchange scram_exchange() {
  return exchange_of(Mechanism::scram_sha_256, {.user = "user", .secret = Secret("pencil")});
}

Exchange token_exchange(Mechanism mechanism) {
  return exchange_of(mechanism, {.user = "anna@example.org",
                                 .secret = Secret("vF9dft4qmTc2Nvb3RlckBh"),
                                 .host = "mx.example.org",
                                 .port = 587});
}

Fault fault_of_first(std::string_view server_first) {
  Exchange exchange = scram_exchange();
  CHECK(exchange.initial() == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const GuardedBytes guarded(server_first);
  return exchange.on_challenge(guarded.view()).fault;
}

Fault fault_of_last(std::string_view server_final) {
  Exchange exchange = scram_exchange();
  CHECK_FALSE(exchange.initial().empty());
  REQUIRE(exchange.on_challenge(kServerFirst).response == kClientFinal);
  const GuardedBytes guarded(server_final);
  const Step step = exchange.on_challenge(guarded.view());
  CHECK((exchange.on_success() == Fault::none) == (step.fault == Fault::none));
  return step.fault;
}

std::string refusal(Mechanism mechanism, const Credentials& credentials) {
  return check_credentials(mechanism, credentials).sentence();
}

}  // namespace

TEST_CASE("PLAIN sends all in one message", "[sasl][plain]") {
  Exchange exchange =
      exchange_of(Mechanism::plain, {.user = "tim", .secret = Secret("tanstaaftanstaaf")});
  CHECK(exchange.initial() == "\0tim\0tanstaaftanstaaf"s);
  CHECK(exchange.on_success() == Fault::none);
  CHECK(exchange.on_challenge("").fault == Fault::unexpected);
  CHECK(exchange.on_success() == Fault::unfinished);
}

TEST_CASE("PLAIN can act for another user", "[sasl][plain]") {
  Exchange exchange = exchange_of(
      Mechanism::plain, {.user = "Kurt", .secret = Secret("xipj3plmq"), .authorize = "Ursel"});
  CHECK(exchange.initial() == "Ursel\0Kurt\0xipj3plmq"s);
}

TEST_CASE("a first response can wait for an empty challenge", "[sasl][plain]") {
  Exchange exchange = exchange_of(Mechanism::plain, {.user = "tim", .secret = Secret("pw")});
  CHECK(exchange.on_success() == Fault::unfinished);
  CHECK(exchange.on_challenge("").response == "\0tim\0pw"s);
  CHECK(exchange.on_success() == Fault::none);

  Exchange spoken_to = exchange_of(Mechanism::plain, {.user = "tim", .secret = Secret("pw")});
  const Step step = spoken_to.on_challenge("who are you?");
  CHECK(step.fault == Fault::unexpected);
  CHECK(step.response.empty());
}

TEST_CASE("LOGIN answers two prompts, whatever they say", "[sasl][login]") {
  Exchange exchange = exchange_of(Mechanism::login, {.user = "anna", .secret = Secret("pw1")});
  CHECK_FALSE(exchange.has_initial());
  CHECK(exchange.on_challenge("Username:").response == "anna");
  CHECK(exchange.on_success() == Fault::unfinished);
  CHECK(exchange.on_challenge("").response == "pw1");
  CHECK(exchange.on_success() == Fault::none);
  CHECK(exchange.on_challenge("Password:").fault == Fault::unexpected);
}

TEST_CASE("SCRAM-SHA-256 runs as in RFC 7677", "[sasl][scram]") {
  Exchange exchange = scram_exchange();
  CHECK(exchange.initial() == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  CHECK(exchange.on_challenge(kServerFirst).response == kClientFinal);
  CHECK(exchange.on_success() == Fault::unfinished);
  const Step last = exchange.on_challenge(kServerFinal);
  CHECK(last.fault == Fault::none);
  CHECK(last.response.empty());
  CHECK(exchange.on_success() == Fault::none);
  CHECK(exchange.on_challenge("").fault == Fault::unexpected);
}

TEST_CASE("SCRAM escapes what separates its parts", "[sasl][scram]") {
  Exchange exchange = exchange_of(Mechanism::scram_sha_256,
                                  {.user = "a=b,c", .secret = Secret("pencil"), .authorize = "d,"});
  CHECK(exchange.initial() == "n,a=d=2C,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO");
}

TEST_CASE("a server that does not know the password is not believed", "[sasl][scram]") {
  CHECK(fault_of_last(kServerFinal) == Fault::none);
  CHECK(fault_of_last("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == Fault::signature);
  CHECK(fault_of_last("v=") == Fault::signature);
  CHECK(fault_of_last("v=6rriTRBi23WpRR/wtup+mMhUZUn/") == Fault::signature);
  CHECK(fault_of_last("v=?") == Fault::malformed);
  CHECK(fault_of_last("") == Fault::malformed);
  CHECK(fault_of_last("e=invalid-proof") == Fault::refused);
}

TEST_CASE("a first message of SCRAM that is cut anywhere is refused", "[sasl][scram]") {
  CHECK(fault_of_first(kServerFirst) == Fault::none);
  for (std::size_t cut = 0; cut < kServerFirst.size(); ++cut) {
    INFO(cut);
    CHECK(fault_of_first(kServerFirst.substr(0, cut)) != Fault::none);
  }
}

TEST_CASE("a first message of SCRAM is judged by its parts", "[sasl][scram]") {
  const std::string nonce = "r=" + std::string(kNonce);
  CHECK(fault_of_first(nonce + "x,s=QUJD,i=4096,more=1") == Fault::none);
  CHECK(fault_of_first("m=x," + nonce + "x,s=QUJD,i=4096") == Fault::extension);
  CHECK(fault_of_first(nonce + ",s=QUJD,i=4096") == Fault::nonce);
  CHECK(fault_of_first("r=other,s=QUJD,i=4096") == Fault::nonce);
  CHECK(fault_of_first(nonce + "\x01,s=QUJD,i=4096") == Fault::malformed);
  CHECK(fault_of_first(nonce + "x,s=,i=4096") == Fault::malformed);
  CHECK(fault_of_first(nonce + "x,s=?,i=4096") == Fault::malformed);
  CHECK(fault_of_first(nonce + "x,i=4096,s=QUJD") == Fault::malformed);
  CHECK(fault_of_first(nonce + "x,s=QUJD,i=") == Fault::malformed);
  CHECK(fault_of_first(nonce + "x,s=QUJD,i=04096") == Fault::malformed);
  CHECK(fault_of_first(nonce + "x,s=QUJD,i=-4096") == Fault::malformed);
  CHECK(fault_of_first(nonce + "x,s=QUJD,i=4095") == Fault::iterations_few);
  CHECK(fault_of_first(nonce + "x,s=QUJD,i=600001") == Fault::iterations_many);
  CHECK(fault_of_first(nonce + "x,s=QUJD,i=99999999999999999999") == Fault::iterations_many);
  CHECK(fault_of_first(nonce + std::string(kChallengeOctetsMax, 'x')) == Fault::too_long);
}

TEST_CASE("the server's word for an error is kept if it is a known one", "[sasl][scram]") {
  for (const std::string_view word : {"invalid-proof", "pencil", "no-such-word"}) {
    Exchange exchange = scram_exchange();
    CHECK_FALSE(exchange.initial().empty());
    CHECK_FALSE(exchange.on_challenge(kServerFirst).response.empty());
    CHECK(exchange.on_challenge("e=" + std::string(word)).fault == Fault::refused);
    CHECK(exchange.server_error() == (word == "invalid-proof" ? word : ""));
  }
}

TEST_CASE("a token is sent as in RFC 7628", "[sasl][oauth]") {
  CHECK(token_exchange(Mechanism::oauthbearer).initial() ==
        "n,a=anna@example.org,\x01host=mx.example.org\x01port=587\x01"
        "auth=Bearer vF9dft4qmTc2Nvb3RlckBh\x01\x01");
  CHECK(token_exchange(Mechanism::xoauth2).initial() ==
        "user=anna@example.org\x01"
        "auth=Bearer vF9dft4qmTc2Nvb3RlckBh\x01\x01");
}

TEST_CASE("an error of a token is answered, and then refused", "[sasl][oauth]") {
  for (const Mechanism mechanism : {Mechanism::oauthbearer, Mechanism::xoauth2}) {
    Exchange exchange = token_exchange(mechanism);
    CHECK_FALSE(exchange.initial().empty());
    CHECK(exchange.on_success() == Fault::none);
    const Step step =
        exchange.on_challenge(R"({"status" : "invalid_token","scope":"example_scope"})");
    CHECK(step.fault == Fault::none);
    CHECK(step.response == (mechanism == Mechanism::oauthbearer ? "\x01" : ""));
    CHECK(exchange.server_error() == "invalid_token");
    CHECK(exchange.on_success() == Fault::unfinished);
    CHECK(exchange.on_challenge("").fault == Fault::unexpected);
  }
}

TEST_CASE("an error that repeats the token is not kept", "[sasl][oauth]") {
  for (const std::string_view json :
       {R"({"status":"vF9dft4qmTc2Nvb3RlckBh"})", R"({"status")", R"({"status":)",
        R"({"status":401})", R"({"status":"401)", ""}) {
    Exchange exchange = token_exchange(Mechanism::xoauth2);
    CHECK_FALSE(exchange.initial().empty());
    CHECK(exchange.on_challenge(json).fault == Fault::none);
    CHECK((exchange.server_error().empty() || exchange.server_error() == "401"));
  }
}

TEST_CASE("credentials that a mechanism cannot carry are refused", "[sasl][credentials]") {
  const Secret secret("pw");
  CHECK(refusal(Mechanism::plain, {.user = "", .secret = secret}) == "the user is empty");
  CHECK(refusal(Mechanism::plain, {.user = "a", .secret = Secret()}) == "the password is empty");
  CHECK(refusal(Mechanism::plain, {.user = "a\0b"s, .secret = secret}) ==
        "the user or host has a control character");
  CHECK(refusal(Mechanism::login, {.user = "a", .secret = Secret("p\nw")}) ==
        "the password has a control character");
  CHECK(refusal(Mechanism::plain, {.user = std::string(256, 'a'), .secret = secret}) ==
        "the user or host is too long");
  CHECK(refusal(Mechanism::plain, {.user = "a", .secret = Secret(std::string(256, 'a'))}) ==
        "the password is too long");
  CHECK(refusal(Mechanism::xoauth2, {.user = "a", .secret = Secret(std::string(8193, 'a'))}) ==
        "the token is too long");
  CHECK(refusal(Mechanism::xoauth2, {.user = "a", .secret = Secret("a b")}) ==
        "the token has a blank, or an octet that is not ASCII");
  CHECK(refusal(Mechanism::oauthbearer, {.user = "a,b", .secret = secret}) ==
        "with OAUTHBEARER the user can have neither ',' nor '='");
  CHECK(refusal(Mechanism::login, {.user = "a", .secret = secret, .authorize = "b"}) ==
        "LOGIN cannot act for another user than the one who logs in");
  CHECK(refusal(Mechanism::scram_sha_256, {.user = "a", .secret = Secret("I\xc2\xadX")}) ==
        "the user or the password has characters that SCRAM would change (RFC 4013)");
  CHECK(refusal(Mechanism::plain, {.user = "a", .secret = Secret("I\xc2\xadX")}).empty());
}

// The examples of RFC 4013 section 3, and letters of people's names.
TEST_CASE("what SASLprep changes or forbids is told from what it keeps", "[sasl][saslprep]") {
  for (const std::string_view kept : {"", "user", "USER", "correct horse", "Jürgen", "Łukasz",
                                      "naïve", "Ελένη", "Юрий", "山田", "ひろ", "김"}) {
    INFO(kept);
    CHECK(saslprep_keeps(kept));
  }
  for (const std::string_view other :
       {"I\xc2\xadX", "\xc2\xaa", "\xe2\x85\xa8", "\x07", "\xd8\xa7", "a\xcc\x88", "\xc2\xa0",
        "\xff", "\xc3", "\xef\xbc\xa1", "\xf0\x9f\x98\x80"}) {
    INFO(other);
    CHECK_FALSE(saslprep_keeps(other));
  }
}

}  // namespace mxsweep::sasl
