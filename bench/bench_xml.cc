// XML: a full ListObjects page written, and a full DeleteObjects request read, beside the plain work of the same bytes.

#include <cstring>
#include <string>

#include <benchmark/benchmark.h>

#include "server/aws/xml_reader.h"
#include "server/aws/xml_writer.h"

namespace keymill {
namespace {

constexpr int kEntries = 1000;

std::string ListPage() {
  aws::XmlWriter xml;
  xml.declaration().open("ListBucketResult", "http://s3.amazonaws.com/doc/2006-03-01/").text("Name", "bucket");
  for (int i = 0; i < kEntries; ++i) {
    xml.open("Contents")
        .text("Key", "bench/obj-" + std::to_string(100000 + i))
        .text("LastModified", "2026-01-31T08:09:10.000Z")
        .text("ETag", "\"5d41402abc4b2a76b9719d911017c592\"")
        .number("Size", 1024)
        .text("StorageClass", "STANDARD")
        .close();
  }
  xml.close();
  return xml.take();
}

std::string DeleteRequest() {
  aws::XmlWriter xml;
  xml.open("Delete");
  for (int i = 0; i < kEntries; ++i) xml.open("Object").text("Key", "bench/obj-" + std::to_string(100000 + i)).close();
  xml.close();
  return xml.take();
}

void WriteListPage(benchmark::State& state) {
  std::int64_t bytes = 0;
  for (auto _ : state) {
    auto page = ListPage();
    bytes += static_cast<std::int64_t>(page.size());
    benchmark::DoNotOptimize(page);
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK(WriteListPage)->Unit(benchmark::kMicrosecond);

// What cannot be avoided: the same bytes appended to a string, an element at a time.
void AppendListPage(benchmark::State& state) {
  const auto page = ListPage();
  constexpr std::size_t kPiece = 24;
  for (auto _ : state) {
    std::string out;
    for (std::size_t at = 0; at < page.size(); at += kPiece) out.append(page, at, kPiece);
    benchmark::DoNotOptimize(out);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(page.size()));
}
BENCHMARK(AppendListPage)->Unit(benchmark::kMicrosecond);

void ReadDeleteRequest(benchmark::State& state) {
  const auto text = DeleteRequest();
  for (auto _ : state) {
    std::size_t keys = 0;
    const auto document = aws::XmlDocument::Parse(text, "Delete");
    for (const auto& object : document->root().children("Object")) keys += object.child("Key")->text().size();
    benchmark::DoNotOptimize(keys);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(ReadDeleteRequest)->Unit(benchmark::kMicrosecond);

// What cannot be avoided: looking for every tag.
void ScanDeleteRequest(benchmark::State& state) {
  const auto text = DeleteRequest();
  for (auto _ : state) {
    std::size_t tags = 0;
    for (const char* at = text.data(); (at = static_cast<const char*>(std::memchr(
                                            at, '<', static_cast<std::size_t>(text.data() + text.size() - at))));
         ++at) {
      ++tags;
    }
    benchmark::DoNotOptimize(tags);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(ScanDeleteRequest)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace keymill

BENCHMARK_MAIN();
