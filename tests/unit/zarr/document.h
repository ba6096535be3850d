// A JSON object as a list of members in raw text, for tests that change one of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace leafsum::test {

class Document {
 public:
  Document(std::initializer_list<std::pair<std::string, std::string>> members)
      : members_(members) {}

  Document With(const std::string& name, const std::string& value) const {
    Document out = Without(name);
    out.members_.emplace_back(name, value);
    return out;
  }
  Document Without(const std::string& name) const {
    Document out = *this;
    std::erase_if(out.members_, [&](const auto& member) { return member.first == name; });
    return out;
  }
  std::string Text() const {
    std::string text = "{";
    for (const auto& [name, value] : members_)
      text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
    return text + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

inline const Document kZarray{{"chunks", "[2,3]"},    {"compressor", "null"}, {"dtype", "\"<f4\""},
                              {"fill_value", "null"}, {"filters", "null"},    {"order", "\"C\""},
                              {"shape", "[4,5]"},     {"zarr_format", "2"}};

inline const std::string kBytesCodec = R"({"name":"bytes","configuration":{"endian":"little"}})";

inline const Document kZarrJson{
    {"zarr_format", "3"},
    {"node_type", "\"array\""},
    {"shape", "[4,6]"},
    {"data_type", "\"float32\""},
    {"chunk_grid", R"({"name":"regular","configuration":{"chunk_shape":[4,6]}})"},
    {"chunk_key_encoding", R"({"name":"default"})"},
    {"codecs", "[" + kBytesCodec + "]"},
    {"fill_value", "0.0"}};

}  // namespace leafsum::test
