#!/bin/sh
# stand-in-process: stays alive and does nothing, under the name of the file that it was copied to.
# Opening a pipe that nobody writes to never comes back, and needs no child.
while :; do read -r _ </run/never || :; done
