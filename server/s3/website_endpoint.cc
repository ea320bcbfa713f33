#include "server/s3/website_endpoint.h"

#include "server/pipeline/bucket_state.h"
#include "server/pipeline/error_page.h"
#include "server/s3/authorization.h"
#include "server/s3/get.h"
#include "server/s3/website.h"
#include "sigv4/encoding.h"
#include "store/objects.h"

namespace keymill::s3 {
namespace {

constexpr std::string_view kRead = "s3:GetObject";
constexpr ErrorKind kFound{"Found", 302, "Resource Found"};

WebsiteRequest RequestOf(const Call& call) {
  const http::Request& request = call.request();
  return {request.secure ? "https" : "http", request.host, request.raw_path, request.raw_query, call.route().key};
}

http::Response Redirect(const Redirection& to) {
  http::Response response(to.status);
  response.header("Location", to.location);
  return response;
}

/// What stands under a key, whoever may see it.
struct Glance {
  bool exists = false;
  std::string redirect;  ///< x-amz-website-redirect-location
};
Task<Glance> LookAt(Call& call, const std::string& key) {
  auto look = [&](const store::Reader& reader) -> Glance {
    const auto object = store::FindObject(reader, call.bucket()->record.id, key);
    if (!object || object->delete_marker) return {};
    return {true, object->website_redirect};
  };
  co_return co_await call.read(look);
}

/// The object as the website sends it: what its policy, ACL and public access block let anyone read.
Answer Fetch(Call& call, const std::string& key, int error_status) {
  if (auto allowed = co_await AuthorizeObject(call, kRead, SubjectOf(call, key)); !allowed) co_return allowed.error();
  const Glance glance = co_await LookAt(call, key);
  if (!glance.redirect.empty()) co_return Redirect({301, glance.redirect});
  co_return co_await Retrieve(call, {key, call.request().method != "HEAD", error_status});
}

/// Whether `key` is a folder with an index document for everybody.
Task<bool> IsFolder(Call& call, const std::string& key, const std::string& suffix) {
  if (key.empty() || key.back() == '/') co_return false;
  const Glance own = co_await LookAt(call, key);
  if (own.exists) co_return false;
  const std::string index = key + "/" + suffix;
  const Glance glance = co_await LookAt(call, index);
  if (!glance.exists) co_return false;
  const auto allowed = co_await AuthorizeObject(call, kRead, SubjectOf(call, index));
  co_return static_cast<bool>(allowed);
}

/// The answer to a request that cannot have what it asks for.
Task<http::Response> Explain(Call& call, const WebsiteConfiguration& site, const Error& error,
                             const pipeline::ErrorContext& context) {
  if (const auto redirection = FindRedirection(site, RequestOf(call), error.status())) co_return Redirect(*redirection);
  if (!site.error || error.status() < 400 || error.status() >= 500) co_return pipeline::ErrorPage(error, context);
  auto document = co_await Fetch(call, site.error->key, error.status());
  if (!document) co_return pipeline::ErrorPage(error, context, &document.error());
  pipeline::WriteErrorHeaders(*document, error);
  co_return std::move(*document);
}

Task<http::Response> Serve(Call& call, const WebsiteConfiguration& site, const pipeline::ErrorContext& context) {
  const WebsiteRequest request = RequestOf(call);
  if (site.redirect_all) co_return Redirect(RedirectionOf(*site.redirect_all, request));
  if (const auto redirection = FindRedirection(site, request, 0)) co_return Redirect(*redirection);
  const std::string& key = call.route().key;
  const std::string suffix = site.index ? site.index->suffix : std::string();
  const bool folder = key.empty() || key.back() == '/';
  const std::string wanted = folder ? key + suffix : key;
  auto answer = co_await Fetch(call, wanted, 0);
  if (answer) co_return std::move(*answer);
  if (answer.error().status() < 500 && co_await IsFolder(call, key, suffix)) {
    const Error found = Error(kFound).with_header("Location", std::string(request.path) + "/");
    co_return pipeline::ErrorPage(found, context);
  }
  co_return co_await Explain(call, site, answer.error(), context);
}

}  // namespace

Task<http::Response> AnswerWebsite(Call& call, const pipeline::ErrorContext& context) {
  const std::string& name = call.route().bucket;
  if (context.method != "GET" && context.method != "HEAD") {
    const Error error = Error(MethodNotAllowed)
                            .with("Method", std::string(context.method))
                            .with("ResourceType", "OBJECT")
                            .with_header("Allow", "GET, HEAD");
    co_return pipeline::ErrorPage(error, context);
  }
  if (call.bucket() == nullptr) {
    const Error error = Error(NoSuchBucket).with("BucketName", name);
    co_return pipeline::ErrorPage(error, context);
  }
  if (call.bucket()->website == nullptr) {
    const Error error = Error(NoSuchWebsiteConfiguration).with("BucketName", name);
    co_return pipeline::ErrorPage(error, context);
  }
  co_return co_await Serve(call, *call.bucket()->website, context);
}

}  // namespace keymill::s3
