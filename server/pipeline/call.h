#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/runtime.h"
#include "server/pipeline/identity.h"
#include "server/pipeline/operation.h"
#include "server/pipeline/params.h"
#include "server/pipeline/payload.h"
#include "server/pipeline/services.h"
#include "server/result.h"
#include "store/committer.h"
#include "store/records.h"

namespace keymill::pipeline {

struct BucketState;

/// Where a request goes.
struct Route {
  Service service = Service::kS3;
  const Operation* operation = nullptr;
  std::string bucket;  ///< S3; empty for the service itself
  std::string key;     ///< S3; decoded
  bool virtual_host = false;
  Params params;  ///< decoded query (S3), or the form (IAM, STS)
};

/// Reads the committed state: from the caches here and now, or on the blocking pool if the disk is needed. `f` is
/// called with a const store::Reader& once or twice, so it must have no effects.
template <class F>
Task<std::invoke_result_t<F&, const store::Reader&>> ReadStore(const store::Db& db, F& f) {
  try {
    store::Reader cached(db, store::Reader::Mode::kCached);
    co_return f(cached);
  } catch (const store::WouldBlock&) {
  }
  auto blocking = [&] {
    store::Reader reader(db, store::Reader::Mode::kBlocking);
    return f(reader);
  };
  co_return co_await http::Blocking(blocking);
}

/// A request that may run: routed and authenticated, and authorised before its handler sees it. Only dispatch can make
/// one. Lives on the connection's I/O thread for the duration of one request.
class Call {
 public:
  const Route& route() const { return route_; }
  const Identity& identity() const { return identity_; }
  const http::Request& request() const { return request_; }
  const Params& params() const { return route_.params; }
  Payload& payload() { return payload_; }
  const Services& services() const { return services_; }
  /// S3: the bucket that the request names, as it was when the request began; nullptr if it names none or there is
  /// none.
  const BucketState* bucket() const { return bucket_; }
  /// The server's time for this request, in milliseconds; handlers read no other clock.
  store::Millis now() const { return now_; }
  std::string_view request_id() const { return request_id_; }

  /// A request header by its lower-case name. On a presigned request an `x-amz-*` query parameter counts as the header
  /// it was hoisted from, except the checksum ones (aws-facts A5).
  std::optional<std::string_view> header(std::string_view name) const;
  std::string_view header_or_empty(std::string_view name) const { return header(name).value_or(std::string_view{}); }
  /// True if the signature came in the query: then `x-amz-meta-*` parameters are headers too.
  bool presigned() const { return presigned_; }

  /// As ReadStore().
  template <class F>
  Task<std::invoke_result_t<F&, const store::Reader&>> read(F& f) {
    return ReadStore(services_.db, f);
  }

  /// Runs `f(store::Txn&) -> Result<T>` on the committer thread and resumes once it is durable. A refusal rolls back.
  template <class F>
  Task<std::invoke_result_t<F&, store::Txn&>> commit(F& f) {
    Commit<F> pending(services_.committer, f);
    co_return co_await pending;
  }

 private:
  friend class Dispatcher;
  Call(const Services& services, const http::Request& request, const Route& route, const Identity& identity,
       Payload& payload, store::Millis now, std::string_view request_id, bool presigned,
       const BucketState* bucket = nullptr)
      : services_(services),
        request_(request),
        route_(route),
        identity_(identity),
        payload_(payload),
        now_(now),
        request_id_(request_id),
        presigned_(presigned),
        bucket_(bucket) {}

  template <class F>
  class Commit final : public store::Pending {
   public:
    using R = std::invoke_result_t<F&, store::Txn&>;
    Commit(store::Committer& committer, F& f) : committer_(committer), f_(f) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      handle_ = handle;
      committer_.submit(*this);
    }
    R await_resume() {
      if (fault_) std::rethrow_exception(fault_);
      return std::move(*result_);
    }
    bool apply(store::Txn& txn) override {
      result_.emplace(f_(txn));
      return static_cast<bool>(*result_);
    }
    void done(std::exception_ptr fault) override {
      fault_ = std::move(fault);
      home_.post(handle_);
    }

   private:
    store::Committer& committer_;
    F& f_;
    http::IoThread& home_ = http::IoThread::current();
    std::coroutine_handle<> handle_;
    std::optional<R> result_;
    std::exception_ptr fault_;
  };

  const Services& services_;
  const http::Request& request_;
  const Route& route_;
  const Identity& identity_;
  Payload& payload_;
  store::Millis now_;
  std::string_view request_id_;
  bool presigned_;
  const BucketState* bucket_;
};

}  // namespace keymill::pipeline
