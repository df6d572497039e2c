/*
 * thread-holder
 *
 * One thread goes into a private mount namespace of its own and stays there,
 * while the thread that the process is named after keeps the host's.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static void *hold(void *unused) {
  (void)unused;
  if (unshare(CLONE_FS | CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
    perror("thread-holder");
    exit(1);
  }
  puts("held");
  fflush(stdout);
  for (;;) pause();
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, hold, NULL)) return 1;
  for (;;) pause();
}
