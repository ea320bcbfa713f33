#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sigv4/explain.h"

/// The hypotheses of explain.h by function, and what they share. Private to the library.
namespace keymill::sigv4::hypothesis {

bool another_secret(Trial& trial);
bool secret_with_white_space(Trial& trial);
bool secret_url_encoded(Trial& trial);
bool secret_without_prefix(Trial& trial);
bool policy_not_as_sent(Trial& trial);
bool path_encoded_twice(Trial& trial);
bool path_encoded_once(Trial& trial);
bool path_not_encoded(Trial& trial);
bool path_as_on_the_wire(Trial& trial);
bool escapes_in_lower_case(Trial& trial);
bool path_slashes_encoded(Trial& trial);
bool path_normalized_or_not(Trial& trial);
bool path_trailing_slash(Trial& trial);
bool bucket_in_host_against_path(Trial& trial);
bool query_plus_for_space(Trial& trial);
bool query_unsorted(Trial& trial);
bool query_not_encoded(Trial& trial);
bool query_without_equals(Trial& trial);
bool query_parameter_added_after_signing(Trial& trial);
bool host_port(Trial& trial);
bool host_rewritten(Trial& trial);
bool header_not_trimmed(Trial& trial);
bool repeated_header_joined_otherwise(Trial& trial);
bool header_changed_in_transit(Trial& trial);
bool header_dropped(Trial& trial);
bool header_list_in_another_order(Trial& trial);
bool other_payload_hash(Trial& trial);
bool other_method(Trial& trial);
bool key_derived_for_another_date(Trial& trial);
bool key_derived_for_another_region(Trial& trial);
bool key_derived_for_another_service(Trial& trial);
bool scope_in_string_to_sign_differs(Trial& trial);
bool line_structure(Trial& trial);
bool hash_form(Trial& trial);
bool signature_form(Trial& trial);

/// False for POST forms and SigV2, which have no canonical request to be wrong about.
bool is_version4_request(const Trial& trial);
bool is_hmac(const Trial& trial);
std::string quoted(std::string_view text);
/// The parts of a canonical query between '&'.
std::vector<std::string> query_items(std::string_view query);
std::string joined(const std::vector<std::string>& items, std::string_view separator);
std::string replaced(std::string text, std::string_view from, std::string_view to);
/// The canonical value of a header, nullptr when it is not signed.
std::string* header_of(Attempt& attempt, std::string_view name);
/// With the value of one header exchanged.
bool try_header(Trial& trial, std::string_view name, std::string value, std::string_view text);

}  // namespace keymill::sigv4::hypothesis
