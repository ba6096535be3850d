// memcmp eight bytes at a time. The C library's own compares byte by byte in wasm, and planning a
// checkpoint of many leaves compares names more than it does anything else.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int memcmp(const void* left, const void* right, size_t n) {
  const unsigned char *a = left, *b = right;
  for (; n >= 8; a += 8, b += 8, n -= 8) {
    uint64_t x, y;
    __builtin_memcpy(&x, a, 8);
    __builtin_memcpy(&y, b, 8);
    if (x != y) break;
  }
  for (; n > 0; ++a, ++b, --n)
    if (*a != *b) return *a - *b;
  return 0;
}
