/*
 * Lets `cargo xtask bench` run glewlwyd at the same durability as the sandbox.
 *
 * glewlwyd has no setting for SQLite's journal mode and `synchronous`. Loaded before it (LD_PRELOAD), this runs the
 * statements in BENCH_PRAGMA on every database connection that it opens, and changes nothing else.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

typedef struct sqlite3 sqlite3;
typedef int (*open_function)(const char *, sqlite3 **, int, const char *);
typedef int (*exec_function)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);

int sqlite3_open_v2(const char *name, sqlite3 **database, int flags, const char *vfs) {
  open_function open = (open_function)dlsym(RTLD_NEXT, "sqlite3_open_v2");
  exec_function exec = (exec_function)dlsym(RTLD_NEXT, "sqlite3_exec");
  const char *pragma = getenv("BENCH_PRAGMA");
  int result = open(name, database, flags, vfs);
  if (result == 0 && pragma) {
    result = exec(*database, pragma, 0, 0, 0);
  }
  return result;
}
