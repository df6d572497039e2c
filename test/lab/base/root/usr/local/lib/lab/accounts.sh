#!/bin/sh
# The accounts that tests log in as; all take the lab's key.
set -eu

# Without a group of their own: `tty` is the name of a group already.
account() { useradd --create-home --no-user-group --gid users --shell "$2" "$1"; }

account ops /bin/bash
account opspw /bin/bash
account nosudo /bin/bash
account tty /bin/bash
account doasuser /bin/bash
account noisy /bin/bash
account fishy /usr/bin/fish
account cshy /usr/bin/tcsh
echo 'opspw:lab-password' | chpasswd

cat >/etc/sudoers.d/lab <<'EOF'
ops,tty,noisy,fishy,cshy ALL=(ALL) NOPASSWD: ALL
opspw ALL=(ALL) ALL
Defaults:tty requiretty
EOF
chmod 440 /etc/sudoers.d/lab
visudo -cqf /etc/sudoers.d/lab

echo 'permit nopass doasuser as root' >/etc/doas.conf
chmod 400 /etc/doas.conf

# What a company's profile prints at each login, also where nobody is there to read it.
cat >/home/noisy/.bashrc <<'EOF'
echo "*** Authorised use only. $(date) ***"
echo "quota: no such device" >&2
EOF
