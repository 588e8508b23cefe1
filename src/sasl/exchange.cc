// SPDX-License-Identifier: MIT
#include "mxsweep/sasl/exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/sasl/saslprep.h"
#include "sasl/scram.h"

namespace mxsweep::sasl {
namespace {

constexpr EnumWord<Fault> kFaults[] = {
    {Fault::none, "none"},
    {Fault::too_long, "a challenge of the server is too long"},
    {Fault::unexpected, "the server sends a challenge where none may come"},
    {Fault::malformed, "a challenge of the server is malformed"},
    {Fault::extension, "the server demands an extension of SCRAM that is not known"},
    {Fault::nonce, "the server does not continue the nonce: this is no answer to our message"},
    {Fault::iterations_few, "the server demands too few iterations to protect the password"},
    {Fault::iterations_many, "the server demands more iterations than are reasonable"},
    {Fault::signature, "the server's signature is wrong: it does not know the password"},
    {Fault::refused, "the server refuses the user or the secret"},
    {Fault::unfinished, "the server reports success without having proved what it knows"},
};
static_assert(has_each_value(kFaults, Fault::unfinished) && words_differ(kFaults));

// RFC 6750 section 3.1; the numbers are what Google's and Microsoft's servers send.
constexpr std::array<std::string_view, 5> kOauthErrors = {"invalid_request", "invalid_token",
                                                          "insufficient_scope", "400", "401"};

// The value of "status" in the JSON of an error, if it is one of those known.
std::string_view oauth_error_of(std::string_view json) {
  std::size_t at = json.find("\"status\"");
  if (at == std::string_view::npos) return {};
  std::string_view rest = trimmed(json.substr(at + std::string_view("\"status\"").size()));
  if (!rest.starts_with(':')) return {};
  rest = trimmed(rest.substr(1));
  if (!rest.starts_with('"')) return {};
  rest.remove_prefix(1);
  const auto known = std::ranges::find(kOauthErrors, rest.substr(0, rest.find('"')));
  return known == kOauthErrors.end() ? std::string_view() : *known;
}

bool is_graphic(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

Status check_secret(Mechanism mechanism, const Secret& secret) {
  const bool token = takes_token(mechanism);
  const std::string what = token ? "the token" : "the password";
  if (secret.empty()) return Status::unusable(what + " is empty");
  if (secret.reveal().size() > (token ? kTokenOctetsMax : kNameOctetsMax)) {
    return Status::unusable(what + " is too long");
  }
  if (token && !is_graphic(secret.reveal())) {
    return Status::unusable("the token has a blank, or an octet that is not ASCII");
  }
  if (has_control(secret.reveal())) return Status::unusable(what + " has a control character");
  return {};
}

std::string message_of(Mechanism mechanism, const Credentials& credentials) {
  constexpr char kSeparator = '\x01';
  const std::string& secret = credentials.secret.reveal();
  const std::string& identity =
      credentials.authorize.empty() ? credentials.user : credentials.authorize;
  if (mechanism == Mechanism::plain) {
    return credentials.authorize + '\0' + credentials.user + '\0' + secret;
  }
  const std::string bearer = kSeparator + ("auth=Bearer " + secret) + kSeparator + kSeparator;
  if (mechanism == Mechanism::xoauth2) return "user=" + credentials.user + bearer;
  std::string message = "n,a=" + identity + ',';
  if (!credentials.host.empty()) message += kSeparator + ("host=" + credentials.host);
  if (credentials.port != 0) message += kSeparator + ("port=" + std::to_string(credentials.port));
  return message + bearer;
}

}  // namespace

std::string_view sentence_of(Fault fault) { return word_of(kFaults, fault); }

Status check_credentials(Mechanism mechanism, const Credentials& credentials) {
  if (credentials.user.empty()) return Status::unusable("the user is empty");
  for (const std::string* name : {&credentials.user, &credentials.authorize, &credentials.host}) {
    if (name->size() > kNameOctetsMax) return Status::unusable("the user or host is too long");
    if (has_control(*name)) return Status::unusable("the user or host has a control character");
    // OAUTHBEARER would need the escapes of RFC 5801 for them; no address has one.
    if (mechanism == Mechanism::oauthbearer && name->find_first_of(",=") != std::string::npos) {
      return Status::unusable("with OAUTHBEARER the user can have neither ',' nor '='");
    }
  }
  const bool acts = mechanism != Mechanism::login && mechanism != Mechanism::xoauth2;
  if (!credentials.authorize.empty() && !acts) {
    return Status::unusable(std::string(to_string(mechanism)) +
                            " cannot act for another user than the one who logs in");
  }
  if (const Status status = check_secret(mechanism, credentials.secret); !status.ok()) {
    return status;
  }
  const auto prepared = {std::string_view(credentials.user),
                         std::string_view(credentials.authorize),
                         std::string_view(credentials.secret.reveal())};
  if (mechanism == Mechanism::scram_sha_256 && !std::ranges::all_of(prepared, saslprep_keeps)) {
    return Status::unusable(
        "the user or the password has characters that SCRAM would change (RFC 4013)");
  }
  return {};
}

Exchange::Exchange(Mechanism mechanism, Credentials credentials, std::string_view nonce)
    : mechanism_(mechanism), credentials_(std::move(credentials)) {
  if (mechanism_ != Mechanism::scram_sha_256) return;
  INVARIANT(nonce.size() >= kNonceOctetsMin && is_graphic(nonce) &&
            nonce.find(',') == std::string_view::npos);
  scram_ = std::make_unique<Scram>(credentials_.user, credentials_.authorize, nonce);
}

Exchange::~Exchange() = default;
Exchange::Exchange(Exchange&&) noexcept = default;
Exchange& Exchange::operator=(Exchange&&) noexcept = default;

std::string Exchange::initial() {
  INVARIANT(has_initial() && stage_ == Stage::begin);
  stage_ = Stage::sent;
  return scram_ ? scram_->first() : message_of(mechanism_, credentials_);
}

Step Exchange::on_login_prompt() {
  // The words of the prompts differ from server to server, their order does not.
  if (stage_ == Stage::begin) {
    stage_ = Stage::sent;
    return {.response = credentials_.user};
  }
  stage_ = Stage::done;
  return {.response = credentials_.secret.reveal()};
}

// The server waits for a response before it refuses in the words of the protocol.
Step Exchange::on_oauth_error(std::string_view challenge) {
  server_error_ = oauth_error_of(challenge);
  stage_ = Stage::failed;
  return {.response = mechanism_ == Mechanism::oauthbearer ? "\x01" : ""};
}

Step Exchange::on_scram(std::string_view challenge) {
  if (!scram_->answered()) return scram_->on_first(challenge, credentials_.secret);
  const Fault fault = scram_->on_final(challenge);
  server_error_ = scram_->server_error();
  if (fault == Fault::none) stage_ = Stage::done;
  return {.fault = fault};
}

Step Exchange::next(std::string_view challenge) {
  if (challenge.size() > kChallengeOctetsMax) return {.fault = Fault::too_long};
  if (stage_ == Stage::done || stage_ == Stage::failed) return {.fault = Fault::unexpected};
  if (mechanism_ == Mechanism::login) return on_login_prompt();
  if (stage_ == Stage::begin) {
    if (!challenge.empty()) return {.fault = Fault::unexpected};
    return {.response = initial()};
  }
  if (scram_) return on_scram(challenge);
  if (takes_token(mechanism_)) return on_oauth_error(challenge);
  return {.fault = Fault::unexpected};
}

Step Exchange::on_challenge(std::string_view challenge) {
  Step step = next(challenge);
  if (step.fault != Fault::none) stage_ = Stage::failed;
  return step;
}

Fault Exchange::on_success() const {
  const bool two_sided = mechanism_ == Mechanism::scram_sha_256 || mechanism_ == Mechanism::login;
  return stage_ == (two_sided ? Stage::done : Stage::sent) ? Fault::none : Fault::unfinished;
}

}  // namespace mxsweep::sasl
