#!/bin/busybox sh
# The first and only permanent process of the camera's machine: it sets the machine up and then runs, line by line, what
# the scenarios send over the second serial port, answering each with its output and its exit status.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs tmp /tmp
while read -r module; do insmod "$module" || echo "insmod $module failed"; done < /modules/at-start
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
stty -F /dev/ttyS1 raw -echo
exec <>/dev/ttyS1 >&0 2>&1
echo "@@ up"
while read -r line; do
    eval "$line"
    echo "@@ $?"
done
