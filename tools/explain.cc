// `keymill explain`: verifies one raw HTTP request and says why its signature does not match.

#include "sigv4/explain.h"

#include <iostream>
#include <limits>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "server/http/raw_request.h"
#include "sigv4/encoding.h"
#include "sigv4/verify.h"
#include "tools/commands.h"
#include "tools/signing_flags.h"

namespace keymill::tools {
namespace {

namespace json = boost::json;

struct ExplainFlags {
  SigningFlags signing;
  std::string request_file, now;
  bool as_json = false, region_given = false, service_given = false;
};

struct Report {
  bool match = false;
  std::string verdict, reason, subject, canonical_request, string_to_sign, provided, computed;
  std::optional<sigv4::Explanation> explanation;
  std::string body_note;
};

std::string Computed(const sigv4::Verifier& verifier, const sigv4::KeyMaterial& material) {
  const auto& claim = verifier.claim();
  auto text = verifier.string_to_sign();
  if (claim.algorithm == sigv4::Algorithm::HmacSha1) {
    auto mac = material.sha1().sign(text);
    return sigv4::base64_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
  }
  if (claim.algorithm == sigv4::Algorithm::EcdsaP256) return {};  // different at each signing
  auto key = sigv4::derive_signing_key(material.aws4(), claim.scope.date, claim.scope.region, claim.scope.service);
  return sigv4::hex(key.sign(text));
}

Report Examine(const ExplainFlags& flags, const http::RawRequest& raw) {
  auto credentials = flags.signing.credentials();
  sigv4::Verifier verifier;
  auto view = raw.request().view();
  auto peeked = std::string(sigv4::peek_service(view));
  sigv4::Expectation expectation;
  std::string service = flags.service_given || peeked.empty() ? flags.signing.service : peeked;
  expectation.service = service;
  expectation.options = service.starts_with("s3") ? sigv4::kS3 : sigv4::kService;
  if (flags.region_given) expectation.region = flags.signing.region;
  // Without --now the request is judged at its own time: captured requests are always old.
  if (flags.now.empty())
    expectation.max_skew_seconds = std::numeric_limits<std::int64_t>::max() / 4;
  else
    expectation.now = ParseTime(flags.now);

  Report report;
  auto refused = [&](const sigv4::Failure& failure) {
    report.verdict = "refused";
    report.reason = sigv4::name(failure.reason);
    report.subject = failure.subject;
    return report;
  };
  if (const auto& failure = verifier.examine(view, expectation)) return refused(failure);
  const auto& claim = verifier.claim();
  report.provided = claim.signature;
  if (claim.form == sigv4::Form::Anonymous) {
    report.verdict = "unsigned";
    return report;
  }
  sigv4::KeyMaterial material(credentials.secret_access_key, 1);
  sigv4::SigningKeyCache cache;
  auto body_hash = sigv4::sha256(raw.body());
  const auto& failure = verifier.verify(material, cache, &body_hash);
  report.canonical_request = verifier.canonical_request();
  report.string_to_sign = verifier.string_to_sign();
  report.computed = Computed(verifier, material);
  if (claim.payload.kind == sigv4::PayloadHash::Kind::Digest && !claim.payload.matches(body_hash)) {
    report.body_note =
        "the body in the file does not have the hash that the request announces; its own is " + sigv4::hex(body_hash);
  }
  if (claim.access_key_id != credentials.access_key_id) {
    report.body_note += (report.body_note.empty() ? "" : "; ") + std::string("the request names access key ") +
                        std::string(claim.access_key_id) + ", the secret given is of " + credentials.access_key_id;
  }
  if (!failure) {
    report.match = true;
    report.verdict = "match";
    return report;
  }
  if (failure.reason != sigv4::Reason::SignatureMismatch) return refused(failure);
  report.verdict = "mismatch";
  sigv4::KnownSecret known{"the secret given", credentials.secret_access_key, claim.access_key_id};
  report.explanation = sigv4::explain(verifier, {&known, 1}, sigv4::hex(body_hash));
  return report;
}

void PrintJson(const Report& report) {
  json::object out{{"verdict", report.verdict},
                   {"match", report.match},
                   {"canonical_request", report.canonical_request},
                   {"string_to_sign", report.string_to_sign},
                   {"signature_provided", report.provided},
                   {"signature", report.computed}};
  if (!report.reason.empty()) out["reason"] = report.reason;
  if (!report.subject.empty()) out["subject"] = report.subject;
  if (!report.body_note.empty()) out["note"] = report.body_note;
  if (report.explanation) {
    json::array pieces;
    for (const auto& piece : report.explanation->pieces) {
      pieces.push_back(json::object{{"name", piece.name}, {"received", piece.received}, {"hashed", piece.hashed}});
    }
    out["diagnosis"] = json::object{{"found", report.explanation->found},
                                    {"hypothesis", report.explanation->hypothesis},
                                    {"text", report.explanation->text},
                                    {"client_canonical_request", report.explanation->canonical_request},
                                    {"pieces", std::move(pieces)}};
  }
  std::cout << json::serialize(out) << '\n';
}

void PrintText(const Report& report) {
  if (!report.canonical_request.empty()) {
    std::cout << "--- canonical request\n" << report.canonical_request << "\n";
  }
  if (!report.string_to_sign.empty()) std::cout << "--- string to sign\n" << report.string_to_sign << "\n---\n";
  if (!report.provided.empty()) std::cout << "signature provided: " << report.provided << '\n';
  if (!report.computed.empty()) std::cout << "signature computed: " << report.computed << '\n';
  std::cout << "verdict:            " << report.verdict;
  if (!report.reason.empty())
    std::cout << " (" << report.reason << (report.subject.empty() ? "" : ": " + report.subject) << ")";
  std::cout << '\n';
  if (!report.body_note.empty()) std::cout << "note:               " << report.body_note << '\n';
  if (!report.explanation) return;
  std::cout << "diagnosis:          ";
  if (report.explanation->found) std::cout << report.explanation->hypothesis << ": ";
  std::cout << report.explanation->text << '\n';
  if (report.explanation->found) return;
  for (const auto& piece : report.explanation->pieces) {
    std::cout << "  " << piece.name << "\n    received: " << piece.received << "\n    hashed:   " << piece.hashed
              << '\n';
  }
}

int Explain(const ExplainFlags& flags) {
  http::RawRequest raw(ReadFile(flags.request_file));
  auto report = Examine(flags, raw);
  if (flags.as_json)
    PrintJson(report);
  else
    PrintText(report);
  return report.match ? 0 : 1;
}

}  // namespace

void AddExplain(CLI::App& app) {
  auto flags = std::make_shared<ExplainFlags>();
  auto* explain = app.add_subcommand("explain", "Verify a raw HTTP request and say why its signature does not match");
  explain
      ->add_option("--request", flags->request_file,
                   "File with the request as it went over the wire, - for standard input")
      ->required()
      ->type_name("FILE");
  explain->add_option("--now", flags->now, "Judge dates and expiry at this time [the request's own]")
      ->type_name("YYYYMMDDTHHMMSSZ");
  explain->add_flag("--json", flags->as_json, "Print JSON");
  flags->signing.add_to(*explain);
  explain->footer(
      "Exit status: 0 the signature matches, 1 it does not or the request is refused, 2 wrong usage.\n"
      "Region and service come from the request's own scope unless they are given.");
  explain->callback([flags, explain] {
    flags->region_given = explain->count("--region") > 0;
    flags->service_given = explain->count("--service") > 0;
    throw CLI::RuntimeError(Explain(*flags));
  });
}

}  // namespace keymill::tools
