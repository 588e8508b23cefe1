// SPDX-License-Identifier: MIT
#include "files/text_stream.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace mxsweep::files {
namespace {

constexpr std::size_t kBlockOctets = 256 * 1024;

std::string_view name_of(Compression compression) {
  return compression == Compression::gzip ? "gzip data " : "zstd data ";
}

}  // namespace

TextStream::TextStream(int descriptor) : descriptor_(descriptor), block_(kBlockOctets) {}

bool TextStream::needs_input() const {
  if (at_end_ || text_was_full_ || !fault_.empty()) return false;
  return !recognised_ || begin_ == end_;
}

List::Read TextStream::read(std::string_view& octets) {
  if (needs_input()) {
    if (const List::Read filled = fill(); filled != List::Read::octets) return filled;
  }
  if (!recognised_ && !recognise()) {
    return failure_.ok() ? List::Read::nothing_yet : List::Read::failed;
  }
  if (decompressor_ != nullptr) return decompress(octets);
  octets = pending();
  begin_ = end_;
  return octets.empty() ? List::Read::end : List::Read::octets;
}

// Read::octets: there are more, or there will be none.
List::Read TextStream::fill() {
  if (begin_ == end_) begin_ = end_ = 0;
  const ssize_t count = ::read(descriptor_, block_.data() + end_, block_.size() - end_);
  if (count < 0) {
    if (errno == EINTR || errno == EAGAIN) return List::Read::nothing_yet;
    failure_ = Status::io(std::strerror(errno));
    return List::Read::failed;
  }
  at_end_ = count == 0;
  end_ += static_cast<std::size_t>(count);
  octets_read_ += static_cast<std::uint64_t>(count);
  return List::Read::octets;
}

// False: more octets are needed, or memory is.
bool TextStream::recognise() {
  const std::string_view start = pending();
  if (!at_end_ && start.size() < kCompressionMarkOctets && may_be_compressed(start)) return false;
  compression_ = compression_of(start);
  recognised_ = true;
  if (compression_ == Compression::none) return true;
  decompressor_ = make_decompressor(compression_);
  text_.resize(kBlockOctets);
  if (decompressor_ != nullptr) return true;
  failure_ = Status::io("no memory to decompress it");
  return false;
}

List::Read TextStream::decompress(std::string_view& octets) {
  if (!fault_.empty()) return fail(fault_);
  const Decompressor::Step step = decompressor_->step(pending(), text_);
  begin_ += step.taken;
  text_was_full_ = step.made == text_.size();
  fault_ = step.fault;
  octets = {text_.data(), step.made};
  if (step.made > 0) return List::Read::octets;
  if (!fault_.empty()) return fail(fault_);
  if (!at_end_ || begin_ != end_) return List::Read::nothing_yet;
  return decompressor_->may_end() ? List::Read::end : fail("is cut off");
}

List::Read TextStream::fail(std::string_view why) {
  failure_ = Status::io("the " + std::string(name_of(compression_)).append(why));
  return List::Read::failed;
}

}  // namespace mxsweep::files
