// Hypotheses about the path and the query.
#include <algorithm>

#include "sigv4/encoding.h"
#include "sigv4/hypotheses.h"

namespace keymill::sigv4::hypothesis {
namespace {

bool try_path(Trial& trial, std::string path, std::string_view text) {
  if (path == trial.base.path) return false;
  Attempt attempt = trial.base;
  attempt.path = std::move(path);
  return trial.matches(attempt, std::string(text) + ": it signed " + quoted(attempt.path) + ", the canonical path is " +
                                    quoted(trial.base.path));
}

bool try_query(Trial& trial, std::string query, std::string_view text) {
  if (query == trial.base.query) return false;
  Attempt attempt = trial.base;
  attempt.query = std::move(query);
  return trial.matches(attempt, std::string(text));
}

/// `%C3` as `%c3`.
std::string with_lower_escapes(std::string text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '%') continue;
    text[i + 1] = to_lower(text[i + 1]);
    text[i + 2] = to_lower(text[i + 2]);
  }
  return text;
}

}  // namespace

bool path_encoded_twice(Trial& trial) {
  return is_version4_request(trial) && try_path(trial, uri_encode(trial.base.path, Slash::Keep),
                                                "the path was URI-encoded once too often (S3 alone encodes it once)");
}

bool path_encoded_once(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  const auto decoded = percent_decode(trial.base.path);
  return decoded && try_path(trial, *decoded, "the path was signed with one URI-encoding too few");
}

bool path_as_on_the_wire(Trial& trial) {
  return is_version4_request(trial) &&
         try_path(trial, std::string(trial.verifier.request().raw_path), "the path was signed as it went on the wire");
}

bool path_not_encoded(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  const auto decoded = percent_decode(trial.verifier.request().raw_path);
  return decoded && try_path(trial, *decoded, "the path was signed without URI-encoding");
}

bool escapes_in_lower_case(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  Attempt attempt = trial.base;
  attempt.path = with_lower_escapes(attempt.path);
  attempt.query = with_lower_escapes(attempt.query);
  return trial.matches(attempt, "percent escapes were signed with lower-case digits: they are upper-case, as in %2F");
}

bool path_slashes_encoded(Trial& trial) {
  return is_version4_request(trial) &&
         try_path(trial, "/" + replaced(trial.base.path.substr(trial.base.path.empty() ? 0 : 1), "/", "%2F"),
                  "slashes of the path were encoded");
}

bool path_normalized_or_not(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  Options options = trial.verifier.expectation().options;
  options.normalize_path = !options.normalize_path;
  const std::string_view raw = trial.verifier.request().raw_path;
  std::string path(raw.size() * 3 + 4, '\0');
  char* end = path.data();
  if (write_canonical_path(end, raw, options) != Reason::None) return false;
  path.resize(static_cast<std::size_t>(end - path.data()));
  return try_path(trial, path,
                  options.normalize_path
                      ? "the path was normalised: S3 signs '.', '..' and '//' as they are"
                      : "the path was not normalised: services other than S3 resolve '.', '..' and '//'");
}

bool path_trailing_slash(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  std::string path = trial.base.path;
  if (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  } else {
    path += '/';
  }
  return try_path(trial, path, "the path was signed with its last slash added or removed") ||
         (trial.base.path == "/" && try_path(trial, "", "the empty path was signed: it is '/'"));
}

bool bucket_in_host_against_path(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  const std::string& path = trial.base.path;
  const std::string_view virtual_bucket = trial.verifier.expectation().virtual_bucket;
  if (!virtual_bucket.empty()) {
    const std::string with_bucket = "/" + std::string(virtual_bucket) + path;
    if (try_path(trial, with_bucket, "the bucket is in Host and was signed in the path too")) return true;
    Attempt attempt = trial.base;
    std::string* host = header_of(attempt, "host");
    if (host == nullptr || !host->starts_with(virtual_bucket) || host->size() <= virtual_bucket.size()) return false;
    host->erase(0, virtual_bucket.size() + 1);
    if (trial.matches(attempt, "signed for Host " + quoted(*host) + " without the bucket")) return true;
    attempt.path = with_bucket;
    return trial.matches(attempt, "signed path-style (" + quoted(with_bucket) + ") and sent virtual-host style");
  }
  const std::size_t slash = path.find('/', 1);
  const std::string bucket = path.substr(1, slash == std::string::npos ? slash : slash - 1);
  if (bucket.empty()) return false;
  const std::string rest = slash == std::string::npos ? "/" : path.substr(slash);
  if (try_path(trial, rest, "the bucket is in the path and was left out of the signed one")) return true;
  Attempt attempt = trial.base;
  std::string* host = header_of(attempt, "host");
  if (host == nullptr) return false;
  host->insert(0, bucket + ".");
  attempt.path = rest;
  return trial.matches(attempt, "signed virtual-host style (Host " + quoted(*host) + ") and sent path-style");
}

// Which query.

bool query_plus_for_space(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  return try_query(trial, replaced(trial.base.query, "%20", "+"),
                   "spaces in the query were signed as '+': they are '%20'") ||
         try_query(trial, replaced(trial.base.query, "%20", "%2B"),
                   "a '+' in the query was signed as '%2B' but sent bare, which means a space: send '%2B'");
}

bool query_unsorted(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  std::vector<std::string> in_order, raw;
  trial.verifier.query().each([&](std::string_view name, std::string_view value) {
    if (name != "X-Amz-Signature") in_order.push_back(std::string(name) + "=" + std::string(value));
  });
  if (try_query(trial, joined(in_order, "&"),
                "the query parameters were signed in the order sent: sort them by encoded name")) {
    return true;
  }
  std::sort(in_order.begin(), in_order.end());
  return try_query(trial, joined(in_order, "&"),
                   "the query parameters were sorted as joined 'name=value' texts: sort by name, then by value");
}

bool query_not_encoded(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  const auto decoded = percent_decode(trial.base.query);
  if (decoded && try_query(trial, *decoded, "the query was signed without URI-encoding")) return true;
  if (try_query(trial, replaced(trial.base.query, "%2F", "/"), "slashes in the query were signed bare: they are '%2F'"))
    return true;
  if (try_query(trial, std::string(trial.verifier.request().raw_query), "the query was signed as it went on the wire"))
    return true;
  std::vector<std::string> twice = query_items(trial.base.query);
  for (std::string& item : twice) item = replaced(item, "%", "%25");
  return try_query(trial, joined(twice, "&"), "the query was URI-encoded twice");
}

bool query_without_equals(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  std::vector<std::string> items = query_items(trial.base.query);
  for (std::string& item : items) {
    if (item.ends_with('=')) item.pop_back();
  }
  return try_query(trial, joined(items, "&"), "a parameter without value was signed without '='");
}

bool query_parameter_added_after_signing(Trial& trial) {
  if (!is_version4_request(trial)) return false;
  const std::vector<std::string> items = query_items(trial.base.query);
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::vector<std::string> others = items;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    const std::string name = items[i].substr(0, items[i].find('='));
    if (try_query(trial, joined(others, "&"),
                  "the query parameter " + quoted(name) + " was not part of what was signed")) {
      return true;
    }
  }
  return try_query(trial, "", "the query was left out of what was signed");
}

}  // namespace keymill::sigv4::hypothesis
