#include "archive/zip_index.h"

#include "archive_writer.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::archive;
using namespace leafsum::test;

namespace {

std::string Told(std::string_view archive) {
  ZipIndex index(archive.size());
  CHECK(Drive(index, archive) < 1000);
  if (index.is_none()) return "none";
  index.list().Judge(true);
  std::string out;
  for (const Member& m : index.list().members()) {
    out += m.path + " " + "fdsho"[static_cast<int>(m.kind)] + " " + std::to_string(m.size);
    if (m.packing == Packing::kDeflated) out += " deflated";
    if (!m.target.empty()) out += " >" + m.target;
    if (!m.refusal.empty()) out += " refused";
    // Where it is said to lie, it lies.
    if (m.kind == MemberKind::kFile && m.size > 0)
      out += " " + std::string(archive.substr(static_cast<size_t>(m.offset), 1));
    out += "; ";
  }
  for (const Remark& r : index.list().remarks()) out += "!" + std::string(r.code) + " ";
  return out;
}

const std::string kHidden = "PK\3\4" + std::string(26, '\0');

}  // namespace

TEST_CASE("zip: members of every kind, with and without zip64") {
  const std::vector<ZipField> members = {{"a", "123"},
                                         {"d/", ""},
                                         {"e", "4", 8},
                                         {"s", "../x", 0, 0, 0120777},
                                         {"p", "", 0, 0, 0010644}};
  const std::string told = "a f 3 1; d d 0; e f 1 deflated 4; p o 0 refused; s s 4 >../x; ";
  for (const bool zip64 : {false, true})
    for (const size_t comment : {0u, 1u, 65535u}) {
      CAPTURE(zip64, comment);
      CHECK(Told(Zip(members, {zip64, std::string(comment, 'c')})) == told);
    }
  // Large members in between: their headers are read one by one.
  std::vector<ZipField> large;
  for (const char* name : {"a", "b", "c"}) large.push_back({name, std::string(100'000, 'x')});
  CHECK(Told(Zip(large)) == "a f 100000 x; b f 100000 x; c f 100000 x; ");
  CHECK(Told(Zip({})) == "");
}

TEST_CASE("zip: descriptors behind members") {
  const std::string descriptor = "PK\7\10" + Le(7, 4) + Le(1, 4) + Le(1, 4);
  ZipField f{"a", "1", 0, 8};
  f.after = descriptor;
  ZipField open = f;
  open.local_size_is_off_by = -1;
  CHECK(Told(Zip({f, {"b", "2"}})) == "a f 1 1; b f 1 2; ");
  CHECK(Told(Zip({{"b", "2"}, open})) == "a f 1 1; b f 1 2; ");
  f.after += kHidden;
  CHECK(Told(Zip({f, {"b", "2"}})) == "a f 1 1; b f 1 2; !invalid ");
}

TEST_CASE("zip: what is told, and where the index ends") {
  struct Case {
    const char* what;
    std::string archive;
    std::string told;
  };
  const ZipField a{"a", "1"};
  const auto with = [&](auto edit) {
    ZipField f{"b", "22"};
    edit(f);
    return Zip({a, f});
  };
  for (const Case& c : {
           Case{"empty", "", "none"},
           Case{"no end", std::string(100, 'x'), "none"},
           Case{"another name before the member", with([](ZipField& f) { f.local_name = "c"; }),
                "a f 1 1; !invalid "},
           Case{"another size", with([](ZipField& f) { f.local_size_is_off_by = 1; }),
                "a f 1 1; !invalid "},
           Case{"another CRC-32", with([](ZipField& f) { f.local_crc_is_off_by = 1; }),
                "a f 1 1; !invalid "},
           Case{"no size and no descriptor", with([](ZipField& f) { f.local_size_is_off_by = -2; }),
                "a f 1 1; !invalid "},
           Case{"encrypted", with([](ZipField& f) { f.flags = 1; }),
                "a f 1 1; b f 2 refused 2; !unsupported "},
           Case{"masked", with([](ZipField& f) { f.flags = 1 << 13; }),
                "a f 1 1; b f 2 refused 2; !unsupported "},
           Case{"zstd", with([](ZipField& f) { f.method = 93; }),
                "a f 1 1; b f 2 refused 2; !unsupported "},
           Case{"bytes before the first", with([](ZipField&) {}).insert(0, "x"), "!invalid "},
           Case{"bytes of no member", with([](ZipField& f) { f.before = std::string(40, 'x'); }),
                "a f 1 1; b f 2 2; !trailing-bytes "},
           Case{"a member that is not in the directory",
                with([](ZipField& f) { f.before = kHidden; }), "a f 1 1; b f 2 2; !invalid "},
           Case{"twice", Zip({a, {"b", "2"}, {"./a", "33"}}), "a f 2 3; b f 1 2; !name-collision "},
           Case{"a file in a file", Zip({a, {"a/b", "2"}}), "a f 1 1; a/b f 1 2; !name-collision "},
           Case{"leads elsewhere", Zip({a, {"../b", "2"}}), "a f 1 1; !hostile-path "},
           Case{"absolute", Zip({a, {"/b", "2"}}), "a f 1 1; !hostile-path "},
           Case{"more members than there are", Zip({a}, {false, "", 1}), "!invalid "},
           Case{"fewer members than there are", Zip({a, {"b", ""}}, {false, "", -1}), "!invalid "},
           Case{"a directory elsewhere", Zip({a}, {false, "", 0, 1}), "!invalid "},
           Case{"a directory beyond the end", Zip({a}, {false, "", 0, 1'000'000}), "!invalid "},
           Case{"the same of zip64", Zip({a}, {true, "", 0, 1'000'000}), "!invalid "},
           Case{"bytes behind the directory", Zip({a}, {false, "", 0, 0, "x"}), "!invalid "},
           Case{"two ends", Zip({a}, {false, Zip({})}), "!invalid "},
           Case{"members that no directory can hold", Zip({a}, {true, "", 1ll << 40}), "!limit "},
       }) {
    CAPTURE(c.what);
    CHECK(Told(c.archive) == c.told);
  }
}

TEST_CASE("zip: members that overlap, and that lie beyond the end") {
  std::string archive = Zip({{"a", "1"}, {"a", "1"}});
  // The second entry's place becomes the first one's.
  const size_t entry = archive.rfind("PK\1\2");
  archive.replace(entry + 42, 4, Le(0, 4));
  CHECK(Told(archive).find("!invalid") != std::string::npos);
  archive.replace(entry + 42, 4, Le(0x7fffffff, 4));
  CHECK(Told(archive) == "!truncated ");
}

TEST_CASE("zip: every truncation is no zip, and every byte may change") {
  const std::string whole =
      Zip({{"a", "123"}, {"d/", ""}, {"e", "4", 8}, {"s", "t", 0, 0, 0120777}}, {true, "c"});
  for (size_t cut = 0; cut < whole.size(); ++cut)
    CHECK(Told(std::string_view(whole).substr(0, cut)) == "none");
  for (size_t at = 0; at < whole.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      Told(changed);
    }
}
