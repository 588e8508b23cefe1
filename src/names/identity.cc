// SPDX-License-Identifier: MIT
#include "mxsweep/names/identity.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dns/name.h"

namespace mxsweep::names {
namespace {

constexpr std::string_view kCure =
    "; servers reject or distrust such a client: correct the records, or --helo, or add "
    "--allow-no-fcrdns to go on all the same";

bool contains(const std::vector<Address>& addresses, const Address& address) {
  return std::ranges::find(addresses, address) != addresses.end();
}

std::string listed(const std::vector<Address>& addresses) {
  std::string text;
  for (const Address& address : addresses) text += (text.empty() ? "" : ", ") + to_string(address);
  return text;
}

// Whether the resolver has answered, if only that there is nothing.
bool is_answered(dns::LookupStatus status) {
  switch (status) {
    case dns::LookupStatus::found:
    case dns::LookupStatus::no_data:
    case dns::LookupStatus::nxdomain:
    case dns::LookupStatus::alias_loop: return true;
    case dns::LookupStatus::servfail:
    case dns::LookupStatus::refused:
    case dns::LookupStatus::malformed:
    case dns::LookupStatus::timeout:
    case dns::LookupStatus::unreachable: break;
  }
  return false;
}

}  // namespace

Status check_public_name(std::string_view helo, bool literal_allowed) {
  const std::string text = "--helo " + std::string(helo);
  if (helo.starts_with('[')) {
    if (literal_allowed) return {};
    return Status::unusable(text +
                            " is an address, and servers of others are sent a name that resolves "
                            "to us and back; give one, or add --allow-no-fcrdns");
  }
  const dns::Name name = dns::read_name(helo);
  if (dns::is_localhost(name.ascii) || name.ascii.ends_with(".localdomain")) {
    return Status::unusable(text + " is a name that every machine has: give one of your own");
  }
  return {};
}

Identity::Identity(std::string_view helo, std::vector<Address> ours, bool all)
    : name_(dns::read_name(helo).ascii), ours_(std::move(ours)), all_(all) {
  INVARIANT(dns::is_name(name_));
  questions_.push_back({.name = name_, .type = dns::Type::a});
  questions_.push_back({.name = name_, .type = dns::Type::aaaa});
}

bool Identity::take_question(dns::Question& question) {
  if (next_ == questions_.size()) return false;
  const Asked& asked = questions_[next_];
  question = {static_cast<std::uint32_t>(next_), asked.name, asked.type};
  ++next_;
  ++open_;
  return true;
}

void Identity::on_answer(std::uint32_t number, const dns::Answer& answer) {
  const Asked asked = questions_[number];
  --open_;
  if (!is_answered(answer.status) && failed_.empty()) {
    failed_ = asked.name + ": " + std::string(to_string(answer.status));
  }
  if (asked.type == dns::Type::ptr) {
    if (std::ranges::find(answer.data, name_) != answer.data.end()) {
      confirmed_.push_back(asked.address);
    }
    return;
  }
  for (const Address& address : answer.addresses) {
    if (addresses_.size() < kIdentityAddressesMax) addresses_.push_back(address);
  }
  const bool have_all_addresses = open_ == 0 && next_ == questions_.size();
  if (have_all_addresses) ask_for_names();
}

// If the name has an address of ours, those that are not ours do not matter: other machines may
// share the name.
void Identity::ask_for_names() {
  const bool any = std::ranges::any_of(addresses_, [&](const Address& a) { return is_ours(a); });
  for (const Address& address : addresses_) {
    if (any && !is_ours(address)) continue;
    questions_.push_back(
        {.name = dns::reverse_name(address), .type = dns::Type::ptr, .address = address});
  }
}

bool Identity::is_ours(const Address& address) const { return contains(ours_, address); }

bool Identity::is_confirmed(const Address& address) const {
  return contains(addresses_, address) && contains(confirmed_, address);
}

IdentityVerdict Identity::verdict() const {
  INVARIANT(done());
  IdentityVerdict verdict;
  verdict.addresses = addresses_;
  for (const Address& address : ours_) {
    if (is_confirmed(address)) verdict.confirmed.push_back(address);
  }
  const bool enough = all_ ? verdict.confirmed.size() == ours_.size() : !verdict.confirmed.empty();
  if (!enough || ours_.empty()) verdict.status = Status::unusable(fault() + std::string(kCure));
  return verdict;
}

std::string Identity::fault() const {
  if (!failed_.empty()) {
    return "whether our name " + name_ + " belongs to us could not be checked (" + failed_ + ")";
  }
  if (addresses_.empty()) return "our name " + name_ + " has no address";
  if (all_) {
    for (const Address& source : ours_) {
      if (!is_confirmed(source)) return fault_of(source);
    }
  }
  for (const Address& address : addresses_) {
    if (is_ours(address)) return fault_of(address);
  }
  return fault_elsewhere();
}

// Of an address of ours that is not confirmed.
std::string Identity::fault_of(const Address& source) const {
  const std::string text = to_string(source);
  if (!contains(addresses_, source)) {
    return "our name " + name_ + " has the address " + listed(addresses_) + ", but not " + text +
           ", from which connections come";
  }
  return "our name " + name_ + " has our address " + text + ", but the PTR records of " + text +
         " do not have that name";
}

// Behind NAT no interface has the address that servers see.
std::string Identity::fault_elsewhere() const {
  const std::string begin =
      "our name " + name_ + " has the address " + listed(addresses_) +
      ", which is not an address of this machine, so it is not known whether servers see us there";
  if (confirmed_.empty()) return begin;
  return begin +
         " (name and address do point to each other: if connections leave through that "
         "address, as behind NAT, --allow-no-fcrdns is right)";
}

}  // namespace mxsweep::names
