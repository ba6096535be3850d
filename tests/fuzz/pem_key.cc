// Keys in PEM or DER: what is taken has one form, and is written again as the same bytes.
#include "fuzz/fuzz.h"
#include "trust/pem.h"
#include "trust/private_key.h"
#include "trust/public_key.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  Choices choices(input);
  const uint8_t form = choices.U8() % 5;
  const Bytes rest = choices.Rest();
  // DER inside PEM too: what libFuzzer changes should be the DER.
  const std::string labels[] = {"PUBLIC KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"};
  const std::string text =
      form < 3 ? trust::WritePem(labels[form], rest) : std::string(AsText(rest));
  const auto block = trust::ParsePem(AsBytes(text), "key");
  if (block) {
    const auto again = trust::ParsePem(AsBytes(trust::WritePem(block->label, block->der)), "key");
    FUZZ_CHECK(again && again->der == block->der && again->label == block->label);
  }
  const auto pub = trust::ParsePublicKeyPem(AsBytes(text), "key");
  if (pub) FUZZ_CHECK(block && block->der == pub->spki);
  const auto file = trust::ParsePrivateKeyPem(AsBytes(text), "key");
  if (!file) return;
  FUZZ_CHECK(file->key.has_value() != file->encrypted.has_value());
  if (file->key) {
    FUZZ_CHECK(block->der == file->key->pkcs8);
    return;
  }
  const trust::Encryption& e = *file->encrypted;
  FUZZ_CHECK(e.iv.size() == 16 && e.iterations > 0 && e.ciphertext.size() % 16 == 0);
  const ByteVector written = trust::WriteEncryptedKey(e);
  const auto again =
      trust::ParsePrivateKeyPem(AsBytes(trust::WritePem("ENCRYPTED PRIVATE KEY", written)), "key");
  FUZZ_CHECK(again && again->encrypted->salt == e.salt &&
             again->encrypted->iterations == e.iterations);
}

}  // namespace leafsum::fuzz
