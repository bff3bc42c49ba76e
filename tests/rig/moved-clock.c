/* Loaded in front of workerd's C library: shows another time of day than the machine's, and leaves every wait as it is.
 *
 * Nothing in here allocates: workerd's allocator reads the clock itself, within which Debian's libfaketime waits for ever. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The seconds between the machine's time and the one that is shown, in a file that may change meanwhile. */
static const volatile int64_t *moved_by;

__attribute__((constructor)) static void open_file(void) {
  const char *path = getenv("MOVED_CLOCK");
  int file = path ? open(path, O_RDONLY) : -1;
  if (file < 0) return;
  void *content = mmap(NULL, sizeof *moved_by, PROT_READ, MAP_SHARED, file, 0);
  if (content != MAP_FAILED) moved_by = content;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int failed = (int)syscall(SYS_clock_gettime, clock, now);
  int is_time_of_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (!failed && is_time_of_day && moved_by) now->tv_sec += *moved_by;
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec read;
  if (clock_gettime(CLOCK_REALTIME, &read)) return -1;
  now->tv_sec = read.tv_sec;
  now->tv_usec = read.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *now) {
  struct timespec read;
  if (clock_gettime(CLOCK_REALTIME, &read)) return -1;
  if (now) *now = read.tv_sec;
  return read.tv_sec;
}
