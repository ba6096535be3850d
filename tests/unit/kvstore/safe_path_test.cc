#include "kvstore/safe_path.h"

#include <string>

#include "support/catch.h"

using leafsum::kvstore::IsSafePath;

TEST_CASE("Names of files below the source are safe") {
  for (std::string_view path :
       {"a", "d/9f51d9b77c0c771353c577b65dc7bba5", "ocdbt.process_0/d/08", "...", "a/..b/c..",
        ".hidden/.zarray", "a b", "layer:0/.zarray", "params:kernel", "ab:c/d", "%2e%2e/x",
        "\xe2\x82\xac/0", "-", "~/x", "a\nb",
        // No scheme: it begins with a letter, has letters, digits, "+", "-" and ".", and a "/"
        // follows.
        ":", ":/x", "0x:/x", "a_b:/x", "a,b:/x", "a~b:/x", "aa:b:/x", "ab:"}) {
    CAPTURE(path);
    CHECK(IsSafePath(path));
  }
}

TEST_CASE("What could lead elsewhere is not") {
  const std::string_view nul("a\0b", 3);
  for (std::string_view path : {std::string_view(""),
                                std::string_view("/"),
                                std::string_view("/etc/passwd"),
                                std::string_view("//host/share"),
                                std::string_view("."),
                                std::string_view(".."),
                                std::string_view("./a"),
                                std::string_view("a/."),
                                std::string_view("../a"),
                                std::string_view("a/../b"),
                                std::string_view("a/.."),
                                std::string_view("a//b"),
                                std::string_view("a/"),
                                std::string_view("a\\b"),
                                std::string_view("\\\\host\\share"),
                                std::string_view("..\\a"),
                                std::string_view("c:"),
                                std::string_view("c:x"),
                                std::string_view("C:/x"),
                                std::string_view("gs://bucket/x"),
                                std::string_view("file:/etc/passwd"),
                                std::string_view("http:/x"),
                                std::string_view("git+ssh:/x"),
                                std::string_view("s3:/x"),
                                std::string_view("x9-a.b:/x"),
                                std::string_view("Z0:/x"),
                                nul}) {
    CAPTURE(path);
    CHECK_FALSE(IsSafePath(path));
  }
}
