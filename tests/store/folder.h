// SPDX-License-Identifier: MIT
// A folder for databases, removed with all that is in it; and what tests do to its files.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mxsweep::store {

class Folder {
 public:
  // `in_memory`: where the machine has such a file system, for tests that sync often.
  explicit Folder(bool in_memory = false) {
    if (in_memory) make("/dev/shm");
    if (path_.empty()) make(std::filesystem::temp_directory_path());
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(*this / name);
  }
  [[nodiscard]] std::uintmax_t octets(const std::string& name) const {
    return has(name) ? std::filesystem::file_size(*this / name) : 0;
  }
  // Names that begin so.
  [[nodiscard]] std::vector<std::string> beginning(const std::string& start) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(start)) names.push_back(name);
    }
    return names;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(*this / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void write(const std::string& name, const std::string& octets) const {
    std::ofstream(*this / name, std::ios::binary | std::ios::trunc) << octets;
  }
  void clear() const {
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      std::filesystem::remove_all(entry.path());
    }
  }

 private:
  void make(const std::filesystem::path& within) {
    std::string name = (within / "mxsweep-store-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }

  std::string path_;
};

}  // namespace mxsweep::store
