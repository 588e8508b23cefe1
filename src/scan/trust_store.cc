// SPDX-License-Identifier: MIT
#include "mxsweep/scan/trust_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace mxsweep::scan {
namespace {

constexpr std::array kSystemFiles = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older RHEL
    "/etc/ssl/cert.pem",                                  // the BSDs, musl
};

// False: it cannot be read, and errno says why.
bool append_file(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  text.append(std::istreambuf_iterator<char>(file), {});
  if (!text.ends_with('\n')) text += '\n';
  return !file.bad();
}

bool append_directory(const std::string& path, std::string& text, std::string& error) {
  std::error_code why;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path, why)) {
    if (entry.is_regular_file()) names.push_back(entry.path());
  }
  if (why) {
    error = path + ": " + why.message();
    return false;
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (append_file(name, text)) continue;
    error = name + ": " + std::strerror(errno);
    return false;
  }
  return true;
}

// The texts of all files that count.
std::string read_texts(const std::string& ca_file, const std::string& ca_path, TrustStore& store) {
  std::string pem;
  if (!ca_file.empty()) {
    store.source = ca_file;
    if (!append_file(ca_file, pem)) store.error = ca_file + ": " + std::strerror(errno);
  }
  if (!ca_path.empty() && store.error.empty()) {
    store.source += (store.source.empty() ? "" : " and ") + ca_path;
    append_directory(ca_path, pem, store.error);
  }
  if (!store.source.empty()) return pem;
  for (const char* const path : kSystemFiles) {
    if (!append_file(path, pem)) continue;
    store.source = path;
    break;
  }
  return pem;
}

}  // namespace

TrustStore read_trust_store(const std::string& ca_file, const std::string& ca_path) {
  TrustStore store;
  const std::string pem = read_texts(ca_file, ca_path, store);
  if (!store.error.empty()) return store;
  tls::AuthoritiesRead read = tls::read_authorities(pem);
  store.authorities = std::move(read.authorities);
  store.error = std::move(read.error);
  if (read.short_of_memory) {
    store.cure =
        "raise the limit of this process's memory (ulimit -v, prlimit --as, or its container's), "
        "or name the few authorities that are needed with --ca-file";
  }
  return store;
}

}  // namespace mxsweep::scan
