#include <algorithm>

#include "server/aws/xml_reader.h"
#include "server/aws/xml_writer.h"
#include "server/s3/errors.h"
#include "server/s3/handlers.h"
#include "server/s3/lookup.h"
#include "server/s3/metadata.h"
#include "server/s3/put.h"
#include "server/s3/tags.h"
#include "sigv4/encoding.h"

namespace keymill::s3 {
namespace {

/// The tags of the `tagging` field, a document. One with another root counts as none, as S3 has it.
Result<store::StringPairs> ReadTaggingField(const Call& call) {
  const auto document = call.header("tagging");
  if (!document) return store::StringPairs();
  const auto parsed = aws::XmlDocument::Parse(*document, {});
  if (!parsed) return Error(MalformedXML);
  if (parsed->root().name() != "Tagging") return store::StringPairs();
  return ParseTagging(*document, Tagged::kObject);
}

/// True for an absolute http or https URL with a host and without white space or controls.
bool IsWebUrl(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!sigv4::starts_with_ignoring_case(url, scheme)) continue;
    const auto rest = url.substr(scheme.size());
    const auto host = rest.substr(0, rest.find_first_of("/?#"));
    return !host.empty() && std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c != 0x7F; });
  }
  return false;
}

/// Where the client wants to go after the upload; nullopt if nowhere, or nowhere that is a URL.
std::optional<std::string> RedirectTarget(const Call& call, const store::Object& object) {
  auto url = call.header("success_action_redirect");
  if (!url) url = call.header("redirect");  // the field's older name
  if (!url || !IsWebUrl(*url)) return std::nullopt;
  const auto fragment = std::min(url->find('#'), url->size());
  std::string target(url->substr(0, fragment));
  target += target.find('?') == std::string::npos ? '?' : '&';
  target.append("bucket=").append(sigv4::uri_encode(call.route().bucket));
  target.append("&key=").append(sigv4::uri_encode(object.key));
  target.append("&etag=").append(sigv4::uri_encode(Quoted(object.etag)));
  return target.append(url->substr(fragment));
}

std::string PostResult(const Call& call, const store::Object& object) {
  aws::XmlWriter xml;
  xml.declaration().open("PostResponse");
  xml.text("Location", ObjectUrl(call))
      .text("Bucket", call.route().bucket)
      .text("Key", object.key)
      .text("ETag", Quoted(object.etag))
      .close();
  return xml.take();
}

int SuccessStatus(std::string_view wanted) {
  if (wanted == "200") return 200;
  if (wanted == "201") return 201;
  return 204;
}

}  // namespace

Answer PostObject(Call& call) {
  store::Object object;
  auto tags = ReadTaggingField(call);
  if (!tags) co_return tags.error();
  object.tags = std::move(*tags);
  // If-Match and If-None-Match of a form bind nobody: policies may ask for them, the upload does not obey them.
  const WriteConditions none;
  const auto written = co_await WriteObject(call, none, object);
  if (!written) co_return written.error();

  const auto redirect = RedirectTarget(call, object);
  http::Response response(redirect ? 303 : SuccessStatus(call.header_or_empty("success_action_status")));
  response.header("Location", redirect ? *redirect : ObjectUrl(call));
  WritePutHeaders(response, call, object, *written);
  if (response.status() == 201) response.body(PostResult(call, object), "application/xml");
  co_return response;
}

}  // namespace keymill::s3
