#include "server/pipeline/dispatch.h"

#include <algorithm>

#include "server/aws/host_id.h"
#include "server/aws/ids.h"
#include "server/log.h"
#include "server/pipeline/access_entry.h"
#include "server/pipeline/authenticate.h"
#include "server/pipeline/authorize.h"
#include "server/pipeline/buckets.h"
#include "server/pipeline/chunked_payload.h"
#include "server/pipeline/clock.h"
#include "server/pipeline/cors.h"
#include "server/pipeline/error_page.h"
#include "server/pipeline/error_response.h"
#include "server/pipeline/errors.h"
#include "server/pipeline/open_control.h"
#include "server/pipeline/plain_payload.h"
#include "server/pipeline/post_upload.h"
#include "server/pipeline/query_access.h"
#include "server/pipeline/query_json.h"
#include "server/pipeline/s3_access.h"
#include "sigv4/encoding.h"

namespace keymill::pipeline {
namespace {

constexpr std::string_view kHealthPath = "/_keymill/health";
constexpr std::size_t kS3HeadLimit = 8192;
constexpr std::size_t kFormLimit = 10'000'000;
constexpr std::size_t kUnannouncedLimit = 256 << 10;  // of a body in the control API whose signature needs all of it
constexpr std::size_t kQueryLimit = 15'800;           // of IAM and STS

// A body whose hash is part of what is signed has to be read before the signature can be checked.
Task<Result<std::string>> ReadBody(http::BodyStream& body, std::size_t limit) {
  std::string all;
  for (;;) {
    auto piece = co_await body.next();
    if (!piece) co_return std::move(piece.error());
    if (piece->empty()) co_return all;
    if (all.size() + piece->size() > limit) co_return aws::Error(RequestEntityTooLarge);
    all.append(reinterpret_cast<const char*>(piece->data()), piece->size());
  }
}

// The SHA-256 that a request announces and that its signature covers in place of the body.
std::optional<sigv4::Sha256Digest> AnnouncedHash(const http::Request& request) {
  const auto octets = sigv4::hex_decode(request.header_or_empty("x-amz-content-sha256"));
  sigv4::Sha256Digest digest;
  if (!octets || octets->size() != digest.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), digest.begin());
  return digest;
}

// A body that was read already, as handlers read it.
class ReadPayload final : public Payload {
 public:
  explicit ReadPayload(std::string_view body) : body_(body), length_(body.size()) {}
  Task<Result<http::Bytes>> next() override {
    auto piece = std::exchange(body_, {});
    co_return http::Bytes(reinterpret_cast<const std::byte*>(piece.data()), piece.size());
  }
  Result<> finish() override { return {}; }
  std::optional<std::uint64_t> length() const override { return length_; }
  std::optional<std::string> trailer(std::string_view) const override { return std::nullopt; }

 private:
  std::string_view body_;
  std::uint64_t length_;
};

const Identity kAnonymous;

/// What a website's visitor asks for, whatever its key turns out to be.
constexpr Operation kWebsiteRead{"GetWebsiteObject", "s3:GetObject"};
constexpr ErrorKind WebsiteEndpoint{"MovedPermanently", 301, "Moved Permanently"};

Result<> CheckHead(const http::Request& request) {
  if (request.head_size <= kS3HeadLimit) return {};
  return aws::Error(RequestHeaderSectionTooLarge).with("MaxSizeAllowed", std::to_string(kS3HeadLimit));
}

aws::Error NotImplementedOperation(const Operation& operation, Service service) {
  std::string text = std::string(operation.name) + " is not implemented";
  if (service == Service::kS3) {
    return aws::Error(NotImplemented).with("Header", std::string(operation.name)).with("additionalMessage", text);
  }
  return aws::Error(NotImplemented, text);
}

aws::Error Unannounced() {
  return {RequestEntityTooLarge, "A body of more than " + std::to_string(kUnannouncedLimit) +
                                     " bytes needs its SHA-256 in the header x-amz-content-sha256, signed."};
}

}  // namespace

struct Dispatcher::Exchange {
  Service service = Service::kS3;
  const Operation* operation = nullptr;
  std::string request_id;
  std::string host_id;
  store::Millis now = 0;
  std::string access_key_id;
  std::shared_ptr<const BucketState> bucket;  ///< S3: that the request names
  bool requester_pays = false;                ///< S3: the caller, who has agreed to it
  std::unique_ptr<AccessEntry> entry;         ///< for the bucket's access log, if it has one
  bool website = false;                       ///< S3: by a website endpoint, whose errors are pages
  bool json = false;                          ///< STS: the caller asked for JSON

  void identify(Service s) {
    service = s;
    request_id = s == Service::kS3 ? aws::NewRequestId() : aws::NewUuid();
    if (s == Service::kS3) host_id = aws::HostIdOf(request_id);
  }
  /// To be called as soon as it is known what the request is about.
  void begin_entry(const http::Request& request, const std::shared_ptr<const BucketState>& state,
                   std::string_view key) {
    if (!state || !HasAccessLog(state->record)) return;
    entry = std::make_unique<AccessEntry>(BeginEntry(request, operation));
    entry->bucket = state;
    entry->time = now;
    entry->request_id = request_id;
    entry->host_id = host_id;
    entry->key = key;
  }
  /// After the operation, for what only its call knows.
  void complete_entry(Call& call, const Result<http::Response>& result) {
    if (!entry) return;
    const BucketState& state = *entry->bucket;
    entry->version_id = call.params().find("versionId").value_or("");
    if (!result) return;
    entry->acl_required = state.has_acls && !state.policy && call.identity().account != state.record.account;
    const bool read = operation->name == "GetObject" || operation->name == "HeadObject";
    entry->object_size = read ? ObjectSizeOf(*result) : operation->streams() ? call.payload().length() : std::nullopt;
  }
  std::string_view name() const { return operation ? operation->name : std::string_view("-"); }
  http::Response error(const aws::Error& refusal, std::string_view method) const {
    return website ? ErrorPage(refusal, context(method)) : ErrorResponse(refusal, context(method));
  }
  ErrorContext context(std::string_view method) const {
    return {service, operation ? operation->name : std::string_view(), method, request_id, host_id, json};
  }
  void add_headers(http::Response& response, std::string_view region) const {
    if (service == Service::kS3) {
      response.header("x-amz-request-id", request_id).header("x-amz-id-2", host_id).header("Server", "AmazonS3");
    } else {
      response.header("x-amzn-RequestId", request_id);
      if (service == Service::kSts) {
        response.header("x-amz-sts-extended-request-id", aws::StsExtendedIdOf(request_id, region, now));
      }
    }
  }
};

Task<http::Response> Dispatcher::handle(const http::Request& request, http::BodyStream& body) {
  if (request.raw_path == kHealthPath) {
    http::Response health(200);
    health.body("{\"status\":\"ok\"}\n", "application/json");
    co_return health;
  }
  Exchange exchange;
  exchange.now = services_.clock.now();
  std::optional<http::Response> response;
  std::string_view outcome = "ok";
  std::string code;
  try {
    auto result = co_await answer(request, body, exchange);
    if (result) {
      response.emplace(std::move(*result));
      if (exchange.requester_pays) response->header("x-amz-request-charged", "requester");
    } else {
      code = result.error().code();
      outcome = code;
      response.emplace(exchange.error(result.error(), request.method));
    }
  } catch (const http::Disconnected&) {
    throw;
  } catch (const std::exception& fault) {
    log::Error(
        "internal error",
        {{"request_id", exchange.request_id}, {"operation", std::string(exchange.name())}, {"reason", fault.what()}});
    outcome = "fault";
    bool s3 = exchange.service == Service::kS3;
    response.emplace(exchange.error(s3 ? InternalError : ServiceFailure, request.method));
  }
  exchange.add_headers(*response, services_.config.region);
  if (exchange.entry) log_access(*exchange.entry, *response, request, code);
  if (exchange.bucket) AddCorsHeaders(*response, request, *exchange.bucket);
  if (exchange.service == Service::kSts && request.method != "OPTIONS") AddStsCorsHeaders(*response, request);
  if (log::Enabled(log::Level::kDebug)) {
    log::Debug("request", {{"request_id", exchange.request_id},
                           {"operation", std::string(exchange.name())},
                           {"access_key_id", exchange.access_key_id},
                           {"status", std::to_string(response->status())},
                           {"outcome", std::string(outcome)},
                           {"peer", std::string(request.peer)}});
  }
  co_return std::move(*response);
}

void Dispatcher::log_access(AccessEntry& entry, const http::Response& response, const http::Request& request,
                            const std::string& code) {
  entry.status = response.status();
  entry.error_code = code;
  if (request.method != "HEAD") entry.bytes_sent = response.length();
  entry.total = entry.turn_around = std::max<store::Millis>(0, services_.clock.now() - entry.time);
  services_.buckets.access_log().add(entry.bucket->record, entry.time, FormatEntry(entry));
}

Task<Result<http::Response>> Dispatcher::answer(const http::Request& request, http::BodyStream& body,
                                                Exchange& exchange) {
  if (Router::is_control(request)) {
    exchange.identify(Service::kControl);
    co_return co_await answer_control(request, body, exchange);
  }
  if (auto bucket = router_.website_bucket(request)) {
    exchange.identify(Service::kS3);
    exchange.website = true;
    co_return co_await answer_website(request, body, exchange, std::move(*bucket));
  }
  auto target = router_.classify(request);
  // An unsigned call names IAM or STS in its body only: until then it is answered as STS answers.
  const bool unnamed = target.query_protocol && target.service == Service::kS3;
  exchange.identify(unnamed ? Service::kSts : target.query_protocol ? target.service : Service::kS3);
  if (target.query_protocol) co_return co_await answer_query(request, body, exchange, target);
  co_return co_await answer_s3(request, body, exchange);
}

Task<Result<http::Response>> Dispatcher::answer_s3(const http::Request& request, http::BodyStream& body,
                                                   Exchange& exchange) {
  if (auto fits = CheckHead(request); !fits) co_return std::move(fits.error());
  if (request.method == "OPTIONS") {
    auto address = router_.locate(request);
    if (!address) co_return std::move(address.error());
    if (address->bucket.empty() && IsStsPreflight(request)) {
      exchange.identify(Service::kSts);
      co_return AnswerStsPreflight(request);
    }
    const auto bucket = co_await find_bucket(address->bucket);
    exchange.begin_entry(request, bucket, sigv4::percent_decode(address->key_path).value_or(""));
    co_return AnswerPreflight(request, bucket.get(), !address->key_path.empty());
  }
  auto route = router_.route_s3(request);
  if (!route) co_return std::move(route.error());
  const Operation& operation = *(exchange.operation = route->operation);
  exchange.bucket = co_await find_bucket(route->bucket);
  exchange.begin_entry(request, exchange.bucket, route->key);
  if (operation.is_form()) co_return co_await answer_post(request, body, exchange, std::move(*route));

  Authenticated who;
  if (!operation.needs_no_signature) {
    auto verified = Authenticate(services_, {request, Service::kS3, route->virtual_host ? route->bucket : "", nullptr,
                                             exchange.now, exchange.request_id});
    if (!verified) co_return std::move(verified.error());
    who = std::move(*verified);
  }
  const Identity& identity = who.credential ? who.credential->identity : kAnonymous;
  exchange.access_key_id = identity.access_key_id;
  if (exchange.entry) exchange.entry->requester = RequesterOf(identity);

  PlainPayload plain(request, body, std::move(who.body_sha256));
  std::optional<ChunkedPayload> chunked;
  if (who.chunked) {
    if (!operation.streams())
      co_return aws::Error(InvalidRequest, "The value of x-amz-content-sha256 header is invalid.");
    if (auto fine = ChunkedPayload::check_headers(request, who.chunked->hash); !fine) co_return std::move(fine.error());
    chunked.emplace(request, body, std::move(*who.chunked));
  }
  Payload& payload = chunked ? static_cast<Payload&>(*chunked) : plain;
  Call call(services_, request, *route, identity, payload, exchange.now, exchange.request_id, who.presigned,
            exchange.bucket.get());
  if (auto allowed = co_await authorize_s3_(call); !allowed) co_return std::move(allowed.error());
  exchange.requester_pays = call.bucket() != nullptr && RequesterPays(identity, *call.bucket());
  if (!operation.handler) co_return NotImplementedOperation(operation, Service::kS3);
  auto result = co_await operation.handler(call);
  exchange.complete_entry(call, result);
  co_return result;
}

// A form has to be read before anything is known of it: who sends it, and even which object it is about.
Task<Result<http::Response>> Dispatcher::answer_post(const http::Request& request, http::BodyStream& body,
                                                     Exchange& exchange, Route route) {
  if (auto fine = PostUpload::check_headers(request); !fine) co_return std::move(fine.error());
  PostUpload form(request, body);
  if (auto read = co_await form.read_fields(); !read) co_return std::move(read.error());
  route.key = form.key();

  const auto signature = form.signature();
  auto verified =
      Authenticate(services_, {request, Service::kS3, {}, nullptr, exchange.now, exchange.request_id, &signature});
  if (!verified) co_return std::move(verified.error());
  const Identity& identity = verified->credential ? verified->credential->identity : kAnonymous;
  exchange.access_key_id = identity.access_key_id;
  if (exchange.entry) {
    exchange.entry->requester = RequesterOf(identity);
    exchange.entry->key = route.key;
  }
  if (!identity.anonymous()) {
    if (auto allowed = form.check_policy(route.bucket, exchange.now / 1000); !allowed) {
      co_return std::move(allowed.error());
    }
  }
  Call call(services_, form.request(), route, identity, form, exchange.now, exchange.request_id, false,
            exchange.bucket.get());
  if (auto allowed = co_await authorize_s3_(call); !allowed) co_return std::move(allowed.error());
  exchange.requester_pays = call.bucket() != nullptr && RequesterPays(identity, *call.bucket());
  co_return co_await route.operation->handler(call);
}

// Signatures and the query string mean nothing here: every visitor is nobody in particular.
Task<Result<http::Response>> Dispatcher::answer_website(const http::Request& request, http::BodyStream& body,
                                                        Exchange& exchange, std::string bucket) {
  if (auto fits = CheckHead(request); !fits) co_return std::move(fits.error());
  if (bucket.empty()) {
    co_return aws::Error(WebsiteEndpoint).with_header("Location", "https://aws.amazon.com/s3/");
  }
  exchange.operation = &kWebsiteRead;
  exchange.bucket = co_await find_bucket(bucket);
  const bool names_key = request.raw_path.size() > 1;
  if (request.method == "OPTIONS") co_return AnswerPreflight(request, exchange.bucket.get(), names_key);
  auto key = names_key ? sigv4::percent_decode(request.raw_path.substr(1)) : std::string();
  if (!key || !IsUtf8(*key)) co_return aws::Error(InvalidUri).with("URI", std::string(request.raw_path));
  exchange.begin_entry(request, exchange.bucket, *key);
  const Route route{Service::kS3, &kWebsiteRead, std::move(bucket), std::move(*key), true, {}};
  PlainPayload payload(request, body, {});
  Call call(services_, request, route, kAnonymous, payload, exchange.now, exchange.request_id, false,
            exchange.bucket.get());
  co_return co_await website_(call, exchange.context(request.method));
}

Task<std::shared_ptr<const BucketState>> Dispatcher::find_bucket(std::string_view name) {
  if (name.empty()) co_return nullptr;
  if (auto known = services_.buckets.find(name)) co_return known;
  const auto changes = services_.buckets.changes();
  auto load = [&](const store::Reader& reader) { return services_.buckets.load(reader, name, changes); };
  co_return co_await ReadStore(services_.db, load);
}

Task<Result<http::Response>> Dispatcher::answer_query(const http::Request& request, http::BodyStream& body,
                                                      Exchange& exchange, Router::Target target) {
  if (request.raw_query.size() > kQueryLimit) co_return aws::Error(MalformedTarget).without_body();
  exchange.json = WantsJson(request);
  auto form = co_await ReadBody(body, kFormLimit);
  if (!form) co_return std::move(form.error());
  auto route = router_.route_query(target, target.form ? std::string_view(*form) : request.raw_query);
  if (!route) co_return std::move(route.error());
  exchange.service = route->service;
  const Operation& operation = *(exchange.operation = route->operation);

  auto hash = sigv4::sha256(*form);
  auto verified = Authenticate(
      services_,
      {request, route->service, {}, &hash, exchange.now, exchange.request_id, nullptr, operation.needs_no_signature});
  if (!verified) co_return std::move(verified.error());
  const Identity& identity = verified->credential ? verified->credential->identity : kAnonymous;
  exchange.access_key_id = identity.access_key_id;

  ReadPayload payload(*form);
  Call call(services_, request, *route, identity, payload, exchange.now, exchange.request_id, verified->presigned);
  auto find_subject = [&](const store::Reader& reader) {
    return SubjectOf(reader, operation, identity, resources_(reader, operation, route->params, identity));
  };
  const QuerySubject subject = co_await call.read(find_subject);
  const Circumstances circumstances{request, route->params, exchange.now, services_.config.region, verified->presigned};
  if (auto refusal = AuthorizeQuery(identity, operation, route->service, subject, circumstances)) co_return *refusal;
  if (!operation.handler) co_return NotImplementedOperation(operation, route->service);
  auto result = co_await operation.handler(call);
  if (result && exchange.json && route->service == Service::kSts) co_return JsonAnswer(*result);
  co_return result;
}

Task<Result<http::Response>> Dispatcher::answer_control(const http::Request& request, http::BodyStream& body,
                                                        Exchange& exchange) {
  auto route = router_.route_control(request);
  if (!route) co_return std::move(route.error());
  const Operation& operation = *(exchange.operation = route->operation);
  const bool is_public = operation.needs_no_signature;
  AuthenticationInput input{request,      Service::kControl,   {},      nullptr,
                            exchange.now, exchange.request_id, nullptr, services_.config.control_open || is_public};
  // Nobody's body is taken in before it is known whose it is. Operations then read it with limits of their own.
  const auto announced = AnnouncedHash(request);
  const bool has_body = request.chunked || request.content_length.value_or(0) > 0;
  std::optional<std::string> text;
  if (announced) {
    input.body = &*announced;
  } else if (has_body) {
    const auto is_signed = CheckClaim(services_, input);
    if (!is_signed) co_return is_signed.error();
    if (*is_signed) {
      if (request.content_length.value_or(0) > kUnannouncedLimit) co_return Unannounced();
      auto read = co_await ReadBody(body, kUnannouncedLimit);
      if (!read) co_return read.error().code() == RequestEntityTooLarge.code ? Unannounced() : std::move(read.error());
      text = *std::move(read);
    }
  }
  const auto hash = sigv4::sha256(text.value_or(std::string()));
  if (!announced) input.body = &hash;
  auto verified = Authenticate(services_, input);
  if (!verified) co_return std::move(verified.error());
  Identity open;
  if (!verified->credential && !is_public) {
    auto allowed = OpenControlIdentity(request, services_.config.account_id);
    if (!allowed) co_return std::move(allowed.error());
    open = *std::move(allowed);
  }
  const Identity& identity = verified->credential ? verified->credential->identity : open;
  exchange.access_key_id = identity.access_key_id;
  const Circumstances circumstances{request, route->params, exchange.now, services_.config.region, verified->presigned};
  if (auto decision = Decide(identity, operation, "*", circumstances); !decision.allowed()) {
    co_return Denial(identity, operation, "*", Service::kControl, decision);
  }
  ReadPayload whole(text ? std::string_view(*text) : std::string_view());
  PlainPayload coming(request, body, announced ? std::optional(sigv4::hex(*announced)) : std::nullopt);
  Payload& payload = text ? static_cast<Payload&>(whole) : coming;
  Call call(services_, request, *route, identity, payload, exchange.now, exchange.request_id, verified->presigned);
  co_return co_await operation.handler(call);
}

http::Response Dispatcher::refuse(http::Malformed reason) {
  Exchange exchange;
  exchange.identify(Service::kS3);
  const ErrorKind& kind = reason == http::Malformed::kHeadTooLarge ? RequestHeaderSectionTooLarge
                          : reason == http::Malformed::kTimeout    ? RequestTimeout
                                                                   : BadRequest;
  aws::Error error(kind);
  if (reason == http::Malformed::kHeadTooLarge) {
    error.with("MaxSizeAllowed", std::to_string(kS3HeadLimit));
  }
  auto response = exchange.error(error, {});
  exchange.add_headers(response, services_.config.region);
  return response;
}

}  // namespace keymill::pipeline
