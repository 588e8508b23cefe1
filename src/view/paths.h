// SPDX-License-Identifier: MIT
// The certificate paths that servers have sent, each once, by the server's own certificate.
//
//   Memory   at most kPathsMost paths; the oldest makes room. Certificates of several paths, those
//            of authorities, are kept once.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "mxsweep/tls/facts.h"
#include "mxsweep/view/facts.h"
#include "mxsweep/view/monitor_facts.h"

namespace mxsweep::view {

inline constexpr std::size_t kPathsMost = 3000;
inline constexpr std::size_t kStepsMost = 6;         // Of a path.
inline constexpr std::size_t kNameOctetsMost = 256;  // Of subject and issuer; the rest is cut.
inline constexpr std::size_t kNamesMost = 16;        // Of the server's own certificate.

class Paths {
 public:
  void add(const tls::Chain& chain);
  // `sha256`: of the server's own, in hexadecimal digits. Empty: there is none.
  [[nodiscard]] std::vector<CertificateStep> find(const std::string& sha256) const;
  // Whether that path leads to a trusted authority.
  [[nodiscard]] bool is_trusted(const std::string& sha256) const;
  [[nodiscard]] std::size_t octets_held() const { return octets_; }

 private:
  struct Hash {
    std::size_t operator()(const tls::Digest& digest) const;
  };
  struct Step {
    CertificateStep step;
    std::uint32_t paths = 0;  // That have it.
  };
  struct Path {
    std::vector<tls::Digest> steps;
    bool trusted = false;  // It leads to a trusted authority.
  };
  void drop_oldest();
  [[nodiscard]] static std::size_t octets_of(const Step& step);

  std::unordered_map<tls::Digest, Step, Hash> steps_;
  std::unordered_map<tls::Digest, Path, Hash> paths_;
  std::deque<tls::Digest> order_;
  std::size_t octets_ = 0;
};

}  // namespace mxsweep::view
