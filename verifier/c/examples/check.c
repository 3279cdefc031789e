/*
 * Checks one certificate: check ANCHOR TRUST-LIST CERTIFICATE [SECONDS-SINCE-1970]
 *
 * ANCHOR is the root certificate (PEM or DER) that is believed, TRUST-LIST the signed list of signers, CERTIFICATE a file
 * with the text of a certificate. Prints the verdict as JSON.
 *
 *   cargo xtask bindings
 *   cc -I verifier/c/include verifier/c/examples/check.c target/debug/liblachan_verifier.a -lpthread -ldl -lm -o check
 *   cd target/bindings/sample
 *   ../../../check anchor.pem trust-list.cose valid.txt "$(cat at)"
 */
#include "lachan_verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct file {
    unsigned char *bytes;
    size_t length;
};

static struct file read_file(const char *name) {
    FILE *stream = fopen(name, "rb");
    if (stream == NULL) {
        perror(name);
        exit(64);
    }
    /* No certificate, anchor or list is larger than a mebibyte. */
    struct file file = {malloc(1 << 20), 0};
    if (file.bytes == NULL) {
        exit(64);
    }
    file.length = fread(file.bytes, 1, 1 << 20, stream);
    fclose(stream);
    return file;
}

static void must(lachan_status status, const char *what) {
    if (status != LACHAN_STATUS_OK) {
        fprintf(stderr, "%s: %s (%s)\n", what, lachan_error_words(), lachan_error_code());
        exit(64);
    }
}

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "check ANCHOR TRUST-LIST CERTIFICATE [SECONDS-SINCE-1970]\n");
        return 64;
    }
    struct file anchor = read_file(arguments[1]);
    struct file list = read_file(arguments[2]);
    struct file certificate = read_file(arguments[3]);
    int64_t at = count > 4 ? strtoll(arguments[4], NULL, 10) : (int64_t)time(NULL);

    lachan_checker *checker = lachan_checker_new();
    must(lachan_checker_add_anchors(checker, anchor.bytes, anchor.length), arguments[1]);
    must(lachan_checker_load_trust(checker, list.bytes, list.length, at), arguments[2]);

    char *verdict = NULL;
    must(lachan_checker_check(checker, certificate.bytes, certificate.length, at, &verdict), arguments[3]);
    puts(verdict);

    lachan_string_free(verdict);
    lachan_checker_free(checker);
    free(anchor.bytes);
    free(list.bytes);
    free(certificate.bytes);
    return 0;
}
