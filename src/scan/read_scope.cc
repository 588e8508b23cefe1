// SPDX-License-Identifier: MIT
#include "mxsweep/scan/read_scope.h"

#include <sys/stat.h>

#include "mxsweep/dns/name.h"
#include "mxsweep/files/whole_file.h"
#include "mxsweep/scope/list.h"

namespace mxsweep::scan {
namespace {

Result<std::string> to_ascii(std::string_view text) {
  dns::Name name = dns::read_name(text);
  if (name.error == dns::NameFault::none) return std::move(name.ascii);
  return Status::unusable("is not a valid name: " + std::string(to_string(name.error)));
}

bool is_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

Status read_file(const std::string& path, scope::Named& named) {
  const Result<std::string> octets = files::read_whole(path);
  return octets.ok() ? scope::read_list(*octets, path, to_ascii, named) : octets.status();
}

Status read_word(const std::string& word, scope::Named& named) {
  const Status read = scope::read_entry(word, to_ascii, named);
  if (read.ok()) return {};
  return Status::unusable("'" + word + "': " + read.sentence() + "; nor is there such a file");
}

}  // namespace

Status read_scope(const ScopeRequest& request, scope::Scope& scope,
                  std::vector<std::string>& files) {
  scope.allow_private = request.allow_private;
  for (const std::string& path : request.exclude) {
    if (Status read = read_file(path, scope.excluded); !read.ok()) return read.behind("--exclude");
    files.push_back(path);
  }
  for (const std::string& word : request.own) {
    const bool from_file = is_file(word);
    if (from_file) files.push_back(word);
    Status read = from_file ? read_file(word, scope.own) : read_word(word, scope.own);
    if (!read.ok()) return read.behind("--own");
  }
  scope.freeze();
  return {};
}

}  // namespace mxsweep::scan
