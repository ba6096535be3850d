#include "ocdbt/numbered_manifest.h"

#include "ritual.h"

using namespace leafsum;
using namespace leafsum::ocdbt;

TEST_CASE("A numbered manifest's name holds its generation") {
  CHECK(NumberedManifestName(26) == "manifest.000000000000001a");
  CHECK(NumberedManifestGeneration("manifest.000000000000001a") == 26);
  CHECK(NumberedManifestGeneration("manifest.9fffffffffffffff") == 0x9fffffffffffffff);
  for (std::string_view name :
       {"manifest.0000000000000000", "manifest.000000000000001A", "manifest.00000000000001a",
        "manifest.0000000000000001a", "manifest.a000000000000001", "manifest.f000000000000001",
        "manifest.ocdbt", "manifest.", "manifest", "Manifest.0000000000000001",
        "x/manifest.0000000000000001", "manifest.000000000000001g", "manifest./000000000000001",
        "manifest.:000000000000001", "manifest.0000000000000001.__lock", ""}) {
    CAPTURE(name);
    CHECK_FALSE(NumberedManifestGeneration(name));
  }
}

TEST_CASE("A numbered manifest is checked against its number and the configuration") {
  Config config;
  config.manifest_kind = ManifestKind::kNumbered;
  config.uuid[3] = 7;
  config.max_inline_value_bytes = 100;
  config.version_tree_arity_log2 = 4;
  Manifest good;
  good.config = config;
  good.config.manifest_kind = ManifestKind::kSingle;
  good.versions.resize(2);
  good.versions[0].generation_number = 25;
  good.versions[1].generation_number = 26;
  CHECK_FALSE(CheckNumberedManifest(good, 26, config));

  CHECK(CheckNumberedManifest(good, 25, config)->message.find("newest generation") == 0);
  auto changed = [&](auto change) {
    Manifest m = good;
    change(m);
    const Status error = CheckNumberedManifest(m, 26, config);
    REQUIRE(error);
    return error->message;
  };
  CHECK(changed([](Manifest& m) { m.config.uuid[3] = 8; }).find("uuid") == 0);
  CHECK(changed([](Manifest& m) { m.config.max_inline_value_bytes = 101; }).find("configuration") ==
        0);
  CHECK(changed([](Manifest& m) { m.config.max_decoded_node_bytes = 1; }).find("configuration") ==
        0);
  CHECK(changed([](Manifest& m) { m.config.version_tree_arity_log2 = 5; }).find("configuration") ==
        0);
  CHECK(changed([](Manifest& m) { m.config.zstd = true; }).find("configuration") == 0);
  CHECK(changed([](Manifest& m) { m.config.zstd_level = 1; }).find("configuration") == 0);
  CHECK(changed([](Manifest& m) { m.config.manifest_kind = ManifestKind::kNumbered; }) ==
        "numbered manifest holds no state");
  CHECK(changed([](Manifest& m) { m.versions.clear(); }) == "numbered manifest holds no state");
}
