#include "archive/tar_index.h"

#include "archive_writer.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::archive;
using namespace leafsum::test;

namespace {

// "path kind offset size >target" for each, then "!code" for each remark.
std::string Told(std::string_view archive) {
  TarIndex index;
  Drive(index, archive);
  if (index.is_none()) return "none";
  index.list().Judge(false);
  std::string out;
  for (const Member& m : index.list().members()) {
    out += m.path + " " + "fdsho"[static_cast<int>(m.kind)] + " " + std::to_string(m.size);
    if (!m.target.empty()) out += " >" + m.target;
    if (!m.refusal.empty()) out += " refused";
    out += "; ";
  }
  for (const Remark& r : index.list().remarks()) out += "!" + std::string(r.code) + " ";
  return out;
}

const std::string kGnu("ustar  \0", 8);

std::string Long(size_t n) { return std::string(n, 'n'); }

}  // namespace

TEST_CASE("tar: every form of a member") {
  struct Case {
    const char* what;
    std::vector<TarField> members;
    std::string told;
  };
  for (const Case& c : {
           Case{"a file", {{"a", "123"}}, "a f 3; "},
           Case{"the oldest form", {{"a", "123", '\0', "", ""}}, "a f 3; "},
           Case{"a contiguous file", {{"a", "123", '7'}}, "a f 3; "},
           Case{"directories", {{"d/", "", '5'}, {"e/", "", '0'}}, "d d 0; e d 0; "},
           Case{"links", {{"h", "", '1', "a"}, {"s", "", '2', "../x"}}, "h h 0 >a; s s 0 >../x; "},
           Case{"a prefix",
                {{"a", "1", '0', "", std::string("ustar\00000", 8), "p/q"}},
                "p/q/a f 1; "},
           Case{"GNU has no prefix", {{"a", "1", '0', "", kGnu, "p"}}, "a f 1; "},
           Case{"GNU's long name",
                {{"x", Long(200) + '\0', 'L', "", kGnu}, {"a", "1"}},
                Long(200) + " f 1; "},
           Case{"GNU's long target",
                {{"x", Long(120) + '\0', 'K', "", kGnu}, {"a", "", '2', "b"}},
                "a s 0 >" + Long(120) + "; "},
           Case{"pax: a path and a size",
                {{"x", PaxRecord("path", "p/\xc3\xbc") + PaxRecord("size", "4"), 'x'},
                 {"a", "1234"}},
                "p/\xc3\xbc f 4; "},
           Case{"pax: a target",
                {{"x", PaxRecord("linkpath", "t"), 'x'}, {"a", "", '2', "b"}},
                "a s 0 >t; "},
           Case{"pax: an empty value takes it back",
                {{"x", PaxRecord("path", "p") + PaxRecord("path", ""), 'x'}, {"a", "1"}},
                "a f 1; "},
           Case{"pax holds for one member",
                {{"x", PaxRecord("path", "p"), 'x'}, {"a", "1"}, {"b", ""}},
                "b f 0; p f 1; "},
           Case{"global records of others",
                {{"g", PaxRecord("mtime", "1"), 'g'}, {"a", "1"}},
                "a f 1; "},
           Case{"a label", {{"v", "", 'V', "", kGnu}, {"a", "1"}}, "a f 1; "},
           Case{"names are bytes", {{"a\xff", "1"}}, "a\\xff f 1; "},
           Case{"dots and slashes", {{"./a//b/./c", "1"}, {"./", "", '5'}}, " d 0; a/b/c f 1; "},
       }) {
    CAPTURE(c.what);
    CHECK(Told(Tar(c.members)) == c.told);
    // The same through windows of every place: members in front move it.
    for (const size_t before : {1u, 511u, 4096u - 1536u, 300'000u}) {
      std::vector<TarField> members = {{"0", Long(before)}};
      members.insert(members.end(), c.members.begin(), c.members.end());
      const std::string told = Told(Tar(members));
      CHECK(told.find("0 f " + std::to_string(before) + "; ") != told.npos);
      CHECK(told.find("!") == told.npos);
    }
  }
}

TEST_CASE("tar: what is told, and where the index ends") {
  struct Case {
    const char* what;
    std::string archive;
    std::string told;
  };
  const TarField a{"a", "1"}, z{"z", "2"};
  for (const Case& c : {
           Case{"empty", "", "none"},
           Case{"zeros", std::string(10'240, '\0'), "none"},
           Case{"text", std::string(600, 'x'), "none"},
           Case{"no end mark", Tar({a}, false), "a f 1; !truncated "},
           Case{"one block of zeros is an end", Tar({a}, false) + std::string(512, '\0'),
                "a f 1; "},
           Case{"something behind the end", Tar({a}) + Tar({z}), "a f 1; !trailing-bytes "},
           Case{"padding behind the end", Tar({a}) + std::string(9'000, '\0'), "a f 1; "},
           Case{"a wrong checksum", Tar({a, {"b", "", '0', "", "", "", "", 1}, z}),
                "a f 1; !checksum "},
           Case{"a wrong checksum at once", Tar({{"b", "", '0', "", "", "", "", 1}}), "none"},
           Case{"a size that is none", Tar({a, {"b", "", '0', "", "", "", "00000009x"}}),
                "a f 1; !invalid "},
           Case{"a negative size", Tar({a, {"b", "", '0', "", "", "", std::string(12, '\xff')}}),
                "a f 1; !invalid "},
           Case{"a size of 2^63",
                Tar({a,
                     {"b", "", '0', "", "", "", std::string("\x80\0\0\0\x80\0\0\0\0\0\0\0", 12)}}),
                "a f 1; !invalid "},
           Case{"a member beyond the end",
                Tar({a, {"b", "", '0', "", "", "", "77777777777"}}, false),
                "a f 1; b f 8589934591; !truncated "},
           Case{"a link with content", Tar({a, {"l", "x", '1', "a"}, z}), "a f 1; !invalid "},
           Case{"a directory with content", Tar({a, {"d/", "x", '5'}, z}), "a f 1; !invalid "},
           Case{"pax: content for a link",
                Tar({a, {"x", PaxRecord("size", "512"), 'x'}, {"l", "", '2', "a"}, z}),
                "a f 1; !invalid "},
           Case{"pax: no record", Tar({a, {"x", "hello", 'x'}, z}), "a f 1; !invalid "},
           Case{"pax: too long a record", Tar({a, {"x", "99 path=b\n", 'x'}, z}),
                "a f 1; !invalid "},
           Case{"pax: too short a record", Tar({a, {"x", "3 path=b\n", 'x'}, z}),
                "a f 1; !invalid "},
           Case{"pax: no equals sign", Tar({a, {"x", "7 path\n", 'x'}, z}), "a f 1; !invalid "},
           Case{"pax: a size of words", Tar({a, {"x", PaxRecord("size", "many"), 'x'}, z}),
                "a f 1; !invalid "},
           Case{"pax: a path for all", Tar({a, {"g", PaxRecord("path", "b"), 'g'}, z}),
                "a f 1; !unsupported "},
           Case{"an extended header over the limit",
                Tar({a, {"x", "", 'x', "", "", "", "00010000000"}}), "a f 1; !limit "},
           Case{"sparse, old", Tar({a, {"b", "12", 'S', "", kGnu}, z}),
                "a f 1; b f 2 refused; z f 1; !unsupported "},
           Case{"sparse, with more of its map",
                TarHeaderOf({"b", "12", 'S', "", kGnu, "", "", 0, true}) + std::string(504, 'm') +
                    '\1' + std::string(7, 'm') + std::string(512, '\0') + "12" +
                    std::string(510, '\0') + Tar({z}),
                "b f 2 refused; z f 1; !unsupported "},
           Case{"sparse, pax",
                Tar({{"x", PaxRecord("GNU.sparse.major", "1"), 'x'}, {"b", "12"}, z}),
                "b f 2 refused; z f 1; !unsupported "},
           Case{"a part of several", Tar({a, {"m", "12", 'M', "", kGnu}, z}),
                "a f 1; z f 1; !unsupported "},
           Case{"twice", Tar({a, {"b", ""}, {"./a", "123"}}), "a f 3; b f 0; !duplicate-member "},
           Case{"a directory twice", Tar({{"d", "", '5'}, {"d/", "", '5'}}), "d d 0; "},
           Case{"a file in a file", Tar({a, {"a/b", "1"}}), "a f 1; a/b f 1; !name-collision "},
           Case{"a file behind a link", Tar({{"l", "", '2', "/tmp"}, {"l/b", "1"}}),
                "l s 0 >/tmp; l/b f 1; !hostile-path "},
           Case{"case alone", Tar({a, {"A", "1"}}), "A f 1; a f 1; "},
           Case{"the top as a file", Tar({a, {".", "1"}}), "a f 1; !invalid "},
       }) {
    CAPTURE(c.what);
    CHECK(Told(c.archive) == c.told);
  }
}

TEST_CASE("tar: names that lead elsewhere are never members") {
  for (const char* name : {"/a", "../a", "a/../b", "a/..", "..", "\\a", "a\\..\\b", "C:/a", "c:\\a",
                           "..\\a", "./../a", "a/b/../../../c"}) {
    CAPTURE(name);
    CHECK(Told(Tar({{name, "1"}, {"z", "2"}})) == "z f 1; !hostile-path ");
    CHECK(Told(Tar({{"x", PaxRecord("path", name), 'x'}, {"n", "1"}, {"z", "2"}})) ==
          "z f 1; !hostile-path ");
  }
  CHECK(Told(Tar({{"x", PaxRecord("path", std::string("a\0b", 3)), 'x'}, {"n", "1"}})) ==
        "!hostile-path ");
  CHECK(Told(Tar({{"x", std::string(5000, 'n') + '\0', 'L'}, {"n", "1"}})) == "!hostile-path ");
  for (const char* name : {"a..", "..a", "a/...", "C:", "a:b", "a\\b"}) {
    CAPTURE(name);
    CHECK(Told(Tar({{name, "1"}})).find('!') == std::string::npos);
  }
}

TEST_CASE("tar: every truncation ends, and only the whole one has nothing to tell") {
  const std::string whole =
      Tar({{"x", PaxRecord("path", "p/q"), 'x'}, {"a", "123"}, {"b", Long(600)}, {"d/", "", '5'}});
  const std::string told = Told(whole);
  for (size_t cut = 0; cut < whole.size(); cut += cut < 600 ? 1 : 37) {
    CAPTURE(cut);
    const std::string part = Told(std::string_view(whole).substr(0, cut));
    // The first block of the end mark is an end to everybody.
    if (cut + 512 >= whole.size())
      CHECK(part == told);
    else
      CHECK((part == "none" || part.find("!truncated") != part.npos));
  }
}
