#include "server/pipeline/call.h"

#include "server/pipeline/circumstances.h"

namespace keymill::pipeline {

std::optional<std::string_view> Call::header(std::string_view name) const {
  return HeaderOf(request_, route_.params, presigned_, name);
}

}  // namespace keymill::pipeline
