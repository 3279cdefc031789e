/* Runs a file of cases and prints for each what the binding says. The format: tests/src/binding_cases.rs. */
#define _GNU_SOURCE
#include "lachan_verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME, AT, ANCHORS, TRUST, TRUST_AT, SIGNER, KIND, CERTIFICATE, STATUS_LIST, COUNTRY, PURPOSE, LANGUAGE, FIELDS };

struct bytes {
    unsigned char *start;
    size_t length;
};

static unsigned digit(char hex) {
    return (unsigned)(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

/* Exactly as long as the bytes are, so that valgrind sees every step beyond them. */
static struct bytes from_hex(const char *hex) {
    struct bytes bytes = {NULL, strlen(hex) / 2};
    bytes.start = malloc(bytes.length);
    for (size_t i = 0; i < bytes.length; i++) {
        bytes.start[i] = (unsigned char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    }
    return bytes;
}

static void say(int *said, lachan_status status) {
    printf("%s%s", *said ? "," : "", status == LACHAN_STATUS_OK ? "ok" : lachan_error_code());
    *said = 1;
}

static void run(char **field) {
    int64_t at = strtoll(field[AT], NULL, 10);
    struct bytes anchors = from_hex(field[ANCHORS]), trust = from_hex(field[TRUST]), signer = from_hex(field[SIGNER]);
    struct bytes certificate = from_hex(field[CERTIFICATE]), status_list = from_hex(field[STATUS_LIST]);
    int64_t trust_at = strtoll(field[TRUST_AT], NULL, 10);
    lachan_checker *checker = lachan_checker_new();
    int said = 0;
    if (anchors.length > 0) {
        say(&said, lachan_checker_add_anchors(checker, anchors.start, anchors.length));
    }
    if (trust.length > 0) {
        say(&said, lachan_checker_load_trust(checker, trust.start, trust.length, trust_at));
    }
    if (signer.length > 0) {
        say(&said, lachan_checker_add_signer(checker, signer.start, signer.length));
    }
    if (status_list.length > 0) {
        say(&said, lachan_checker_load_status_list(checker, status_list.start, status_list.length, trust_at));
    }
    if (*field[COUNTRY] != '\0') {
        say(&said, lachan_checker_set_country(checker, field[COUNTRY], field[PURPOSE], field[LANGUAGE]));
    }
    char *text = NULL, *verdict = NULL, *believed = NULL;
    lachan_status status;
    if (strcmp(field[KIND], "picture") == 0) {
        status = lachan_picture_read(certificate.start, certificate.length, &text);
        if (status == LACHAN_STATUS_OK) {
            status = lachan_checker_check(checker, (const uint8_t *)text, strlen(text), at, &verdict);
        }
    } else {
        status = lachan_checker_check(checker, certificate.start, certificate.length, at, &verdict);
    }
    if (status == LACHAN_STATUS_OK && lachan_checker_trust(checker, at, &believed) == LACHAN_STATUS_OK) {
        printf("\t%s\t%s\n", verdict, believed);
    } else {
        printf("\t%s\t\n", lachan_error_code());
    }
    lachan_string_free(text);
    lachan_string_free(verdict);
    lachan_string_free(believed);
    lachan_checker_free(checker);
    free(anchors.start);
    free(trust.start);
    free(signer.start);
    free(certificate.start);
    free(status_list.start);
}

int main(int count, char **arguments) {
    FILE *cases = count > 1 ? fopen(arguments[1], "r") : NULL;
    if (cases == NULL) {
        fprintf(stderr, "cases FILE\n");
        return 64;
    }
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, cases)) > 0) {
        line[length - 1] = '\0';
        char *rest = line, *field[FIELDS];
        for (int i = 0; i < FIELDS; i++) {
            field[i] = strsep(&rest, "\t");
            if (field[i] == NULL) {
                fprintf(stderr, "a line with too few fields\n");
                return 64;
            }
        }
        run(field);
    }
    free(line);
    fclose(cases);
    return 0;
}
