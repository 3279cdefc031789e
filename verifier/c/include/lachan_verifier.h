/*
 * Lá Chắn: checks vaccination certificates, offline. Written by `cargo xtask bindings` out of verifier/c/src.
 *
 * Every function may be given NULL and answers with a status then. Bytes and texts come with their length and need no
 * closing zero; only the labels of lachan_checker_set_country are plain strings of C. A string that a function hands out
 * is the caller's: lachan_string_free gives it back. Times are seconds since 1970-01-01T00:00:00Z; this library reads no
 * clock, no file and no network.
 *
 * Threads: a checker may be asked by many threads at once while none changes it. Changing it (add, load, set,
 * remember, free) needs it alone.
 */

#ifndef LACHAN_VERIFIER_H
#define LACHAN_VERIFIER_H

#include <stddef.h>
#include <stdint.h>

// What became of a call. After any of them but OK, lachan_error_code and lachan_error_words say more.
typedef enum {
    // Done.
    LACHAN_STATUS_OK = 0,
    // An argument that must not be NULL was NULL.
    LACHAN_STATUS_NULL = 1,
    // A text that is not UTF-8, or one with a zero in it that C could not hold.
    LACHAN_STATUS_TEXT = 2,
    // What was handed in is refused. What was believed before is still believed.
    LACHAN_STATUS_REFUSED = 3,
    // A mistake in this library. The checker may have forgotten whom it believes; free it.
    LACHAN_STATUS_PANIC = 4,
} lachan_status;

// A verifier that is filled step by step: anchors first, then trust data or signers. Nothing is kept of what it checks.
typedef struct lachan_checker lachan_checker;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// A checker that believes nobody yet. To be freed with lachan_checker_free.
lachan_checker *lachan_checker_new(void);

// Frees a checker. NULL is nothing to free.
//
// # Safety
// `checker` came from lachan_checker_new and is not used again.
void lachan_checker_free(lachan_checker *checker);

// Adds the root certificates of a PEM or DER file, which trust data must lead to.
//
// # Safety
// `checker` came from lachan_checker_new; `data` points at `length` bytes.
lachan_status lachan_checker_add_anchors(lachan_checker *checker, const uint8_t *data, size_t length);

// Believes a document signer's certificate (PEM or DER) on the caller's word.
//
// # Safety
// `checker` came from lachan_checker_new; `data` points at `length` bytes.
lachan_status lachan_checker_add_signer(lachan_checker *checker, const uint8_t *data, size_t length);

// Takes signed trust data as of the time `at`. Data that is refused is not used, verdicts say why, and what was held
// before stays in force.
//
// # Safety
// `checker` came from lachan_checker_new; `data` points at `length` bytes.
lachan_status lachan_checker_load_trust(lachan_checker *checker, const uint8_t *data, size_t length, int64_t at);

// Also goes by a signed status list (CWT) as of the time `at`: for certificates issued or revoked after the trust data were
// made. It must lead to an anchor like the trust data; nothing that was revoked before comes back. A list that is refused
// is not used.
//
// # Safety
// `checker` came from lachan_checker_new; `data` points at `length` bytes.
lachan_status lachan_checker_load_status_list(lachan_checker *checker,
                                              const uint8_t *data,
                                              size_t length,
                                              int64_t at);

// From now on also asks the rules of the trust data for that purpose ("entry" or another label) in that country (ISO
// 3166-1 alpha-2), and tells them in that language ("vi", "en"). An empty country asks none. Where the trust data have no
// rules of that country, or rules that cannot be read, nobody can tell ("rules-open").
//
// # Safety
// `checker` came from lachan_checker_new; `country`, `purpose` and `language` are texts that end with a zero.
lachan_status lachan_checker_set_country(lachan_checker *checker,
                                         const char *country,
                                         const char *purpose,
                                         const char *language);

// Checks the text of a certificate (UTF-8) as of the time `at` and hands the verdict out as JSON. OK says that there is a
// verdict, not that the certificate is valid: that is the verdict's member "verdict".
//
// # Safety
// `checker` came from lachan_checker_new; `certificate` points at `length` bytes; `json` is the place for the answer.
lachan_status lachan_checker_check(const lachan_checker *checker,
                                   const uint8_t *certificate,
                                   size_t length,
                                   int64_t at,
                                   char **json);

// What is believed at the time `at` and how old it is, as the "trust" of a verdict.
//
// # Safety
// `checker` came from lachan_checker_new; `json` is the place for the answer.
lachan_status lachan_checker_trust(const lachan_checker *checker, int64_t at, char **json);

// What to remember of the newest trust data across restarts. The answer is NULL before any was taken.
//
// # Safety
// `checker` came from lachan_checker_new; `mark` is the place for the answer.
lachan_status lachan_checker_mark(const lachan_checker *checker, char **mark);

// Remembers what lachan_checker_mark gave before a restart, so that no older trust data is taken after it.
//
// # Safety
// `checker` came from lachan_checker_new; `mark` points at `length` bytes.
lachan_status lachan_checker_remember(lachan_checker *checker, const uint8_t *mark, size_t length);

// Reads the QR symbol in a PNG or JPEG file and hands its text out.
//
// # Safety
// `data` points at `length` bytes; `certificate` is the place for the answer.
lachan_status lachan_picture_read(const uint8_t *data, size_t length, char **certificate);

// Gives back a string that this library handed out. NULL is nothing to give back.
//
// # Safety
// `string` came from this library and is not used again.
void lachan_string_free(char *string);

// The stable code of the last call's failure in this thread, empty when it succeeded. Not to be freed; good until the
// thread's next call.
const char *lachan_error_code(void);

// The last call's failure in words, empty when it succeeded. Not to be freed; good until the thread's next call.
const char *lachan_error_words(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LACHAN_VERIFIER_H */
