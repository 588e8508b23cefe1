// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "mxsweep/files/together.h"
#include "mxsweep/scan/scan.h"

namespace mxsweep::scan {

Status check_files(const Options& options) {
  std::vector<files::Named> read;
  for (const files::ListSource& list : options.lists) {
    if (!list.words.empty()) continue;
    const int flags = list.path == "-" ? ::fcntl(STDIN_FILENO, F_GETFL) : O_RDONLY;
    if (flags < 0 || (flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_WRONLY) {
      return Status::unusable("standard input: is not open for reading; give the list with -f");
    }
    read.push_back({list.path, "the list", STDIN_FILENO});
  }
  for (const std::string& path : options.also_read) read.push_back({path, "an input"});
  return files::check_together(read, {{options.output, "--output-file", STDOUT_FILENO},
                                      {options.certificates, "--certs", STDOUT_FILENO},
                                      {options.domains, "--domain-summary", STDOUT_FILENO},
                                      {options.checkpoint.path, "--checkpoint"},
                                      {options.summary, "--summary", STDERR_FILENO}});
}

}  // namespace mxsweep::scan
