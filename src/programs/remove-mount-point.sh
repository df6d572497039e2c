# remove-mount-point: removes one empty directory that mounts of other namespaces sit on; since Linux 3.18 that detaches them all.
#
# Begins with bounded.sh and read-only.sh. Arguments: 1 the absolute path; 2 its st_dev:st_ino, as stat prints %d:%i; 3 inode of our mount namespace;
#   4 seconds for the one step.
# Records: found TEXT (what differs from the arguments) | refused WHY, with WHY one of mounted, not-empty, busy, read-only, denied
#   | said TEXT | stuck PID.
# Exit: 0 the directory is gone; 10 stale, nothing was done; 11 busy: it is not empty, or the kernel keeps a directory that is a mount
#   point anywhere (before Linux 3.18, or EL7 with fs.may_detach_mounts=0); 12 denied; 14 not in time.
# Never: removes a file or a directory that holds anything, follows a link at the end of the path, tries twice, makes it anew.
set -eu

stale() {
  record found "$1"
  finish 10
}

refuse() {
  record refused "$2"
  finish "$1"
}

# Escaped as mountinfo has it, so that the text can be compared as it stands.
is_mount_point() {
  PLACE=$1 awk '
    function plain(s) { gsub(/\\040/, " ", s); gsub(/\\011/, "\t", s); gsub(/\\012/, "\n", s); gsub(/\\134/, "\\", s); return s }
    plain($5) == ENVIRON["PLACE"] { found = 1 }
    END { exit !found }' /proc/self/mountinfo
}

# Why the kernel said no, found out by looking: the words of rmdir(1) are for people.
why_not() {
  if is_mount_point "$path"; then refuse 11 mounted; fi
  bounded "$seconds" sh -c 'cd -P -- "$1" && set -- * .[!.]* ..?* && for name do if [ -e "$name" ] || [ -h "$name" ]; then exit 7; fi; done' \
    sh "$path"
  case $code in
    7) refuse 11 not-empty ;;
    late) finish 14 ;;
  esac
  if is_read_only "$path"; then refuse 12 read-only; fi
  bounded "$seconds" lsattr -d -- "$path"
  flags=${said%% *}
  bounded "$seconds" lsattr -d -- "${path%/*}/"
  case $flags${said%% *} in *i* | *a*) if [ "$code" = 0 ]; then refuse 12 denied; fi ;; esac
  refuse 11 busy
}

main() {
  [ "$#" -eq 4 ] || exit 64
  path=$1 identity=$2 namespace=$3 seconds=$4
  case $path in /*/*) ;; *) exit 64 ;; esac
  case $path/ in */../* | */./* | *//*) exit 64 ;; esac
  [ "$(readlink /proc/self/ns/mnt)" = "mnt:[$namespace]" ] || stale 'we are in another mount namespace'
  if is_mount_point "$path"; then stale 'a file system is mounted here'; fi
  # The parent is entered once, so that a link in the path cannot lead the look and the act to two places.
  # shellcheck disable=SC2016
  bounded "$seconds" sh -c '
    cd -P -- "$1" || exit 20
    [ "$(pwd -P; echo x)" = "$1
x" ] || exit 21
    [ ! -h "./$2" ] && [ "$(stat -c %d:%i "./$2")" = "$3" ] || exit 22
    rmdir -- "./$2" || exit 23
  ' sh "${path%/*}" "${path##*/}" "$identity"
  case $code in
    0) ;;
    20) stale 'the directory above is gone' ;;
    21) stale 'the path leads through a link' ;;
    22) stale 'another directory, or none' ;;
    23)
      record said "$said"
      why_not
      ;;
    late)
      if [ -n "$stuck" ]; then record stuck "$stuck"; fi
      finish 14
      ;;
    *)
      record said "$said"
      finish 20
      ;;
  esac
  finish 0
}

main "$@"
