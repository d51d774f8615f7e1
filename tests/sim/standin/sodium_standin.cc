// SPDX-License-Identifier: MIT
//
// A stand-in for libsodium's costly functions: same lengths, same meaning between honest callers, no security at all.
//
// Only for hearsay-experiment (README.md beside this file). Everything is made of one 64-bit mixer; a signature is a
// hash of the public key and the message, which anybody could compute, and nobody in a simulation does.
#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace {

constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;

std::uint64_t Load(const unsigned char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// A 64 by 64 bit multiplication folded onto itself (the mixer of wyhash).
std::uint64_t Fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Absorbs bytes, then gives any number of words. Padding is by length, so that no two inputs are alike by chance only.
class Mixer {
 public:
  void Absorb(const unsigned char* bytes, std::uint64_t size) {
    Word(size);
    for (; size >= 8; bytes += 8, size -= 8) Word(Load(bytes));
    std::array<unsigned char, 8> rest{};
    if (size != 0) {
      std::memcpy(rest.data(), bytes, size);
      Word(Load(rest.data()));
    }
  }
  void Word(std::uint64_t word) { state_ = Fold(state_ ^ word, kOdd) + word; }
  void Give(unsigned char* out, std::size_t size) const {
    for (std::uint64_t i = 1; size != 0; ++i) {
      const std::uint64_t word = Fold(state_ + i * kOdd, state_ ^ (i << 32) ^ 0xd6e8feb86659fd93);
      const std::size_t n = size < 8 ? size : 8;
      std::memcpy(out, &word, n);
      out += n;
      size -= n;
    }
  }

 private:
  std::uint64_t state_ = 0x2545f4914f6cdd1d;
};

void Tag(unsigned char* tag, const unsigned char* key, const unsigned char* nonce, const unsigned char* header,
         unsigned long long header_size, const unsigned char* text, unsigned long long text_size) {
  Mixer mixer;
  mixer.Absorb(key, 32);
  mixer.Absorb(nonce, 12);
  mixer.Absorb(header, header_size);
  mixer.Absorb(text, text_size);
  mixer.Give(tag, 16);
}

// Streaming BLAKE2b's state is opaque to callers and larger than ours.
static_assert(sizeof(crypto_generichash_state) >= sizeof(Mixer));
Mixer& In(crypto_generichash_state* state) { return *reinterpret_cast<Mixer*>(state); }

constexpr std::array<std::uint64_t, 4> kBase = {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                                               0x082efa98ec4e6c89};

}  // namespace

extern "C" {

// By this a test tells the programs that hold it from those that must not.
extern const char hearsay_standin_cipher[];
[[gnu::used]] const char hearsay_standin_cipher[] = "protects nothing";

int crypto_sign_ed25519_seed_keypair(unsigned char* pk, unsigned char* sk, const unsigned char* seed) {
  Mixer mixer;
  mixer.Absorb(seed, 32);
  mixer.Give(pk, 32);
  std::memcpy(sk, seed, 32);
  std::memcpy(sk + 32, pk, 32);
  return 0;
}

int crypto_sign_ed25519_sk_to_seed(unsigned char* seed, const unsigned char* sk) {
  std::memcpy(seed, sk, 32);
  return 0;
}

int crypto_sign_ed25519_detached(unsigned char* sig, unsigned long long* siglen, const unsigned char* m,
                                 unsigned long long mlen, const unsigned char* sk) {
  Mixer mixer;
  mixer.Absorb(sk + 32, 32);
  mixer.Absorb(m, mlen);
  mixer.Give(sig, 64);
  if (siglen != nullptr) *siglen = 64;
  return 0;
}

int crypto_sign_ed25519_verify_detached(const unsigned char* sig, const unsigned char* m, unsigned long long mlen,
                                        const unsigned char* pk) {
  unsigned char expected[64];
  Mixer mixer;
  mixer.Absorb(pk, 32);
  mixer.Absorb(m, mlen);
  mixer.Give(expected, 64);
  return std::memcmp(expected, sig, 64) == 0 ? 0 : -1;
}

// Public = secret + base, shared = both secrets summed: commutative, which is all that agreement asks for.
int crypto_scalarmult_curve25519_base(unsigned char* q, const unsigned char* n) {
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t word = Load(n + 8 * i) + kBase[i];
    std::memcpy(q + 8 * i, &word, 8);
  }
  return 0;
}

int crypto_scalarmult_curve25519(unsigned char* q, const unsigned char* n, const unsigned char* p) {
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t word = Load(n + 8 * i) + (Load(p + 8 * i) - kBase[i]);
    std::memcpy(q + 8 * i, &word, 8);
  }
  return 0;
}

int crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char* c, unsigned long long* clen_p, const unsigned char* m,
                                              unsigned long long mlen, const unsigned char* ad,
                                              unsigned long long adlen, const unsigned char*,
                                              const unsigned char* npub, const unsigned char* k) {
  Tag(c + mlen, k, npub, ad, adlen, m, mlen);
  std::memcpy(c, m, mlen);
  if (clen_p != nullptr) *clen_p = mlen + 16;
  return 0;
}

int crypto_aead_chacha20poly1305_ietf_decrypt(unsigned char* m, unsigned long long* mlen_p, unsigned char*,
                                              const unsigned char* c, unsigned long long clen,
                                              const unsigned char* ad, unsigned long long adlen,
                                              const unsigned char* npub, const unsigned char* k) {
  if (clen < 16) return -1;
  unsigned char tag[16];
  Tag(tag, k, npub, ad, adlen, c, clen - 16);
  if (std::memcmp(tag, c + clen - 16, 16) != 0) return -1;
  std::memcpy(m, c, clen - 16);
  if (mlen_p != nullptr) *mlen_p = clen - 16;
  return 0;
}

int crypto_generichash_init(crypto_generichash_state* state, const unsigned char* key, const size_t keylen,
                            const size_t outlen) {
  In(state) = Mixer();
  In(state).Word(outlen);
  In(state).Absorb(key, keylen);
  return 0;
}

int crypto_generichash_update(crypto_generichash_state* state, const unsigned char* in, unsigned long long inlen) {
  In(state).Absorb(in, inlen);
  return 0;
}

int crypto_generichash_final(crypto_generichash_state* state, unsigned char* out, const size_t outlen) {
  In(state).Give(out, outlen);
  return 0;
}

int crypto_generichash(unsigned char* out, size_t outlen, const unsigned char* in, unsigned long long inlen,
                       const unsigned char* key, size_t keylen) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key, keylen, outlen);
  crypto_generichash_update(&state, in, inlen);
  return crypto_generichash_final(&state, out, outlen);
}

}  // extern "C"
