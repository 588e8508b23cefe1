// SPDX-License-Identifier: MIT
#include "mxsweep/tls/client.h"

#include <utility>

#include "mxsweep/core/invariant.h"
#include "tls/client_library.h"

namespace mxsweep::tls {

namespace {

// open() takes a tenth of it.
constexpr std::size_t kOpenMemory = std::size_t{1024} * 1024;

}  // namespace

Client::Client() = default;
Client::~Client() = default;

Status Client::open(const ClientOptions& options) {
  start_library();
  if (!has_memory(kOpenMemory)) return short_of_memory();
  Result<Priority> priority =
      make_priority(options.ciphers, options.version_min, options.version_max);
  if (!priority.ok()) return priority.status();
  auto library = std::make_unique<Library>();
  library->priority = *std::move(priority);
  library->credentials = make_credentials();
  library->anonymous = make_anonymous_client();
  if (library->credentials == nullptr || library->anonymous == nullptr) {
    return short_of_memory();
  }
  Status status = library->chains.open(options);
  if (status.ok()) library_ = std::move(library);
  return status;
}

std::shared_ptr<const Chain> Client::chain(std::span<const std::string_view> der, WallTime now) {
  INVARIANT(library_ != nullptr);
  return library_->chains.chain(der, now);
}

std::uint64_t Client::chains_computed() const {
  return library_ == nullptr ? 0 : library_->chains.computed();
}

}  // namespace mxsweep::tls
