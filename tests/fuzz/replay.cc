// Runs a fuzz target over the files of directories, without libFuzzer: any compiler, any build. What once broke a
// target, or was hard to reach, is so part of every test run.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
      // Copied to memory of exactly its size, so that AddressSanitizer sees the first octet beyond it.
      const std::vector<std::uint8_t> data(text.begin(), text.end());
      std::fprintf(stderr, "%s\n", entry.path().c_str());  // the last one named is the one that broke it
      LLVMFuzzerTestOneInput(data.data(), data.size());
      ++files;
    }
  }
  std::printf("%zu inputs\n", files);
  return files == 0 ? 1 : 0;
}
