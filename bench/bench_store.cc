// The store's hot paths, against a database in a temporary directory: KEYMILL_BENCH_DIRECTORY, else the system's. Sizes
// and rates are those of the report's columns; "sync" means that every commit is on the disk before it is acknowledged.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <semaphore>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "store/blobs.h"
#include "store/committer.h"
#include "store/direct_put.h"
#include "store/objects.h"

namespace {

using namespace keymill::store;

constexpr int kInFlight = 32;

class Directory {
 public:
  Directory() {
    const char* const base = std::getenv("KEYMILL_BENCH_DIRECTORY");
    auto pattern =
        (std::filesystem::path(base ? base : std::filesystem::temp_directory_path()) / "bench-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Store {
  explicit Store(bool sync = true) : db(options(sync)), committer(db, {}) {}
  DbOptions options(bool sync) const {
    DbOptions made;
    made.path = directory.path();
    made.sync = sync;
    made.master_key = std::string(32, 'k');
    return made;
  }
  Directory directory;
  Db db;
  Committer committer;
};

/// An object as a PUT of boto3 leaves it.
Object SmallObject(std::uint64_t number, std::size_t bytes) {
  Object object;
  object.key = "some/prefix/object-" + std::to_string(number * 2654435761 % 1'000'000'007);
  object.etag = "d41d8cd98f00b204e9800998ecf8427e";
  object.content_type = "application/octet-stream";
  object.owner = "123456789012";
  object.size = bytes;
  object.checksum = {"CRC64NVME", "12345678", false};
  object.body.inline_bytes.assign(bytes, 'x');
  return object;
}

/// One of the requests in flight: as soon as it is done it starts over.
struct Writer final : Pending {
  bool apply(Txn& txn) override {
    PutObject(txn, 1, object);
    return true;
  }
  void done(std::exception_ptr fault) override {
    if (fault) std::abort();
    if (left->fetch_sub(1) > 0) {
      object = SmallObject(++*numbers, object.size);
      committer->submit(*this);
    } else {
      finished->release();
    }
  }
  Object object;
  Committer* committer = nullptr;
  std::atomic<std::int64_t>* left = nullptr;
  std::atomic<std::uint64_t>* numbers = nullptr;
  std::counting_semaphore<kInFlight>* finished = nullptr;
};

void PutSmallObjects(benchmark::State& state) {
  Store store(state.range(0) != 0);
  constexpr std::int64_t kBatch = 20'000;
  std::atomic<std::uint64_t> numbers = 0;
  for (auto _ : state) {
    std::atomic<std::int64_t> left = kBatch - kInFlight;
    std::counting_semaphore<kInFlight> finished(0);
    std::vector<Writer> writers(kInFlight);
    for (auto& writer : writers) {
      writer.object = SmallObject(++numbers, 1024);
      writer.committer = &store.committer;
      writer.left = &left;
      writer.numbers = &numbers;
      writer.finished = &finished;
      store.committer.submit(writer);
    }
    for (int i = 0; i < kInFlight; ++i) finished.acquire();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kBatch);
}
BENCHMARK(PutSmallObjects)->ArgName("sync")->Arg(1)->Arg(0)->UseRealTime()->Unit(benchmark::kMillisecond);

/// The same bytes by 32 threads that each write and wait, which leaves the grouping to RocksDB.
void PutByRocksDbsOwnGroupCommit(benchmark::State& state) {
  Store store(state.range(0) != 0);
  constexpr std::int64_t kBatch = 20'000;
  std::atomic<std::uint64_t> numbers = 0;
  for (auto _ : state) {
    std::atomic<std::int64_t> left = kBatch;
    std::vector<std::jthread> threads;
    for (int i = 0; i < kInFlight; ++i) {
      threads.emplace_back([&] {
        while (left.fetch_sub(1) > 0) {
          const auto object = SmallObject(++numbers, 1024);
          DirectPut(store.db, Family::kObjects, object.key, Encode(object));
        }
      });
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kBatch);
}
BENCHMARK(PutByRocksDbsOwnGroupCommit)->ArgName("sync")->Arg(1)->Arg(0)->UseRealTime()->Unit(benchmark::kMillisecond);

void PutMany(Store& store, int count, std::size_t bytes) {
  for (int done = 0; done < count;) {
    store.committer.run([&](Txn& txn) {
      for (int i = 0; i < 1000 && done < count; ++i, ++done) {
        auto object = SmallObject(static_cast<std::uint64_t>(done), bytes);
        PutObject(txn, 1, object);
      }
    });
  }
}

void GetSmallObject(benchmark::State& state) {
  Store store(false);
  PutMany(store, 10'000, 1024);
  const Reader reader(store.db, Reader::Mode::kCached);
  std::uint64_t number = 0;
  for (auto _ : state) benchmark::DoNotOptimize(FindObject(reader, 1, SmallObject(++number % 5'000, 0).key));
}
BENCHMARK(GetSmallObject);

void DecodeObjectRecord(benchmark::State& state) {
  const auto value = Encode(SmallObject(1, static_cast<std::size_t>(state.range(0))));
  for (auto _ : state) {
    Object object;
    Decode(value, object);
    benchmark::DoNotOptimize(object);
  }
}
BENCHMARK(DecodeObjectRecord)->ArgName("inline_bytes")->Arg(0)->Arg(1024);

void WriteLargeBody(benchmark::State& state) {
  Store store;
  const auto size = static_cast<std::size_t>(state.range(0)) << 20;
  const std::vector<std::byte> piece(256 << 10, std::byte{'x'});
  std::uint64_t number = 0;
  for (auto _ : state) {
    BlobWriter writer(store.db);
    for (std::size_t sent = 0; sent < size; sent += piece.size()) writer.append(piece);
    const auto blob = writer.finish();
    store.committer.run([&](Txn& txn) {
      auto object = SmallObject(++number % 16, 0);
      object.body.blobs = {blob};
      PutObject(txn, 1, object);
    });
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(WriteLargeBody)
    ->ArgName("MiB")
    ->Arg(1)
    ->Arg(2)
    ->Arg(8)
    ->Arg(64)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Reads each slice and copies it away, as a socket would.
void ReadLargeBody(benchmark::State& state) {
  Store store;
  const auto size = static_cast<std::size_t>(state.range(0)) << 20;
  BlobWriter writer(store.db);
  writer.append(std::vector<std::byte>(size, std::byte{'x'}));
  const auto blob = writer.finish();
  store.committer.run([&](Txn& txn) {
    auto object = SmallObject(1, 0);
    object.body.blobs = {blob};
    PutObject(txn, 1, object);
  });
  std::vector<std::byte> socket(128 << 10);
  for (auto _ : state) {
    const Reader reader(store.db, Reader::Mode::kBlocking);
    auto object = FindObject(reader, 1, SmallObject(1, 0).key);
    BodyReader body(store.db, std::move(object->body), 0, size);
    for (auto slice = body.next(); !slice.empty(); slice = body.next()) {
      for (; !slice.empty(); slice = slice.subspan(std::min(slice.size(), socket.size()))) {
        std::copy_n(slice.begin(), std::min(slice.size(), socket.size()), socket.begin());
        benchmark::ClobberMemory();
      }
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}
BENCHMARK(ReadLargeBody)->ArgName("MiB")->Arg(1)->Arg(8)->Arg(64)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A page of a thousand from the middle, in buckets of growing size: the cost must not grow with them.
void ListPage(benchmark::State& state) {
  Store store(false);
  PutMany(store, static_cast<int>(state.range(0)), 100);
  const Reader reader(store.db, Reader::Mode::kBlocking);
  ListQuery query;
  query.prefix = "some/";
  query.start_after = "some/prefix/object-5";
  for (auto _ : state) benchmark::DoNotOptimize(ListObjects(reader, 1, query));
}
BENCHMARK(ListPage)->ArgName("keys")->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// The same by a delimiter: one common prefix stands for them all.
void ListCommonPrefix(benchmark::State& state) {
  Store store(false);
  PutMany(store, static_cast<int>(state.range(0)), 100);
  const Reader reader(store.db, Reader::Mode::kBlocking);
  ListQuery query;
  query.delimiter = "/";
  for (auto _ : state) benchmark::DoNotOptimize(ListObjects(reader, 1, query));
}
BENCHMARK(ListCommonPrefix)->ArgName("keys")->Arg(10'000)->Arg(1'000'000);

void OpenDatabase(benchmark::State& state) {
  const Directory directory;
  DbOptions options;
  options.path = directory.path();
  options.in_memory = state.range(0) != 0;
  options.master_key = std::string(32, 'k');
  for (auto _ : state) Db{options};
}
BENCHMARK(OpenDatabase)->ArgName("in_memory")->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
