#!/bin/sh
# stand-in-process: stays alive and does nothing, under the name of the file that it was copied to.
while :; do sleep 3600; done
