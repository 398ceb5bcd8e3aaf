#!/bin/sh
# Become a machine of its own: boot the systemd of ROOT as process 1 of new namespaces.
# usage: boot.sh ROOT SOURCE GROUP    SOURCE: seen there as /src; GROUP: a cgroup v2 folder for it
# Nothing of ROOT is changed, and nothing stays: what is written goes to memory.
set -eu
if [ $$ != 1 ]; then
    echo $$ > "$3/cgroup.procs"
    exec unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child "$0" "$@"
fi
root=$1 source=$2
new=$root/mnt
mount -t tmpfs tmpfs "$new"
mkdir "$new/upper" "$new/work" "$new/root"
mount -t overlay -o "lowerdir=$root,upperdir=$new/upper,workdir=$new/work" overlay "$new/root"
cd "$new/root"
mkdir -p src old
mount --bind "$source" src
mount -o remount,bind,ro src
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys  # the kernel's settings are this machine's, too
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
for name in null zero full random urandom tty; do
    touch dev/$name
    mount --bind /dev/$name dev/$name
done
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
pivot_root . old
umount -l /old
mount --make-rshared /
exec env -i container=codeiod-tests PATH=/usr/sbin:/usr/bin /usr/lib/systemd/systemd </dev/null
