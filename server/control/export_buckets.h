#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "server/control/export.h"
#include "store/records.h"
#include "store/txn.h"

namespace keymill::control {

/// The contents of the objects alone are more than a seed may have.
struct ExportIsTooLarge {};

/// Buckets as a seed has them, and if the options say so their objects. Borrows what it is made of.
class BucketExporter {
 public:
  BucketExporter(const store::Reader& reader, const ExportOptions& options) : reader_(reader), options_(options) {}

  /// Throws ExportIsTooLarge.
  boost::json::object bucket(const store::Bucket& from);

 private:
  boost::json::array objects(const store::Bucket& bucket);
  boost::json::array current_objects(const store::Bucket& bucket);
  void describe(const store::Bucket& bucket, const store::Object& from, boost::json::object& to);

  const store::Reader& reader_;
  const ExportOptions& options_;
  std::uint64_t size_ = 0;  ///< of contents so far
};

}  // namespace keymill::control
