// SPDX-License-Identifier: MIT
#include "mxsweep/tls/cipher_suites.h"

#include <algorithm>
#include <iterator>

namespace mxsweep::tls {
namespace {

constexpr std::uint16_t tls1_0 = kTls10;
constexpr std::uint16_t tls1_2 = kTls12;
constexpr std::uint16_t tls1_3 = kTls13;

constexpr CipherSuite kSuites[] = {
#define SUITE(number, since, name) {number, since, #name},
#include "tls/cipher_suites.def"
#undef SUITE
};

struct Numbered {
  std::uint16_t number;
  std::string_view name;
};

constexpr Numbered kVersionNumbers[] = {
    {kSsl3, "SSLv3"},    {kTls10, "TLSv1.0"}, {kTls11, "TLSv1.1"},
    {kTls12, "TLSv1.2"}, {kTls13, "TLSv1.3"},
};

constexpr Numbered kGroupNumbers[] = {
    {19, "P-192"},
    {21, "P-224"},
    {22, "secp256k1"},
    {23, "P-256"},
    {24, "P-384"},
    {25, "P-521"},
    {26, "brainpoolP256r1"},
    {27, "brainpoolP384r1"},
    {28, "brainpoolP512r1"},
    {29, "X25519"},
    {30, "X448"},
    {256, "ffdhe2048"},
    {257, "ffdhe3072"},
    {258, "ffdhe4096"},
    {259, "ffdhe6144"},
    {260, "ffdhe8192"},
    {4587, "SecP256r1MLKEM768"},
    {4588, "X25519MLKEM768"},
    {4589, "SecP384r1MLKEM1024"},
};

template <std::size_t Count>
std::string_view name_of_number(const Numbered (&rows)[Count], std::uint16_t number) {
  const auto* const row = std::find_if(std::begin(rows), std::end(rows),
                                       [number](const Numbered& r) { return r.number == number; });
  return row == std::end(rows) ? std::string_view() : row->name;
}

}  // namespace

std::string_view version_text(std::uint16_t version) {
  return name_of_number(kVersionNumbers, version);
}

std::string_view group_text(std::uint16_t group) { return name_of_number(kGroupNumbers, group); }

std::span<const CipherSuite> cipher_suites() { return kSuites; }

const CipherSuite* find_cipher_suite(std::uint16_t number) {
  const auto* const row =
      std::find_if(std::begin(kSuites), std::end(kSuites),
                   [number](const CipherSuite& suite) { return suite.number == number; });
  return row == std::end(kSuites) ? nullptr : row;
}

}  // namespace mxsweep::tls
