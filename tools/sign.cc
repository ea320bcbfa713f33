// `keymill sign`: signs one request and prints it ready for curl, or as JSON.

#include "sigv4/sign.h"

#include <ctime>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "sigv4/encoding.h"
#include "tools/commands.h"
#include "tools/signing_flags.h"

namespace keymill::tools {
namespace {

namespace json = boost::json;

struct SignFlags {
  SigningFlags signing;
  std::string url, method = "GET", body_file, post_policy_file, time, algorithm = "v4";
  std::vector<std::string> headers;
  std::int64_t expires = 0;
  bool unsigned_payload = false, as_json = false;
};

sigv4::Signing ToSigning(const SignFlags& flags) {
  sigv4::Signing signing;
  signing.region = flags.signing.region;
  signing.service = flags.signing.service;
  signing.time = flags.time.empty() ? std::time(nullptr) : ParseTime(flags.time);
  signing.options = flags.signing.service.starts_with("s3") ? sigv4::kS3 : sigv4::kService;
  if (flags.algorithm == "v4a") signing.algorithm = sigv4::Algorithm::EcdsaP256;
  return signing;
}

std::vector<sigv4::HeaderLine> ParseHeaders(const std::vector<std::string>& lines) {
  std::vector<sigv4::HeaderLine> headers;
  for (const auto& line : lines) {
    auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0)
      throw std::invalid_argument("--header '" + line + "': expected 'Name: value'");
    headers.push_back({line.substr(0, colon), std::string(sigv4::trim(std::string_view(line).substr(colon + 1)))});
  }
  return headers;
}

json::object ToJson(const std::vector<sigv4::HeaderLine>& lines) {
  json::object object;
  for (const auto& line : lines) object[line.name] = line.value;
  return object;
}

void PrintPostForm(const SignFlags& flags, const Url& url) {
  auto fields =
      sigv4::sign_post_policy(ReadFile(flags.post_policy_file), flags.signing.credentials(), ToSigning(flags));
  if (flags.as_json) {
    std::cout << json::serialize(json::object{{"url", flags.url}, {"fields", ToJson(fields)}}) << '\n';
    return;
  }
  std::cout << "curl -X POST " << ShellQuoted(url.origin() + url.path);
  for (const auto& field : fields) std::cout << " \\\n  -F " << ShellQuoted(field.name + "=" + field.value);
  std::cout << " \\\n  -F key=KEY -F file=@FILE\n";
}

int Sign(const SignFlags& flags) {
  Url url(flags.url);
  if (!flags.post_policy_file.empty()) {
    PrintPostForm(flags, url);
    return 0;
  }
  auto credentials = flags.signing.credentials();
  auto signing = ToSigning(flags);
  sigv4::SignRequest request{flags.method, url.path, url.query, {{"Host", url.host}}, {}};
  for (auto& header : ParseHeaders(flags.headers)) request.headers.push_back(std::move(header));
  std::string body = flags.body_file.empty() ? "" : ReadFile(flags.body_file);
  const bool presigned = flags.expires != 0;
  if (flags.unsigned_payload)
    request.payload = sigv4::kUnsignedPayload;
  else if (!presigned || !flags.body_file.empty())
    request.payload = sigv4::hex(sigv4::sha256(body));
  auto made = presigned ? sigv4::presign(request, credentials, signing, flags.expires)
                        : sigv4::sign(request, credentials, signing);
  auto full_query = presigned ? made.query : url.query;
  auto full_url = url.origin() + url.path + (full_query.empty() ? "" : "?" + full_query);

  if (flags.as_json) {
    json::object out{{"method", flags.method},
                     {"url", full_url},
                     {"headers", ToJson(made.headers)},
                     {"scope", made.scope},
                     {"canonical_request", made.canonical_request},
                     {"string_to_sign", made.string_to_sign},
                     {"signature", made.signature}};
    std::cout << json::serialize(out) << '\n';
    return 0;
  }
  std::cout << "curl -X " << ShellQuoted(flags.method);
  for (std::size_t i = 1; i < request.headers.size(); ++i) {  // curl adds Host itself
    std::cout << " \\\n  -H " << ShellQuoted(request.headers[i].name + ": " + request.headers[i].value);
  }
  for (const auto& line : made.headers) std::cout << " \\\n  -H " << ShellQuoted(line.name + ": " + line.value);
  if (!flags.body_file.empty()) std::cout << " \\\n  --data-binary " << ShellQuoted("@" + flags.body_file);
  std::cout << " \\\n  " << ShellQuoted(full_url) << '\n';
  return 0;
}

}  // namespace

void AddSign(CLI::App& app) {
  auto flags = std::make_shared<SignFlags>();
  auto* sign = app.add_subcommand("sign", "Sign one request and print it ready for curl");
  sign->add_option("url", flags->url, "Where the request goes, percent-encoded")->required()->type_name("URL");
  sign->add_option("-X,--method", flags->method, "HTTP method")->capture_default_str();
  sign->add_option("-H,--header", flags->headers, "Header to send and sign; repeatable")->type_name("'NAME: VALUE'");
  sign->add_option("--body", flags->body_file, "File that holds the body, - for standard input")->type_name("FILE");
  sign->add_flag("--unsigned-payload", flags->unsigned_payload, "Sign UNSIGNED-PAYLOAD in place of the body's hash");
  sign->add_option("--presign", flags->expires, "Make a presigned URL that is valid for this many seconds")
      ->check(CLI::Range(1, 604800))
      ->type_name("SECONDS");
  sign->add_option("--post-policy", flags->post_policy_file, "Sign this POST policy (JSON) and print the form's fields")
      ->type_name("FILE");
  sign->add_option("--algorithm", flags->algorithm, "v4, or v4a (region is then a region set)")
      ->check(CLI::IsMember({"v4", "v4a"}))
      ->capture_default_str();
  sign->add_option("--time", flags->time, "Signing time [now]")->type_name("YYYYMMDDTHHMMSSZ");
  sign->add_flag("--json", flags->as_json, "Print JSON, with the canonical request and the string to sign");
  flags->signing.add_to(*sign);
  sign->callback([flags] { throw CLI::RuntimeError(Sign(*flags)); });
}

}  // namespace keymill::tools
