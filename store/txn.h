#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/db.h"

namespace keymill::store {

/// A row cursor over one family within one key prefix, in byte order. Views live until the next move.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual void seek(std::string_view key) = 0;  ///< first row at or after key
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

/// Reads the committed state. A kCached reader never touches the disk: it throws WouldBlock instead.
class Reader {
 public:
  enum class Mode { kCached, kBlocking };
  Reader(const Db& db, Mode mode) : db_(db), mode_(mode) {}
  virtual ~Reader() = default;

  virtual std::optional<std::string> get(Family family, std::string_view key) const;
  virtual std::unique_ptr<Cursor> scan(Family family, std::string_view prefix) const;
  const Db& db() const { return db_; }

 protected:
  const Db& db_;
  Mode mode_;
};

/// One mutation's view: reads see its own writes and those of the mutations before it in the group.
/// Lives on the committer thread only; it computes and reads, it never waits.
class Txn : public Reader {
 public:
  std::optional<std::string> get(Family family, std::string_view key) const override;
  std::unique_ptr<Cursor> scan(Family family, std::string_view prefix) const override;
  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  std::uint64_t next_id();  ///< unique for the life of the database, increasing

  /// Ids of principals (users, access keys) that this mutation changed: the server refreshes its in-memory view of
  /// exactly these after the commit and before anyone is told that it happened.
  void touched(std::string principal_id);
};

}  // namespace keymill::store
