#pragma once

#include <string>
#include <string_view>

namespace keymill::pipeline {

/// How IAM's and STS's sentences about a denial name the resource; empty if they leave it out. IAM names most of what
/// exists by its kind and name, `user bob`, `role deploy` or `policy arn:aws:iam::…`, and writes ARNs where something
/// is made or listed and in operations of later years. `action`: "iam:GetUser"; `arn` may be "*".
std::string DeniedResource(std::string_view action, std::string_view arn);

}  // namespace keymill::pipeline
