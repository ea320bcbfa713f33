#include "store/direct_put.h"

#include "store/db_impl.h"

namespace keymill::store {

void DirectPut(Db& db, Family family, std::string_view key, std::string_view value) {
  const auto state = db.current();
  auto& impl = *state;
  Check(impl.db->Put(impl.write_options(true), impl.handle(family), PhysicalKey(family, key), ToSlice(value)),
        "writing a row");
}

}  // namespace keymill::store
