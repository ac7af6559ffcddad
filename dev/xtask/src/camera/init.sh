#!/bin/busybox sh
# The first and only permanent process of the camera's machine: it sets the machine up and then has run, line by line, what
# the scenarios send over the second serial port, each answered with its output and its exit status.
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
# Whole lines only (icanon): the end of a job in the background interrupts a `read` that waits, which then begins anew and
# has lost what it had of a line. One that waits for a whole line has nothing to lose.
stty -F /dev/ttyS1 raw -echo icanon
exec <>/dev/ttyS1 >&0 2>&1
echo "@@ up"
# Not by this process: a line that ends its shell (a quote that is never closed, `exit`) must not end the machine.
while :; do
    (
        while read -r line; do
            eval "$line"
            echo "@@ $?"
        done
    )
    echo "@@ 2"
done
