#pragma once

#include <string_view>

/// What IAM demands of an identity policy that is to be stored, beside the grammar that document.h reads. A policy that
/// is stored already is never judged again.
namespace keymill::policy {

/// True if some object of this JSON text names a member twice: of two Effects nobody could say which is meant.
bool RepeatsMember(std::string_view json);

/// True for what IAM's older parser, which still reads every policy, does not take: an Effect in lower case (Terraform
/// #10057), a single statement that is no list and stands before the Version (99designs/iamy #65), and regions or
/// accounts in ARNs that cannot be any: placeholders left in a template, or variables. False if the text is no JSON
/// object.
bool FailsLegacyParsing(std::string_view json);

}  // namespace keymill::policy
