// SPDX-License-Identifier: MIT
// Runs a fuzz target once over every file of the folders named on the command line: the kept corpus
// as a test, with any compiler. A folder without a file is a failure: it would test nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Prints the name before the run, because a target that finds a fault aborts.
bool replay(const std::filesystem::path& file) {
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);
  std::ifstream input(file, std::ios::binary);
  const std::vector<char> octets{std::istreambuf_iterator<char>(input), {}};
  if (!input.is_open() || input.bad()) return false;
  // A copy without spare capacity: a sanitizer then sees every octet that is read too far.
  const std::vector<std::uint8_t> exact(octets.begin(), octets.end());
  return LLVMFuzzerTestOneInput(exact.data(), exact.size()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t ran = 0;
  for (int i = 1; i < argc; ++i) {
    const std::vector<std::filesystem::path> files = files_in(argv[i]);
    if (files.empty()) {
      std::fprintf(stderr, "%s: no file to replay\n", argv[i]);
      return 1;
    }
    for (const std::filesystem::path& file : files) {
      if (!replay(file)) {
        std::fprintf(stderr, "%s: failed\n", file.c_str());
        return 1;
      }
      ++ran;
    }
  }
  std::printf("%zu files replayed\n", ran);
  return ran == 0 ? 1 : 0;
}
