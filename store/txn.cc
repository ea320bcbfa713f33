#include "store/txn.h"

#include "store/db_impl.h"
#include "store/keys.h"

namespace keymill::store {

namespace {

class RocksCursor : public Cursor {
 public:
  RocksCursor(std::string lower, std::string upper)
      : lower_(std::move(lower)), upper_(std::move(upper)), bound_(upper_) {}

  /// The bound must be in place before the iterator that is given it is made.
  const rocksdb::Slice* bound() const { return &bound_; }
  void start(std::unique_ptr<rocksdb::Iterator> iterator) {
    iterator_ = std::move(iterator);
    iterator_->Seek(lower_);
    moved();
  }

  bool valid() const override { return valid_; }
  void next() override {
    iterator_->Next();
    moved();
  }
  void seek(std::string_view key) override {
    auto target = PhysicalKey(static_cast<Family>(lower_.front()), key);
    iterator_->Seek(target < lower_ ? lower_ : target);
    moved();
  }
  std::string_view key() const override { return ToView(iterator_->key()).substr(1); }
  std::string_view value() const override { return ToView(iterator_->value()); }

 private:
  void moved() {
    // The upper bound is repeated here: an iterator over a batch and the database heeds it for the database only.
    valid_ = iterator_->Valid() && iterator_->key().compare(bound_) < 0;
    if (!iterator_->Valid()) Check(iterator_->status(), "reading rows");
  }

  std::string lower_, upper_;
  rocksdb::Slice bound_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  bool valid_ = false;
};

std::unique_ptr<RocksCursor> MakeCursor(Family family, std::string_view prefix) {
  auto lower = PhysicalKey(family, prefix);
  auto upper = AfterPrefix(lower);
  return std::make_unique<RocksCursor>(std::move(lower), std::move(upper));
}

}  // namespace

std::optional<std::string> Reader::get(Family family, std::string_view key) const {
  std::optional<std::string> found;
  read(family, key, [&](std::string_view value) { found.emplace(value); });
  return found;
}

bool Reader::lookup(Family family, std::string_view key, void* visitor, Visit visit) const {
  const auto& impl = *state_;
  rocksdb::PinnableSlice value;
  const auto status = impl.db->Get(impl.read_options(mode_), impl.handle(family), PhysicalKey(family, key), &value);
  if (status.IsNotFound()) return false;
  Check(status, "reading a row");
  visit(visitor, ToView(value));
  return true;
}

ObjectCache* Reader::object_cache() const {
  return &state_->object_cache;
}

std::unique_ptr<Cursor> Reader::scan(Family family, std::string_view prefix) const {
  const auto& impl = *state_;
  auto cursor = MakeCursor(family, prefix);
  auto read = impl.read_options(mode_);
  read.iterate_upper_bound = cursor->bound();
  cursor->start(std::unique_ptr<rocksdb::Iterator>(impl.db->NewIterator(read, impl.handle(family))));
  return cursor;
}

bool Txn::lookup(Family family, std::string_view key, void* visitor, Visit visit) const {
  const auto& impl = *state_;
  rocksdb::PinnableSlice value;
  const auto status = impl_.batch.GetFromBatchAndDB(impl.db.get(), rocksdb::ReadOptions(), impl.handle(family),
                                                    PhysicalKey(family, key), &value);
  if (status.IsNotFound()) return false;
  Check(status, "reading a row");
  visit(visitor, ToView(value));
  return true;
}

std::unique_ptr<Cursor> Txn::scan(Family family, std::string_view prefix) const {
  const auto& impl = *state_;
  auto cursor = MakeCursor(family, prefix);
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = cursor->bound();
  auto* const handle = impl.handle(family);
  cursor->start(std::unique_ptr<rocksdb::Iterator>(
      impl_.batch.NewIteratorWithBase(handle, impl.db->NewIterator(read, handle), &read)));
  return cursor;
}

void Txn::put(Family family, std::string_view key, std::string_view value) {
  if (family == Family::kObjects) impl_.object_slots.push_back(ObjectCache::slot(key));
  Check(impl_.batch.Put(state_->handle(family), PhysicalKey(family, key), ToSlice(value)), "adding to a commit");
}

void Txn::erase(Family family, std::string_view key) {
  if (family == Family::kObjects) impl_.object_slots.push_back(ObjectCache::slot(key));
  Check(impl_.batch.Delete(state_->handle(family), PhysicalKey(family, key)), "adding to a commit");
}

std::uint64_t Txn::next_id() {
  return state_->next_id();
}

void Txn::touched(std::string id) {
  impl_.touched.push_back(std::move(id));
}

}  // namespace keymill::store
