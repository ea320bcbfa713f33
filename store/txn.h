#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "store/db.h"

namespace keymill::store {

class ObjectCache;

/// A row cursor over one family within one key prefix, in byte order. Views live until the next move. Sees the state of
/// the moment when it was made.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual void seek(std::string_view key) = 0;  ///< first row at or after key
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

/// Reads the committed state, of the database as it was when the Reader was made should it be swapped. A kCached reader
/// never touches the disk: it throws WouldBlock instead.
class Reader {
 public:
  enum class Mode { kCached, kBlocking };
  Reader(const Db& db, Mode mode) : Reader(db.current(), mode) {}
  Reader(std::shared_ptr<Db::Impl> state, Mode mode) : state_(std::move(state)), mode_(mode) {}
  virtual ~Reader() = default;

  std::optional<std::string> get(Family family, std::string_view key) const;
  virtual std::unique_ptr<Cursor> scan(Family family, std::string_view prefix) const;
  /// As get(), without the copy: calls `visit` with the value, which is valid during the call only. False if absent.
  template <class Visitor>
  bool read(Family family, std::string_view key, Visitor&& visit) const {
    const auto call = [](void* visitor, std::string_view value) {
      (*static_cast<std::remove_reference_t<Visitor>*>(visitor))(value);
    };
    return lookup(family, key, const_cast<void*>(static_cast<const void*>(&visit)), call);
  }

  /// For this directory's own files only: nullptr if what is read need not be committed.
  virtual ObjectCache* object_cache() const;
  const std::shared_ptr<Db::Impl>& state() const { return state_; }  ///< for this directory's own files only
  Mode mode() const { return mode_; }

 protected:
  using Visit = void (*)(void* visitor, std::string_view value);
  virtual bool lookup(Family family, std::string_view key, void* visitor, Visit visit) const;

  std::shared_ptr<Db::Impl> state_;
  Mode mode_;
};

/// One mutation's view: reads see its own writes and those of the mutations before it in the group.
/// Lives on the committer thread only; it computes and reads, it never waits.
class Txn : public Reader {
 public:
  struct Impl;
  Txn(std::shared_ptr<Db::Impl> state, Impl& impl) : Reader(std::move(state), Mode::kBlocking), impl_(impl) {}
  /// Do not write to a family while one of its cursors is in use.
  std::unique_ptr<Cursor> scan(Family family, std::string_view prefix) const override;
  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  std::uint64_t next_id();  ///< unique for the life of the database, increasing

  /// Ids of principals (users, access keys) and buckets (BucketTouch) that this mutation changed: the server refreshes
  /// its in-memory view of exactly these after the commit and before anyone is told that it happened.
  void touched(std::string id);

  ObjectCache* object_cache() const override { return nullptr; }
  Impl& impl() { return impl_; }  ///< for this directory's own files only

 protected:
  bool lookup(Family family, std::string_view key, void* visitor, Visit visit) const override;

 private:
  Impl& impl_;
};

}  // namespace keymill::store
