// SPDX-License-Identifier: MIT
#include "mxsweep/files/content.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "mxsweep/core/counted.h"
#include "mxsweep/tls/sha256.h"

namespace mxsweep::files {
namespace {

constexpr std::size_t kContentOctets = 256 * 1024;

// Reads a file from its start, block by block.
class Blocks {
 public:
  explicit Blocks(const std::string& path)
      : path_(path),
        descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        block_(kContentOctets) {
    if (descriptor_ < 0) fail();
  }
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;
  ~Blocks() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // At most `octets_max`; empty at the end, or after a failure.
  std::string_view next(std::uint64_t octets_max = kContentOctets) {
    if (!status_.ok()) return {};
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(octets_max, kContentOctets));
    while (true) {
      const ssize_t count = ::read(descriptor_, block_.data(), wanted);
      if (count >= 0) return {block_.data(), static_cast<std::size_t>(count)};
      if (errno == EINTR) continue;
      fail();
      return {};
    }
  }
  [[nodiscard]] bool is_regular() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  void fail() { status_ = Status::unusable(path_ + ": " + std::strerror(errno)); }

  std::string path_;
  int descriptor_;
  std::vector<char> block_;
  Status status_;
};

// Cuts text that comes in pieces into lines.
class LineCutter {
 public:
  explicit LineCutter(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}

  void add(std::string_view text) {
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      begun_.append(text.substr(0, end));
      on_line_(begun_);
      begun_.clear();
      text.remove_prefix(end + 1);
    }
    begun_.append(text);
  }

 private:
  const std::function<void(std::string_view)>& on_line_;
  std::string begun_;
};

class ContentDecompressor {
 public:
  ContentDecompressor()
      : stream_(::ZSTD_createDStream(), &::ZSTD_freeDStream), out_(kContentOctets) {}

  // False: it is not zstd.
  bool add(std::string_view octets, LineCutter& lines) {
    if (stream_ == nullptr) return false;
    ZSTD_inBuffer in{octets.data(), octets.size(), 0};
    bool more = true;
    while (more) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      if (::ZSTD_isError(::ZSTD_decompressStream(stream_.get(), &out, &in))) return false;
      lines.add({out_.data(), out.pos});
      more = in.pos < in.size || out.pos == out.size;
    }
    return true;
  }

 private:
  std::unique_ptr<ZSTD_DStream, decltype(&::ZSTD_freeDStream)> stream_;
  std::vector<char> out_;
};

}  // namespace

Result<Identity> identify(const std::string& path) {
  Blocks blocks(path);
  if (blocks.status().ok() && !blocks.is_regular()) {
    return Status::unusable(path + ": is not a regular file");
  }
  Identity identity;
  tls::Sha256 hash;
  while (true) {
    const std::string_view block = blocks.next();
    if (block.empty()) break;
    identity.octets += block.size();
    hash.add(block);
  }
  if (!blocks.status().ok()) return blocks.status();
  identity.sha256 = tls::to_hexadecimal(hash.finish());
  return identity;
}

Result<std::string> read_text(const std::string& path, std::uint64_t octets_max) {
  Blocks blocks(path);
  std::string text;
  while (true) {
    const std::string_view block = blocks.next();
    if (block.empty()) break;
    text += block;
    if (text.size() > octets_max) {
      return Status::unusable(path + ": has more than " + counted(octets_max, "octet"));
    }
  }
  if (!blocks.status().ok()) return blocks.status();
  return text;
}

Status read_lines(const std::string& path, bool zstd, std::uint64_t octets,
                  const std::function<void(std::string_view line)>& on_line) {
  Blocks blocks(path);
  LineCutter lines(on_line);
  ContentDecompressor decompressor;
  while (octets > 0) {
    const std::string_view block = blocks.next(octets);
    if (block.empty()) break;
    octets -= block.size();
    if (!zstd) lines.add(block);
    if (zstd && !decompressor.add(block, lines)) {
      return Status::unusable(path + ": is not whole zstd frames");
    }
  }
  return blocks.status();
}

}  // namespace mxsweep::files
