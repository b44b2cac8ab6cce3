/* offgrid/base.h: status, errors, progress, memory. Part of offgrid.h. */
#ifndef OFFGRID_BASE_H
#define OFFGRID_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OG_VERSION "0.1.0"

#if defined(_WIN32) && defined(OG_SHARED)
#define OG_API __declspec(dllexport)
#elif defined(__GNUC__)
#define OG_API __attribute__((visibility("default")))
#else
#define OG_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum og_status {
    OG_OK = 0,
    OG_ERR_ARG,         /* the caller's argument is out of range or missing */
    OG_ERR_IO,          /* the operating system refused: no such file, no permission, disk full */
    OG_ERR_FORMAT,      /* a file is damaged or not what it claims to be */
    OG_ERR_UNSUPPORTED, /* well formed, but this version cannot use it (architecture, type, CPU) */
    OG_ERR_MEMORY,      /* out of memory, or past the budget */
    OG_ERR_CANCELLED,   /* stopped by og_session_cancel or by a progress callback */
    OG_ERR_CONTEXT,     /* the context is full; nothing was evaluated */
    OG_ERR_BUSY,        /* too much is waiting already; try again later */
    OG_ERR_INTERNAL,    /* a mistake of ours; please report it */
} og_status;

typedef struct og_error {
    og_status status;
    char text[488];
} og_error;

/* A short English name for a status ("bad argument"). Never NULL. */
OG_API const char *og_status_name(og_status status);

/* The library's version, for a check against OG_VERSION of the header. */
OG_API const char *og_version(void);

/* Progress of a long call: `done` of `total` units (bytes while loading, tokens while prefilling). Return false to cancel. */
typedef bool og_progress_fn(void *user, const char *what, uint64_t done, uint64_t total);

/* Releases what the library returned as malloc'd. */
OG_API void og_free(void *p);

#ifdef __cplusplus
}
#endif
#endif
