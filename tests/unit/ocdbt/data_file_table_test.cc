#include "ocdbt/data_file_table.h"

#include "base/limits.h"
#include "ritual.h"
#include "support/ocdbt_writer.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

ByteVector Write(const FileTableColumns& columns) {
  ByteWriter w;
  columns.Write(w);
  return w.Release();
}

Status Decode(Bytes bytes, size_t transitive = 0) {
  ByteReader r(bytes);
  DecodeDataFileTable(r, transitive);
  return r.End() ? std::nullopt : Status(r.error());
}

const std::vector<DataFileId> kFiles = {{"", "d/a"},       {"p0/", "d/aaaa"}, {"p0/", "d/aabb"},
                                        {"p1/", "d/aabb"}, {"p1/", ""},       {"", ""},
                                        {"p1/", ""},       {"p1/", ""}};

FileTableColumns Good() { return MakeFileTable(kFiles); }

// `n` files of 65535 bytes each: the first, then equal ones.
FileTableColumns Long(size_t n, size_t first_length) {
  FileTableColumns out;
  out.suffixes = std::string(first_length, 'x');
  for (size_t i = 0; i < n; ++i) {
    if (i > 0) out.prefix_length.push_back(first_length);
    out.suffix_length.push_back(i > 0 ? 0 : first_length);
    out.base_length.push_back(0);
  }
  return out;
}

}  // namespace

TEST_CASE("A table gives its paths, with the transitive path before the base path alone") {
  const Exact bytes(Write(Good()));
  ByteReader r(bytes);
  const DataFileTable table = DecodeDataFileTable(r, 2);
  REQUIRE(r.End());
  CHECK(table.count() == kFiles.size());
  CHECK(table.Expand("") == kFiles);
  const auto below = table.Expand("T/");
  uint64_t bytes_in_all = 0;
  for (size_t i = 0; i < kFiles.size(); ++i) {
    CHECK(below[i].base_path == "T/" + kFiles[i].base_path);
    CHECK(below[i].relative_path == kFiles[i].relative_path);
    bytes_in_all += below[i].Path().size();
  }
  CHECK(table.path_bytes() == bytes_in_all);
}

TEST_CASE("A table without files is one zero") {
  const ByteVector zero = "00"_hex;
  ByteReader r(zero);
  CHECK(DecodeDataFileTable(r, 0).count() == 0);
  CHECK(r.End());
}

TEST_CASE("Every proper prefix of a table fails, and one byte more") {
  const ByteVector bytes = Write(Good());
  for (size_t n = 0; n < bytes.size(); ++n) CHECK(Decode(Exact(Bytes(bytes).first(n))));
  ByteVector more = bytes;
  more.push_back(0);
  CHECK(Decode(Exact(more)));
  CHECK_FALSE(Decode(Exact(bytes)));
}

TEST_CASE("Rules of the data file table") {
  const std::vector<Rule<FileTableColumns>> rules = {
      {"prefix of the whole previous path",
       [](auto& t) {
         t.prefix_length = {3};
         t.suffix_length[1] = 0;
         t.suffixes = "d/a";
       },
       ""},
      {"prefix longer than the previous path", [](auto& t) { t.prefix_length = {4}; },
       "path_prefix_length exceeds the previous path"},
      {"base path of the whole path",
       [](auto& t) {
         t.prefix_length = {0};
         t.base_length = {3, 3};
       },
       ""},
      {"base path longer than the path",
       [](auto& t) {
         t.base_length[1] = 4;
         t.prefix_length = {0};
       },
       "base_path_length exceeds the path"},
      {"prefix up to the shorter base path",
       [](auto& t) {
         t.base_length = {2, 3};
         t.prefix_length = {2};
         t.suffix_length[1] = 1;
         t.suffixes = "d/ab";
       },
       ""},
      {"prefix past the shorter base path",
       [](auto& t) {
         t.base_length = {1, 3};
         t.prefix_length = {2};
         t.suffix_length[1] = 1;
         t.suffixes = "d/ab";
       },
       "path_prefix_length exceeds the common base path"},
      {"prefix past the shorter base path, which is the second",
       [](auto& t) {
         t.base_length = {3, 1};
         t.prefix_length = {2};
         t.suffix_length[1] = 1;
         t.suffixes = "d/ab";
       },
       "path_prefix_length exceeds the common base path"},
      {"prefix past equal base paths",
       [](auto& t) {
         t.base_length = {1, 1};
         t.prefix_length = {2};
         t.suffix_length[1] = 1;
         t.suffixes = "d/ab";
       },
       ""},
      {"unsorted and doubled",
       [](auto& t) { t = MakeFileTable({{"", "b"}, {"", "a"}, {"", "a"}}); }, ""},
      {"prefix of 17 bits", [](auto& t) { t.prefix_length = {65536}; },
       "varint does not fit in 16 bits"},
      {"suffix of 17 bits", [](auto& t) { t.suffix_length[1] = 65536; },
       "varint does not fit in 16 bits"},
      {"base of 17 bits", [](auto& t) { t.base_length[1] = 65536; },
       "varint does not fit in 16 bits"},
      {"num_files of more than there is", [](auto& t) { t.num_files = uint64_t{1} << 60; },
       "num_files cannot fit"},
      {"suffixes missing", [](auto& t) { t.suffixes.pop_back(); }, "bytes end too early",
       ErrorCode::kTruncated},
  };
  CheckRules<FileTableColumns>(
      rules, [] { return MakeFileTable({{"", "d/a"}, {"", "x/b"}}); },
      [](const FileTableColumns& t) { return Decode(Exact(Write(t))); });
}

TEST_CASE("A path and its transitive path are 65535 bytes at most") {
  CHECK_FALSE(Decode(Write(Long(1, 65535)), 0));
  CHECK_FALSE(Decode(Write(Long(1, 65534)), 1));
  const Status error = Decode(Write(Long(1, 65535)), 1);
  REQUIRE(error);
  CHECK(error->message == "data file 0: path is too long below its transitive path");
  CHECK_FALSE(Decode(Write(Long(1, 0)), 65535));
  CHECK(Decode(Write(Long(1, 1)), 65535));
}

TEST_CASE("Paths of a table are limited in all before they are written out") {
  const size_t fit = kMaxTablePathBytes / 65535;
  CHECK_FALSE(Decode(Write(Long(fit, 65535))));
  const Status error = Decode(Write(Long(fit + 1, 65535)));
  REQUIRE(error);
  CHECK(error->code == ErrorCode::kLimit);
}

TEST_CASE("Files of a table are limited in number") {
  CHECK_FALSE(Decode(Write(Long(kMaxDataFiles, 1))));
  const Status error = Decode(Write(Long(kMaxDataFiles + 1, 1)));
  REQUIRE(error);
  CHECK(error->code == ErrorCode::kLimit);
  CHECK(error->message == "too many data files");
}

TEST_CASE("Rules of references") {
  struct Case {
    const char* name;
    DataLocation location;
    MayBeMissing may_be_missing;
    std::string says;
  };
  const uint64_t all = ~uint64_t{0};
  const uint64_t end = kMaxFileEnd;
  for (const Case& c : {
           Case{"last file", {1, 0, 1}, MayBeMissing::kNo, ""},
           Case{"no such file", {2, 0, 1}, MayBeMissing::kNo, "data_file_id is not in"},
           Case{"up to 2^63 - 1", {0, end - 5, 5}, MayBeMissing::kNo, ""},
           Case{"one more", {0, end - 5, 6}, MayBeMissing::kNo, "invalid offset/length pair"},
           Case{"sum wraps", {0, 16, all - 8}, MayBeMissing::kNo, "invalid offset/length pair"},
           Case{"offset alone", {0, end + 1, 0}, MayBeMissing::kNo, "invalid offset/length pair"},
           Case{"empty tree where it may be", {0, all, all}, MayBeMissing::kYes, ""},
           Case{"empty tree where it may not",
                {0, all, all},
                MayBeMissing::kNo,
                "invalid offset/length pair"},
           Case{
               "half of the marker", {0, all, 0}, MayBeMissing::kYes, "invalid offset/length pair"},
           Case{"empty tree in no file",
                {2, all, all},
                MayBeMissing::kYes,
                "data_file_id is not in"},
       }) {
    INFO(c.name);
    ByteReader r({});
    CheckLocation(r, c.location, 2, c.may_be_missing);
    CHECK(r.ok() == c.says.empty());
    if (!r.ok()) CHECK(r.error().message.find(c.says) == 0);
  }
}
