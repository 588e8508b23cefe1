// SPDX-License-Identifier: MIT
// Compares what we read from a certificate with what `openssl x509` prints.
#include "tls/certificate.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/tls/certificate_numbers.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/issue.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "tls/certificates.h"
#include "tls/kept_keys.h"

namespace mxsweep::tls {
namespace {

using namespace std::string_literals;
using samples::authority;
using samples::day;
using samples::der_of;
using samples::kept_key;
using samples::kNow;
using samples::leaf;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "certificate_XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, std::string_view octets) const {
    std::ofstream(path_ / name, std::ios::binary) << octets;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The output of `openssl ARGUMENTS`; nothing if it fails.
  [[nodiscard]] std::optional<std::string> openssl(const std::string& arguments) const {
    const std::string command = "cd " + path_.string() + " && openssl " + arguments + " 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string printed;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) printed += static_cast<char>(c);
    if (::pclose(pipe) != 0) {
      UNSCOPED_INFO("openssl " << arguments << ": " << printed);
      return std::nullopt;
    }
    return printed;
  }

 private:
  std::filesystem::path path_;
};

bool openssl_is_missing() {
  if (std::system("openssl version >/dev/null 2>&1") == 0) return false;
  WARN("the command openssl is not installed: nothing was compared");
  return true;
}

// The rest of the line that begins with `start`, after any blanks.
std::string line_after(const std::string& text, std::string_view start) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.starts_with(start)) {
      line.remove_prefix(start.size());
      // openssl pads some lines with two or more blanks.
      return std::string(line.substr(0, line.find("  ")));
    }
    begin = end + 1;
  }
  return {};
}

std::string hex(const Digest& digest) {
  std::string text;
  for (const std::uint8_t octet : digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 0xfU];
  }
  return text;
}

std::string hex_of(std::string_view octets) {
  std::string text;
  for (const char octet : octets) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(octet));
    text += digits;
  }
  return text;
}

std::string plain_hex(std::string text) {
  std::erase(text, ':');
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
  return text;
}

std::string iso(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &parts)};
}

// "DNS:a.example, IP Address:192.0.2.1": DNS names first, then addresses, as we keep them.
std::vector<std::string> names_in(const std::string& line) {
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = std::min(line.find(", ", begin), line.size());
    const std::string name = line.substr(begin, end - begin);
    if (name.starts_with("DNS:")) names.push_back(name.substr(4));
    if (name.starts_with("IP Address:")) {
      const std::optional<Address> address = parse_address(name.substr(11));
      REQUIRE(address);
      addresses.push_back(to_string(*address));
    }
    begin = end + 2;
  }
  names.insert(names.end(), addresses.begin(), addresses.end());
  return names;
}

Certificate read(std::string_view der) {
  Certificate certificate;
  REQUIRE(read_certificate(der, kLeafNamesMax, certificate).handle);
  return certificate;
}

void compare_with_openssl(const Folder& folder, const std::string& der) {
  folder.write("it.der", der);
  const auto printed = folder.openssl(
      "x509 -inform DER -in it.der -noout -subject -issuer -serial -dates -dateopt iso_8601 "
      "-ext subjectAltName -fingerprint -sha256 -nameopt RFC2253,-esc_msb,utf8");
  REQUIRE(printed);
  INFO(*printed);
  const Certificate certificate = read(der);
  CHECK(certificate.subject == line_after(*printed, "subject="));
  CHECK(certificate.issuer == line_after(*printed, "issuer="));
  CHECK(certificate.serial == plain_hex(line_after(*printed, "serial=")));
  CHECK(iso(certificate.not_before) == line_after(*printed, "notBefore="));
  CHECK(iso(certificate.not_after) == line_after(*printed, "notAfter="));
  CHECK(hex(certificate.sha256) == plain_hex(line_after(*printed, "sha256 Fingerprint=")));
  const std::size_t extension = printed->find("X509v3 Subject Alternative Name");
  const std::string names =
      extension == printed->npos ? ""s : printed->substr(printed->find('\n', extension) + 1);
  CHECK(certificate.names == names_in(line_after(names, "")));

  const auto text = folder.openssl("x509 -inform DER -in it.der -noout -text");
  REQUIRE(text);
  CHECK(certificate.signature == line_after(*text, "Signature Algorithm: "));
  const std::size_t space = certificate.key.find_last_of(" -");
  if (space != certificate.key.npos) {
    std::string bits = certificate.key.substr(space + 1);
    bits.insert(0, 1, '(').append(" bit)");
    CHECK(text->find(bits) != text->npos);
  } else {
    const std::string algorithm = line_after(*text, "Public Key Algorithm: ");  // "ED25519"
    CHECK("Ed" + algorithm.substr(2) == certificate.key);
  }

  const std::optional<CertificateNumbers> numbers = certificate_numbers(der);
  REQUIRE(numbers);
  CHECK(std::to_string(numbers->version) == line_after(*text, "Version: ").substr(0, 1));
  const auto modulus = folder.openssl("x509 -inform DER -in it.der -noout -modulus");
  REQUIRE(modulus);
  if (certificate.key.starts_with("RSA ")) {
    CHECK(plain_hex(line_after(*modulus, "Modulus=")) == hex_of(numbers->modulus));
    CHECK(hex_of(numbers->exponent) == "010001");
  }

  REQUIRE(folder.openssl("x509 -inform DER -in it.der -noout -pubkey -out it.pub"));
  REQUIRE(folder.openssl("pkey -pubin -in it.pub -outform DER -out it.spki"));
  CHECK(certificate.spki_sha256 == sha256(folder.read("it.spki")));
}

TEST_CASE("our own certificates are read as openssl reads them", "[tls][certificate]") {
  if (openssl_is_missing()) return;
  const Folder folder;
  const IssuedCertificate root = issue(authority("Root, \"quoted\"; <odd> + more = \\ #"));
  for (const KeyKind key : {KeyKind::ec_p256, KeyKind::ec_p384, KeyKind::rsa_1024,
                            KeyKind::rsa_2048, KeyKind::rsa_4096}) {
    CertificateSpec order = leaf(
        " Gr\xc3\xbc\xc3\x9f"
        "e ");
    order.key = key;
    order.key_pem = kept_key(key);
    order.serial = 0xf1f2f3f4f5f6f7f8;
    order.dns_names = {"mx1.example.net", "*.example.org", "xn--bcher-kva.example"};
    order.addresses = {"192.0.2.1", "2001:db8::5"};
    order.not_after = day(2050, 1, 1);
    compare_with_openssl(folder, der_of(issue(order, &root).certificate_pem));
    order.sha1 = true;
    order.common_name.clear();
    compare_with_openssl(folder, der_of(issue(order).certificate_pem));
  }
}

TEST_CASE("openssl's certificates are read as openssl reads them", "[tls][certificate]") {
  if (openssl_is_missing()) return;
  const Folder folder;
  REQUIRE(folder.openssl("dsaparam -out dsa.par 1024"));
  const std::string orders[] = {
      "-newkey ec -pkeyopt ec_paramgen_curve:P-521 "
      "-subj '/C=DE/O=Acme, \"Inc\" \\+ <x>;y/OU=#lead/CN= mx1.example.net ' "
      "-addext subjectAltName=email:a@b.example,IP:192.0.2.1,DNS:a.example,URI:https://b.example/,"
      "DNS:c.example,IP:2001:db8::1,RID:1.2.3.4",
      "-newkey ec -pkeyopt ec_paramgen_curve:P-224 -subj /CN=a/CN=b",
      "-newkey ed25519 -subj /CN=mx1.example.net",
      "-newkey ed448 -subj /CN=mx1.example.net",
      "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -subj /CN=mx1.example.net",
      "-newkey rsa:1024 -sigopt rsa_padding_mode:pss -subj /CN=mx1.example.net",
      "-newkey rsa:1024 -md5 -set_serial 0 -utf8 "
      "-subj '/CN=Gr\xc3\xbc\xc3\x9f"
      "e/title=Dr/serialNumber=12/DC=example/UID=u'",
      "-newkey dsa:dsa.par -subj /CN=mx1.example.net -sha512 -set_serial "
      "0x80112233445566778899aabbccddeeff00112233",
  };
  for (const std::string& order : orders) {
    REQUIRE(folder.openssl("req -x509 -nodes -keyout it.key -out made.der -outform DER -days 30 " +
                           order));
    compare_with_openssl(folder, folder.read("made.der"));
  }
}

// A common cross-signature: the newer authority is trusted, and its key was once signed by
// an older one that has expired. Also a leaf that is for clients only.
TEST_CASE("certificates that only openssl can issue are judged correctly",
          "[tls][certificate][chain]") {
  if (openssl_is_missing()) return;
  const Folder folder;
  CertificateSpec old_order = authority("Old");
  old_order.not_after = day(2021, 9, 30);
  const IssuedCertificate old = issue(old_order);
  const IssuedCertificate root = issue(authority("Root"));
  const IssuedCertificate between = issue(authority("Between"), &root);
  const IssuedCertificate server = issue(leaf(), &between);
  folder.write("old.pem", old.certificate_pem);
  folder.write("old.key", old.key_pem);
  folder.write("root.pem", root.certificate_pem);
  folder.write("between.pem", between.certificate_pem);
  folder.write("between.key", between.key_pem);
  folder.write("server.key", server.key_pem);

  Client client;
  ClientOptions options;
  options.authorities = *read_authorities(root.certificate_pem);
  REQUIRE(client.open(options).ok());

  REQUIRE(
      folder.openssl("x509 -in root.pem -CA old.pem -CAkey old.key -outform DER "
                     "-out cross.der -preserve_dates"));
  const std::string sent[] = {der_of(server.certificate_pem), der_of(between.certificate_pem),
                              folder.read("cross.der"), der_of(old.certificate_pem)};
  const std::string_view cross_signed[] = {sent[0], sent[1], sent[2], sent[3]};
  CHECK(read(sent[2]).issuer == "CN=Old");
  CHECK(client.chain(cross_signed, kNow)->error == VerifyError::none);

  folder.write("extensions", "extendedKeyUsage=clientAuth\n");
  REQUIRE(folder.openssl("req -new -key server.key -subj /CN=mx1.example.net -out it.csr"));
  REQUIRE(
      folder.openssl("x509 -req -in it.csr -CA between.pem -CAkey between.key -days 3650 "
                     "-extfile extensions -outform DER -out client.der"));
  const std::string client_only = folder.read("client.der");
  const std::string_view wrong_purpose[] = {client_only, sent[1]};
  const Certificate certificate = read(client_only);
  CHECK(client.chain(wrong_purpose, certificate.not_before + std::chrono::hours{1})->error ==
        VerifyError::validation_failure);
}

TEST_CASE("a certificate is read only from exactly its octets, not one less or more",
          "[tls][certificate]") {
  CertificateSpec order = leaf();
  order.addresses = {"192.0.2.1"};
  const std::string der = der_of(issue(order).certificate_pem);
  Certificate certificate;
  for (std::size_t cut = 0; cut < der.size(); ++cut) {
    const GuardedBytes part(std::string_view(der).substr(0, cut));
    REQUIRE_FALSE(read_certificate(part.view(), kLeafNamesMax, certificate).handle);
    REQUIRE(certificate.sha256 == sha256(part.view()));
    REQUIRE(certificate.key.empty());
    REQUIRE(certificate.names.empty());
  }
  const GuardedBytes whole(der);
  CHECK(read_certificate(whole.view(), kLeafNamesMax, certificate).handle);
  CHECK_FALSE(read_certificate(der + '\0', kLeafNamesMax, certificate).handle);
  CHECK_FALSE(read_certificate(der + der, kLeafNamesMax, certificate).handle);
}

TEST_CASE("a NUL in a name is kept, and the name matches nothing", "[tls][certificate]") {
  std::string der = der_of(issue(leaf("mx1.example.net.evil.example")).certificate_pem);
  for (std::size_t at = der.find(".evil"); at != der.npos; at = der.find(".evil")) der[at] = '\0';
  Chain chain;
  chain.certificates.push_back(read(der));
  CHECK(chain.certificates[0].names == std::vector{"mx1.example.net\0evil.example"s});
  CHECK_FALSE(matches_name(chain, "mx1.example.net"));

  CertificateSpec order = leaf("mx1.example.net.evil.example");
  order.dns_names.clear();
  der = der_of(issue(order).certificate_pem);
  for (std::size_t at = der.find(".evil"); at != der.npos; at = der.find(".evil")) der[at] = '\0';
  Certificate certificate;
  const CertificateHandle handle = read_certificate(der, kLeafNamesMax, certificate).handle;
  REQUIRE(handle);
  chain.certificates = {certificate};
  chain.common_name = common_name(handle.get());
  CHECK(certificate.subject != "CN=mx1.example.net");
  CHECK_FALSE(matches_name(chain, "mx1.example.net"));
}

TEST_CASE("two common names count as none", "[tls][certificate]") {
  if (openssl_is_missing()) return;
  const Folder folder;
  for (const auto& [subject, name] :
       {std::pair{"/CN=a.example", "a.example"}, std::pair{"/CN=a.example/CN=b.example", ""},
        std::pair{"/O=Acme", ""}}) {
    REQUIRE(
        folder.openssl("req -x509 -newkey ed25519 -nodes -keyout it.key -outform DER -out "
                       "it.der -subj "s +
                       subject));
    Certificate certificate;
    const CertificateHandle handle =
        read_certificate(folder.read("it.der"), kLeafNamesMax, certificate).handle;
    REQUIRE(handle);
    CHECK(common_name(handle.get()) == name);
  }
}

TEST_CASE("long texts and many names are cut at their limits", "[tls][certificate]") {
  CertificateSpec order = leaf();
  order.dns_names.clear();
  for (std::size_t i = 0; i <= kLeafNamesMax; ++i) {
    order.dns_names.push_back(std::to_string(i) + ".example");
  }
  order.dns_names[1] = std::string(kNameOctetsMax + 1, 'x');
  order.dns_names[2] = std::string(kNameOctetsMax, 'x');
  order.addresses = {"192.0.2.1"};
  const std::string der = der_of(issue(order).certificate_pem);
  Certificate certificate;
  REQUIRE(read_certificate(der, kLeafNamesMax, certificate).handle);
  CHECK(certificate.dns_names == kLeafNamesMax);
  CHECK(certificate.names.size() == kLeafNamesMax + 1);
  CHECK(certificate.names[1] == order.dns_names[2]);
  CHECK(certificate.names.back() == "192.0.2.1");
  CHECK(certificate.cut.names);
  REQUIRE(read_certificate(der, kAuthorityNamesMax, certificate).handle);
  CHECK(certificate.dns_names == kAuthorityNamesMax);
  CHECK(certificate.cut.names);
  order.dns_names.resize(2);  // One of them too long.
  CHECK(read(der_of(issue(order).certificate_pem)).cut.names);
  order.dns_names.resize(1);
  CHECK_FALSE(read(der_of(issue(order).certificate_pem)).cut.any());
  order.addresses.assign(kAuthorityNamesMax + 1, "192.0.2.1");
  REQUIRE(read_certificate(der_of(issue(order).certificate_pem), kAuthorityNamesMax, certificate)
              .handle);
  CHECK(certificate.cut.names);
  CHECK_FALSE(certificate.cut.serial);
  CHECK_FALSE(certificate.cut.subject);
  CHECK_FALSE(certificate.cut.issuer);

  if (openssl_is_missing()) return;
  const Folder folder;
  std::string subject;
  for (int i = 0; i < 40; ++i)
    subject += "/OU=\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc" + std::string(30, 'x');
  REQUIRE(
      folder.openssl("req -x509 -newkey ed25519 -nodes -keyout it.key -outform DER -out it.der "
                     "-utf8 -set_serial 0x7" +
                     std::string(99, '1') + " -subj '" + subject + "'"));
  certificate = read(folder.read("it.der"));
  CHECK(certificate.subject.size() <= kSubjectOctetsMax);
  CHECK(certificate.subject.size() > kSubjectOctetsMax - 4);
  std::string serial(2 * kSerialOctetsMax, '1');
  serial.front() = '7';
  CHECK(certificate.serial == serial);
  CHECK(certificate.cut.serial);
  CHECK(certificate.cut.subject);
  CHECK(certificate.cut.issuer);
  CHECK_FALSE(certificate.cut.names);
}

}  // namespace
}  // namespace mxsweep::tls
