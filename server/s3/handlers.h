#pragma once

#include "server/http/response.h"
#include "server/pipeline/call.h"

// The operations that S3 answers here: one function each, in the files named. All are pipeline::Handler.

namespace keymill::s3 {

using pipeline::Call;
using Answer = Task<Result<http::Response>>;

// buckets.cc
Answer ListBuckets(Call& call);
Answer CreateBucket(Call& call);
Answer HeadBucket(Call& call);
Answer GetBucketLocation(Call& call);
Answer DeleteBucket(Call& call);

// list.cc
Answer ListObjects(Call& call);
Answer ListObjectsV2(Call& call);

// get.cc
Answer GetObject(Call& call);
Answer HeadObject(Call& call);

// put.cc, copy.cc, delete.cc
Answer PutObject(Call& call);
Answer CopyObject(Call& call);
Answer DeleteObject(Call& call);
Answer DeleteObjects(Call& call);

}  // namespace keymill::s3
