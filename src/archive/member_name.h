// What a member's name means to who unpacks it. Names are bytes, and hostile.
#pragma once

#include <string>
#include <string_view>

namespace leafsum::archive {

struct MemberName {
  std::string path;           // without "." and empty components; "" is the directory unpacked into
  bool is_directory = false;  // it ends in "/"
  std::string_view hostile;   // why no path can be made of it; "" where one can
};

MemberName ReadMemberName(std::string_view raw);

// A name for people: valid UTF-8, what is not as \xff.
std::string Printable(std::string_view raw);

}  // namespace leafsum::archive
