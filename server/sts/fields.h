#pragma once

#include "server/aws/form.h"

/// The parameters of STS's operations with the constraints of its service model.
namespace keymill::sts {

using aws::IntegerField;
using aws::StringField;
using aws::StringRule;

bool IsKeyId(std::u32string_view text);  ///< [\w]*

inline constexpr StringField kAccessKeyId{"AccessKeyId",
                                          {.min = 16, .max = 128, .matches = &IsKeyId, .pattern = R"([\w]*)"}};

}  // namespace keymill::sts
