// SPDX-License-Identifier: MIT
#include "mxsweep/files/trust_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace mxsweep::files {
namespace {

constexpr std::array kSystemFiles = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older RHEL
    "/etc/ssl/cert.pem",                                  // the BSDs, musl
};

Status append_file(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status::unusable(path + ": " + std::strerror(errno));
  text.append(std::istreambuf_iterator<char>(file), {});
  if (!text.ends_with('\n')) text += '\n';
  return file.bad() ? Status::unusable(path + ": " + std::strerror(errno)) : Status();
}

Status append_directory(const std::string& path, std::string& text) {
  std::error_code why;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path, why)) {
    if (entry.is_regular_file()) names.push_back(entry.path());
  }
  if (why) return Status::unusable(path + ": " + why.message());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (Status read = append_file(name, text); !read.ok()) return read;
  }
  return {};
}

// Reads the texts of all files in use, and sets `source` to their names.
Result<std::string> read_texts(const std::string& ca_file, const std::string& ca_path,
                               std::string& source) {
  std::string pem;
  if (!ca_file.empty()) {
    source = ca_file;
    if (Status read = append_file(ca_file, pem); !read.ok()) return read;
  }
  if (!ca_path.empty()) {
    source += (source.empty() ? "" : " and ") + ca_path;
    if (Status read = append_directory(ca_path, pem); !read.ok()) return read;
  }
  if (!source.empty()) return pem;
  for (const char* const path : kSystemFiles) {
    if (!append_file(path, pem).ok()) continue;
    source = path;
    break;
  }
  return pem;
}

}  // namespace

Result<TrustStore> read_trust_store(const std::string& ca_file, const std::string& ca_path) {
  TrustStore store;
  const Result<std::string> pem = read_texts(ca_file, ca_path, store.source);
  if (!pem.ok()) return pem.status();
  const auto read = tls::read_authorities(*pem);
  if (read.status().kind() == Status::Kind::machine) {
    return Status::machine(
        read.status().sentence(),
        "raise the limit of this process's memory (ulimit -v, prlimit --as, or its container's), "
        "or name the few authorities that are needed with --ca-file");
  }
  if (!read.ok()) return read.status();
  store.authorities = *read;
  return store;
}

}  // namespace mxsweep::files
